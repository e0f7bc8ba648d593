// Two ways in which an OpenAPI document disappoints: as a whole, or in one operation.
import { Refusal } from "../errors.ts";

/** The document is not used at all. */
export const unusable = (reason: string): Refusal => new Refusal("openapi_invalid", { reason });

/** One operation cannot become a tool; the others can. The reason is shown beside it. */
export class NotOffered extends Error {
  readonly reason: string;
  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

export type Plain = Readonly<Record<string, unknown>>;
export const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An own member: `constructor` and its kin are nobody's. */
export const own = (value: unknown, name: string): unknown =>
  isPlain(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** Text of a document for people and models: well-formed, without control characters, at most `most` characters. */
export function words(value: unknown, most: number): string {
  if (typeof value !== "string") return "";
  const clean = value
    .slice(0, most * 2)
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[^\P{Cc}\n\t]/gu, "")
    .replaceAll(/\p{Surrogate}/gu, "\ufffd")
    .trim();
  const all = Array.from(clean);
  return all.length <= most ? clean : `${all.slice(0, most).join("")}…`;
}
