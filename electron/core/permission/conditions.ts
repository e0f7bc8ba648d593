// What must stay the same about the arguments for a grant to hold: fields that the person chose, each with the value that
// it had in the call that they allowed.
import { canonicalJson, resolvePointer } from "../json/pointer.ts";

export interface Condition {
  /** RFC 6901, into the arguments. */
  readonly pointer: string;
  /** JSON text, members sorted. */
  readonly equals: string;
}

/** Fields that one grant may hold to, and characters of one value. */
export const MAX_FIELDS = 16;
const MAX_VALUE = 2048;

/**
 * The conditions for the chosen fields, as they are in these arguments.
 * @param argumentsText JSON that was read strictly: no name twice, no number that loses digits
 * @returns the conditions, or what is wrong with the choice
 */
export function conditionsFor(
  argumentsText: string,
  pointers: readonly string[],
): readonly Condition[] | string {
  if (pointers.length === 0) return "no field was chosen";
  if (pointers.length > MAX_FIELDS) return `at most ${MAX_FIELDS} fields can be chosen`;
  const value = JSON.parse(argumentsText) as unknown;
  const conditions: Condition[] = [];
  for (const pointer of new Set(pointers)) {
    const found = resolvePointer(value, pointer);
    if (found === undefined) return "a field was chosen that the arguments do not have";
    const equals = canonicalJson(found);
    if (equals.length > MAX_VALUE) return "a field was chosen that is too long to be compared";
    conditions.push({ pointer, equals });
  }
  return conditions;
}

/** Whether all of them hold for these arguments. A field that is missing does not. */
export function conditionsHold(conditions: readonly Condition[], argumentsText: string): boolean {
  const value = JSON.parse(argumentsText) as unknown;
  return conditions.every(({ pointer, equals }) => {
    const found = resolvePointer(value, pointer);
    return found !== undefined && canonicalJson(found) === equals;
  });
}
