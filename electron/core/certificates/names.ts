// Distinguished names in their text form (RFC 4514): read, written and compared. Tools print the parts of one
// name in different orders (nginx begins with O, OpenSSL with CN), so what counts is the set of parts.

/** One `type=value`. `type` is a dotted object identifier, whatever short name stood in the text. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}
/** A part of a name; almost always one attribute. */
export type Rdn = readonly NameAttribute[];
/** In the order of the text: the most specific part first, which is the reverse of the certificate's bytes. */
export type DistinguishedName = readonly Rdn[];

/** UTF-16 units. RFC 5280's upper bounds allow far less. */
export const LONGEST_NAME = 2048;

/** RFC 4514 section 3, RFC 4519, and what OpenSSL prints besides. The first entry of an identifier is written. */
const SHORT_NAMES: readonly (readonly [string, string])[] = [
  ["CN", "2.5.4.3"],
  ["SN", "2.5.4.4"],
  ["serialNumber", "2.5.4.5"],
  ["C", "2.5.4.6"],
  ["L", "2.5.4.7"],
  ["ST", "2.5.4.8"],
  ["S", "2.5.4.8"],
  ["street", "2.5.4.9"],
  ["O", "2.5.4.10"],
  ["OU", "2.5.4.11"],
  ["title", "2.5.4.12"],
  ["GN", "2.5.4.42"],
  ["givenName", "2.5.4.42"],
  ["initials", "2.5.4.43"],
  ["organizationIdentifier", "2.5.4.97"],
  ["UID", "0.9.2342.19200300.100.1.1"],
  ["userId", "0.9.2342.19200300.100.1.1"],
  ["DC", "0.9.2342.19200300.100.1.25"],
  ["emailAddress", "1.2.840.113549.1.9.1"],
  ["E", "1.2.840.113549.1.9.1"],
];
const OID = /^[0-2](?:\.(?:0|[1-9]\d{0,30})){1,30}$/;
const toOid = new Map(SHORT_NAMES.map(([name, oid]) => [name.toLowerCase(), oid]));
const toShort = new Map(SHORT_NAMES.map(([name, oid]) => [oid, name] as const).reverse());

/**
 * Reads a name. Spaces around separators are taken (RFC 2253 section 4 asks for it; many tools print them).
 * @returns null where the text is no name: an unknown short name, a stray special character, broken UTF-8
 */
export function parseName(text: string): DistinguishedName | null {
  if (text.length > LONGEST_NAME) return null;
  if (text.trim() === "") return [];
  const rdns: NameAttribute[][] = [[]];
  let at = 0;
  for (;;) {
    const equals = text.indexOf("=", at);
    if (equals < 0) return null;
    const type = typeOf(text.slice(at, equals).trim());
    const value = readValue(text, equals + 1);
    if (type === null || value === null) return null;
    rdns.at(-1)?.push({ type, value: value.text });
    if (value.end >= text.length) return rdns;
    if (text.charAt(value.end) === ",") rdns.push([]);
    at = value.end + 1;
  }
}

function typeOf(text: string): string | null {
  if (OID.test(text)) return text;
  return toOid.get(text.toLowerCase()) ?? null;
}

const encoder = new TextEncoder();

/** Reads from `at` to the next bare `,` or `+`. */
function readValue(text: string, at: number): { text: string; end: number } | null {
  const bytes: number[] = [];
  // Bare spaces at the end belong to the separator; this is where the last kept byte ends.
  let keep = 0;
  let end = at;
  while (text.charAt(end) === " ") end++;
  if (text.charAt(end) === "#") return readHex(text, end + 1);
  while (end < text.length) {
    const point = text.codePointAt(end) ?? 0;
    const char = String.fromCodePoint(point);
    if (char === "," || char === "+") break;
    if (/["<>;\0]/.test(char) || (point >= 0xd800 && point <= 0xdfff)) return null;
    if (char === "\\") {
      const pair = /^[0-9a-fA-F]{2}/.exec(text.slice(end + 1, end + 3))?.[0];
      const single = text.charAt(end + 1);
      if (pair !== undefined) bytes.push(Number.parseInt(pair, 16));
      else if (single !== "" && ' "#+,;<=>\\'.includes(single)) bytes.push(single.charCodeAt(0));
      else return null;
      end += pair === undefined ? 2 : 3;
      keep = bytes.length;
      continue;
    }
    bytes.push(...encoder.encode(char));
    end += char.length;
    if (char !== " ") keep = bytes.length;
  }
  const value = utf8(Uint8Array.from(bytes.slice(0, keep)));
  return value === null ? null : { text: value, end };
}

/** `#` and the DER of the value in hexadecimal (RFC 4514 section 2.4): the string types that are text in UTF-8. */
function readHex(text: string, at: number): { text: string; end: number } | null {
  const digits = /^(?:[0-9a-fA-F]{2}){2,}/.exec(text.slice(at))?.[0];
  if (digits === undefined) return null;
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const [tag = 0, first = 0, second = 0] = bytes;
  // UTF8String, PrintableString, IA5String; one length byte, or one more for up to 255.
  if (tag !== 0x0c && tag !== 0x13 && tag !== 0x16) return null;
  const start = first < 0x80 ? 2 : first === 0x81 ? 3 : 0;
  const length = first < 0x80 ? first : second;
  if (start === 0 || bytes.length !== start + length) return null;
  const value = utf8(bytes.subarray(start));
  let end = at + digits.length;
  while (text.charAt(end) === " ") end++;
  if (value === null || (end < text.length && !",+".includes(text.charAt(end)))) return null;
  return { text: value, end };
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Writes a name (RFC 4514 section 2). What parseName() reads of it is the same name again. */
export function formatName(name: DistinguishedName): string {
  return name
    .map((rdn) =>
      rdn.map(({ type, value }) => `${toShort.get(type) ?? type}=${escape(value)}`).join("+"),
    )
    .join(",");
}

function escape(value: string): string {
  const chars = Array.from(value);
  return chars
    .map((char, i) => {
      if (/\p{Cc}/u.test(char)) {
        return [...encoder.encode(char)]
          .map((byte) => `\\${byte.toString(16).padStart(2, "0")}`)
          .join("");
      }
      const atEdge =
        (char === " " && (i === 0 || i === chars.length - 1)) || (char === "#" && i === 0);
      return atEdge || /["+,;<>\\]/.test(char) ? `\\${char}` : char;
    })
    .join("");
}

/**
 * Whether two texts name the same subject: the same set of parts, whatever their order. Values are compared
 * letter by letter; a stricter comparison than RFC 5280 section 7.1 refuses more, never less.
 */
export function sameName(a: string, b: string): boolean {
  const [left, right] = [partsOf(a), partsOf(b)];
  return left !== null && right !== null && left === right;
}

function partsOf(text: string): string | null {
  const name = parseName(text);
  if (name === null) return null;
  const parts = name.map((rdn) =>
    JSON.stringify(rdn.map(({ type, value }) => JSON.stringify([type, value])).sort()),
  );
  return JSON.stringify(parts.sort());
}
