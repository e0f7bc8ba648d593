// What bytes may say: a character as it is, or behind the escapes of JSON (RFC 8259 section 7, also of JSON within
// JSON) and of percent-encoding (RFC 3986 section 2.1, also twice). One place can be read in several ways.

/** More backslashes in a row than three layers of JSON make. */
const LONGEST_RUN = 16;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const SHORT = new Map(
  Object.entries({ b: 8, f: 12, n: 10, r: 13, t: 9, '"': 0x22, "/": 0x2f, "'": 0x27 }).map(
    ([letter, code]) => [letter.charCodeAt(0), code],
  ),
);

const isHex = (c: number): boolean =>
  (c >= 0x30 && c <= 0x39) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x66);

/** The number that these hexadecimal digits write; -1: they are none; -2: they go on beyond the end. */
function digits(bytes: Uint8Array, at: number, count: number, end: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    if (i >= end) return -2;
    const c = bytes[i]!;
    if (!isHex(c)) return -1;
    value = value * 16 + ((c & 0x0f) + (c > 0x40 ? 9 : 0));
  }
  return value;
}

const sizeOf = (lead: number): number =>
  lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
function codePoint(bytes: readonly number[]): number | null {
  try {
    return utf8.decode(Uint8Array.from(bytes)).codePointAt(0) ?? null;
  } catch {
    return null;
  }
}

/**
 * Adds what the bytes at `at` may say to `out`, as pairs of a code point and the index after it.
 * @returns true where more bytes could give another reading
 */
export function readings(bytes: Uint8Array, at: number, end: number, out: number[]): boolean {
  const c = bytes[at]!;
  if (c === BACKSLASH) return escaped(bytes, at, end, out);
  if (c === PERCENT) {
    out.push(c, at + 1);
    const once = percent(bytes, at, 3, end, out);
    return percent(bytes, at, 5, end, out) || once;
  }
  if (c < 0x80) {
    if (!endsEvent(bytes, at)) out.push(c, at + 1);
    return false;
  }
  const size = sizeOf(c);
  if (size === 0) return false;
  if (at + size > end) return true;
  const read = codePoint([...bytes.subarray(at, at + size)]);
  if (read !== null) out.push(read, at + size);
  return false;
}

/** The second line end of a blank line. It ends a server-sent event, and with it everything that stood in it. */
function endsEvent(bytes: Uint8Array, at: number): boolean {
  const c = bytes[at];
  const before = at > 0 ? bytes[at - 1] : 0;
  if (c === 0x0d) return before === 0x0d || before === 0x0a;
  return c === 0x0a && (before === 0x0a || (before === 0x0d && at > 1 && bytes[at - 2] === 0x0a));
}

function escaped(bytes: Uint8Array, at: number, end: number, out: number[]): boolean {
  let after = at;
  while (after < end && bytes[after] === BACKSLASH && after - at < LONGEST_RUN) after++;
  for (const run of [1, 2, 4, 8]) if (at + run <= after) out.push(BACKSLASH, at + run);
  if (after >= end) return true;
  const letter = bytes[after]!;
  const short = SHORT.get(letter);
  if (short !== undefined) out.push(short, after + 1);
  if (letter === 0x78) {
    const code = digits(bytes, after + 1, 2, end);
    if (code >= 0) out.push(code, after + 3);
    return code === -2;
  }
  if (letter !== 0x75) return false;
  const unit = digits(bytes, after + 1, 4, end);
  if (unit < 0) return unit === -2;
  if (unit < 0xd800 || unit > 0xdbff) {
    out.push(unit, after + 5);
    return false;
  }
  // The other half of a character beyond the first 65,536 is escaped the same way.
  let low = after + 5;
  while (low < end && bytes[low] === BACKSLASH && low - after - 5 < LONGEST_RUN) low++;
  if (low >= end) return true;
  const second = bytes[low] === 0x75 ? digits(bytes, low + 1, 4, end) : -1;
  if (second >= 0) out.push(0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00), low + 5);
  return second === -2;
}

/** A character written as `%XX` (step 3) or `%25XX` (step 5), one for each byte of its UTF-8. */
function percent(bytes: Uint8Array, at: number, step: 3 | 5, end: number, out: number[]): boolean {
  const read: number[] = [];
  for (let p = at, left = 1; left > 0; left--, p += step) {
    if (p >= end) return true;
    if (bytes[p] !== PERCENT) return false;
    if (step === 5) {
      const sign = digits(bytes, p + 1, 2, end);
      if (sign !== PERCENT) return sign === -2;
    }
    const byte = digits(bytes, p + step - 2, 2, end);
    if (byte < 0) return byte === -2;
    if (read.length === 0) left = sizeOf(byte);
    if (left === 0) return false;
    read.push(byte);
  }
  const code = codePoint(read);
  if (code !== null) out.push(code, at + step * read.length);
  return false;
}
