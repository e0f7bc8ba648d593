// The fields of a call's arguments that a yes can hold to. Pure.

export interface ArgumentField {
  /** RFC 6901, as the verdict names it. */
  readonly pointer: string;
  /** `repo`, `filter.owner`. */
  readonly name: string;
  /** Its value as JSON text, cut for reading. */
  readonly value: string;
}

/** More than these are not offered one by one: then these arguments, or any, are chosen. */
export const MOST_FIELDS = 16;
const DEPTH = 3;
const PREVIEW = 80;
/** The core compares no longer values. */
const LONGEST = 2048;

/** RFC 6901 section 3: `~` and `/` within a name. */
const step = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** The leaves of the arguments, lists as one each, in their order. Empty where they are no object. */
export function fieldsOf(argumentsText: string): readonly ArgumentField[] {
  const found: ArgumentField[] = [];
  const walk = (value: unknown, pointer: string, name: string, depth: number): void => {
    if (found.length >= MOST_FIELDS) return;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isObject && depth < DEPTH && Object.keys(value).length > 0) {
      for (const [key, inner] of Object.entries(value)) {
        walk(inner, pointer + step(key), name === "" ? key : `${name}.${key}`, depth + 1);
      }
      return;
    }
    const text = JSON.stringify(value);
    if (pointer === "" || text.length > LONGEST) return;
    const shown =
      text.length > PREVIEW ? `${text.slice(0, PREVIEW).replace(/[\ud800-\udbff]$/, "")}…` : text;
    found.push({ pointer, name, value: shown });
  };
  try {
    walk(JSON.parse(argumentsText), "", "", 0);
  } catch {
    return [];
  }
  return found;
}
