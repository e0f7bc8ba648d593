// One text for every way to write the same JSON (RFC 8785, JCS), and the fingerprint that is taken over it.
import { hex, type Digest } from "../digest.ts";
import type { Tree } from "./json-tree.ts";

/**
 * The canonical text: no white space, members in the order of their UTF-16 units (RFC 8785 section 3.2.3), strings and
 * numbers as ECMAScript writes them (3.2.2).
 */
export function canonical(tree: Tree): string {
  if (tree.kind === "string") return JSON.stringify(tree.text);
  if (tree.kind === "literal") return String(tree.value);
  if (tree.kind === "number") return canonicalNumber(tree.raw);
  if (tree.kind === "array") return `[${tree.items.map(canonical).join(",")}]`;
  const members = tree.members
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ name, value }) => `${JSON.stringify(name)}:${canonical(value)}`);
  return `{${members.join(",")}}`;
}

/**
 * As ECMAScript writes the double (RFC 8785 section 3.2.2.3). An integer that no double holds, and what is larger than
 * any, keeps its own digits: readers of other languages see the difference.
 * @param raw a number as RFC 8259 writes it
 */
export function canonicalNumber(raw: string): string {
  const double = Number(raw);
  const exact = digitsOf(raw);
  const held =
    Number.isFinite(double) && (!/^-?\d+$/.test(raw) || digitsOf(String(double)) === exact);
  return held ? JSON.stringify(double) : exact;
}

/** Sign, digits without zeros at either end, and the power of ten: `-12e-1` for `-1.20`. */
function digitsOf(raw: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(raw) ?? [];
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return "0";
  const exponent = BigInt(power) - BigInt(fraction.length) + BigInt(all.length - digits.length);
  return `${sign}${digits}e${exponent}`;
}

/** SHA-256 of a canonical definition, hex. */
export const fingerprintOf = (definition: string, digest: Digest): string =>
  hex(digest.sha256(definition));

/** Whether some object in it names a member twice: two readers may take two different things for it. */
export function saysTwice(tree: Tree): boolean {
  if (tree.kind === "array") return tree.items.some(saysTwice);
  if (tree.kind !== "object") return false;
  if (new Set(tree.members.map(({ name }) => name)).size < tree.members.length) return true;
  return tree.members.some(({ value }) => saysTwice(value));
}
