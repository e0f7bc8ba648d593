// Strings and numbers of RFC 8259, byte by byte. They are where two readers disagree most, so each rule
// here refuses what another reader could take for something else.
import { Refusal, type RefusalCode } from "../errors.ts";

/** 0 plain · 1 quote · 2 backslash · 3 control · 4, 5, 6 first byte of a 2, 3, 4 byte sequence · 7 never valid. */
const CLASS = new Uint8Array(256);
CLASS.fill(3, 0, 0x20);
CLASS[0x22] = 1;
CLASS[0x5c] = 2;
CLASS.fill(7, 0x80);
CLASS.fill(4, 0xc2, 0xe0);
CLASS.fill(5, 0xe0, 0xf0);
CLASS.fill(6, 0xf0, 0xf5);

// ignoreBOM: U+FEFF at the start of a string is content, and two names must not become equal by losing it.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A refusal that names the byte where reading stopped. */
export const fault = (code: RefusalCode, offset: number): Refusal => new Refusal(code, { offset });

/** Whether `bytes[at]` continues a UTF-8 sequence, within a narrower range where Unicode table 3-7 has one. */
function continues(bytes: Uint8Array, at: number, low = 0x80, high = 0xbf): boolean {
  const byte = bytes[at];
  return byte !== undefined && byte >= low && byte <= high;
}

/** Length of the well-formed UTF-8 sequence at `at`, or 0. Overlong forms and surrogates are not well-formed. */
function sequence(bytes: Uint8Array, at: number, kind: number): number {
  const lead = bytes[at];
  if (kind === 4) return continues(bytes, at + 1) ? 2 : 0;
  if (kind === 5) {
    const low = lead === 0xe0 ? 0xa0 : 0x80;
    const high = lead === 0xed ? 0x9f : 0xbf;
    return continues(bytes, at + 1, low, high) && continues(bytes, at + 2) ? 3 : 0;
  }
  if (kind === 6) {
    const low = lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xf4 ? 0x8f : 0xbf;
    const whole =
      continues(bytes, at + 1, low, high) && continues(bytes, at + 2) && continues(bytes, at + 3);
    return whole ? 4 : 0;
  }
  return 0;
}

/** The 16 bits after `\u`, or -1. */
function hex4(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 4; i++) {
    const c = bytes[i] ?? 0;
    const lower = c | 0x20;
    if (c >= 0x30 && c <= 0x39) value = value * 16 + c - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) value = value * 16 + lower - 0x57;
    else return -1;
  }
  return value;
}

/** Index after the escape that begins with the backslash at `at`. */
function escapeEnd(bytes: Uint8Array, at: number): number {
  switch (bytes[at + 1]) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at + 2;
    case 0x75: {
      const unit = hex4(bytes, at + 2);
      if (unit < 0) throw fault("json_invalid", at);
      if (unit < 0xd800 || unit > 0xdfff) return at + 6;
      // RFC 8259 section 8.2: what a reader makes of a lone surrogate is unpredictable.
      const low = bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75 ? hex4(bytes, at + 8) : -1;
      if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff) throw fault("json_not_utf8", at);
      return at + 12;
    }
    case undefined:
    default:
      throw fault("json_invalid", at);
  }
}

/**
 * Checks the string whose first content byte is at `from`; returns the index of its closing quote.
 * @throws Refusal `json_invalid` (raw control character, unknown escape, no end), `json_not_utf8`
 */
export function stringEnd(bytes: Uint8Array, from: number): number {
  const length = bytes.length;
  let at = from;
  for (;;) {
    while (at < length && CLASS[bytes[at]!] === 0) at++;
    if (at >= length) throw fault("json_invalid", length);
    const kind = CLASS[bytes[at]!]!;
    if (kind === 1) return at;
    if (kind === 2) at = escapeEnd(bytes, at);
    else if (kind === 3) throw fault("json_invalid", at);
    else {
      const size = sequence(bytes, at, kind);
      if (size === 0) throw fault("json_not_utf8", at);
      at += size;
    }
  }
}

/** The text of a string that stringEnd() accepted; the range is what lies between its quotes. */
export function stringText(bytes: Uint8Array, start: number, end: number): string {
  // Names and ids are short and plain: for them this beats the decoder's call several times over.
  if (end - start <= 32) {
    let text = "";
    let at = start;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80 || byte === 0x5c) break;
      text += String.fromCharCode(byte);
    }
    if (at === end) return text;
  }
  const raw = decoder.decode(bytes.subarray(start, end));
  return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
}

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x30 && byte <= 0x39;

function digitsEnd(bytes: Uint8Array, from: number): number {
  if (!isDigit(bytes[from])) throw fault("json_invalid", from);
  let at = from + 1;
  while (isDigit(bytes[at])) at++;
  return at;
}

/**
 * Checks the number at `start`; returns the index after it.
 * @throws Refusal `json_invalid`, `json_lossy_number`
 */
export function numberEnd(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start;
  // A leading zero stands alone (RFC 8259 section 6); a digit after it is then trailing data.
  at = bytes[at] === 0x30 ? at + 1 : digitsEnd(bytes, at);
  const integer = at;
  if (bytes[at] === 0x2e) at = digitsEnd(bytes, at + 1);
  let exponent = false;
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    exponent = true;
    at++;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
    at = digitsEnd(bytes, at);
  }
  // Fifteen digits always survive a double; most numbers stop here.
  if (!exponent && at - start <= 15) return at;
  const text = stringText(bytes, start, at);
  const whole = !exponent && integer === at;
  if (whole ? !Number.isSafeInteger(Number(text)) : lossy(text)) {
    throw fault("json_lossy_number", start);
  }
  return at;
}

/** The significant digits of a decimal and the power of ten of the first one. */
function significant(decimal: string): { digits: string; power: number } {
  const [mantissa = "", exponent = "0"] = decimal.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = whole + fraction;
  let first = 0;
  while (all.charCodeAt(first) === 0x30) first++;
  let end = all.length;
  while (end > first && all.charCodeAt(end - 1) === 0x30) end--;
  return { digits: all.slice(first, end), power: whole.length - 1 - first + Number(exponent) };
}

/**
 * Whether a double (IEEE 754 binary64, what RFC 8259 section 6 calls interoperable) says something else
 * than the decimal does. 0.1 is not lossy: printed with the digits it came with, it is the same again.
 */
function lossy(text: string): boolean {
  // What JavaScript and Python print comes back as it was: no need to look at digits.
  if (String(Number(text)) === text) return false;
  // Only the sign of the mantissa is dropped: the exponent keeps its own.
  const { digits, power } = significant(text.startsWith("-") ? text.slice(1) : text);
  if (digits === "") return false;
  const value = Math.abs(Number(text));
  if (!Number.isFinite(value) || value === 0 || digits.length > 17) return true;
  if (digits.length <= 15 && value >= 1e-300) return false;
  const again = significant(value.toExponential(digits.length - 1));
  return again.digits !== digits || again.power !== power;
}
