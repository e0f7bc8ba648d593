// Writes the arguments of a call as people will read them: same shape, secrets hidden, long and deep parts
// left out and said so. It reads the bytes once, builds nothing of their size, and ends with valid JSON.
import { stringEnd, stringText } from "../json/tokens.ts";
import type { Span } from "../message.ts";
import { utf8Length } from "../text.ts";
import type { KnownSecrets } from "./known-secrets.ts";
import { MARK, mask } from "./mask.ts";
import { isAmountName, isSecretName } from "./names.ts";
import { shapesIn } from "./shapes.ts";

/** UTF-16 units shown of one string, and of one member name. */
const SHOWN = 1024;
const SHOWN_NAME = 128;
/** Items and levels shown. */
const WIDE = 200;
const DEEP = 32;
/** Looked at beyond what is shown, so that a shape at the edge is still known for what it is. */
const BEYOND = 512;

const HIDDEN = JSON.stringify(MARK);
const LEFT_OUT = JSON.stringify("…");

/** Names whose value says what its sibling `value` is: `{"name": "API_KEY", "value": "…"}`. */
const LABELS = new Set(["name", "key", "header", "field", "variable", "parameter"]);

/** JSON text of a string that no terminal or log viewer will obey: what JSON.stringify leaves raw is escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text without its secrets, cut after `limit` units of the source. */
export function hideIn(text: string, known: KnownSecrets, limit: number): string {
  return mask(text, [...shapesIn(text), ...known.spansIn(text)], Math.min(limit, text.length));
}

/** How far to look so that nothing is cut in half. */
export const windowFor = (known: KnownSecrets, limit: number): number =>
  limit + known.reach + BEYOND;

export class JsonWriter {
  readonly #bytes: Uint8Array;
  readonly #known: KnownSecrets;
  readonly #cap: number;
  readonly #pieces: string[] = [];
  #at = 0;
  #used = 0;
  #open = 0;
  #full = false;
  cut = false;

  constructor(bytes: Uint8Array, known: KnownSecrets, cap: number) {
    this.#bytes = bytes;
    this.#known = known;
    this.#cap = cap;
  }

  /** JSON text of at most `cap` bytes. @throws whatever the token readers throw where the bytes are not JSON */
  write(): string {
    this.#value(null);
    return this.#pieces.join("");
  }

  /** Adds a piece if there is room for it, for every bracket that is open, and for one mark of omission. */
  #put(piece: string, slack = 0): boolean {
    const size = utf8Length(piece) + slack;
    if (this.#full || this.#used + size + this.#open + 5 > this.#cap) {
      this.#full = true;
      this.cut = true;
      return false;
    }
    this.#pieces.push(piece);
    this.#used += size;
    return true;
  }

  #putValue(piece: string): void {
    const wasFull = this.#full;
    if (!this.#put(piece) && !wasFull) this.#pieces.push(LEFT_OUT);
  }

  /** The byte after white space. */
  #peek(): number {
    let c = this.#bytes[this.#at];
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = this.#bytes[++this.#at];
    if (c === undefined) throw new RangeError("the text ends too early");
    return c;
  }

  /** Steps over a string; returns the range between its quotes. */
  #string(): Span {
    if (this.#peek() !== 0x22) throw new RangeError("a name is missing");
    const start = this.#at + 1;
    const end = stringEnd(this.#bytes, start);
    this.#at = end + 1;
    return { start, end };
  }

  #scalar(): string {
    const start = this.#at;
    let at = start;
    while (
      at < this.#bytes.length &&
      /[-+.0-9A-Za-z]/.test(String.fromCharCode(this.#bytes[at]!))
    ) {
      at++;
    }
    if (at === start) throw new RangeError("a value is missing");
    this.#at = at;
    return stringText(this.#bytes, start, at);
  }

  /** Steps over a value, whatever is in it. */
  #skip(): void {
    let depth = 0;
    do {
      const c = this.#peek();
      if (c === 0x22) this.#string();
      else if (c === 0x7b || c === 0x5b) {
        depth++;
        this.#at++;
      } else if (c === 0x7d || c === 0x5d) {
        depth--;
        this.#at++;
      } else if (c === 0x2c || c === 0x3a) this.#at++;
      else this.#scalar();
    } while (depth > 0);
  }

  /** Writes the value here; `name` is the member it belongs to. Returns its text if it is a whole string. */
  #value(name: string | null, hide = false): string | null {
    const c = this.#peek();
    if (hide || (name !== null && isSecretName(name))) {
      const number = c === 0x2d || (c >= 0x30 && c <= 0x39);
      // true, false and null give nothing away, and tell the reader whether there was anything.
      const harmless = c === 0x74 || c === 0x66 || c === 0x6e;
      if (!harmless && !(number && name !== null && isAmountName(name))) {
        this.#skip();
        this.#putValue(HIDDEN);
        return null;
      }
    }
    if (c === 0x22) {
      const { start, end } = this.#string();
      const { text, size } = this.#shown(start, end, SHOWN);
      if (size !== null) this.cut = true;
      this.#putValue(quoted(size === null ? text : `${text}… (${size} bytes)`));
      return size === null ? stringText(this.#bytes, start, end) : null;
    }
    if (c === 0x7b || c === 0x5b) this.#container(c === 0x7b);
    else {
      const text = this.#scalar();
      this.#putValue(this.#known.spansIn(text).length > 0 ? HIDDEN : text);
    }
    return null;
  }

  #container(object: boolean): void {
    if (this.#open >= DEEP) {
      this.cut = true;
      this.#skip();
      this.#putValue(LEFT_OUT);
      return;
    }
    this.#open++;
    if (!this.#put(object ? "{" : "[")) {
      this.#open--;
      this.#pieces.push(LEFT_OUT);
      return;
    }
    this.#at++;
    if (object) this.#members();
    else this.#items();
    this.#open--;
    this.#pieces.push(object ? "}" : "]");
    this.#used++;
  }

  #items(): void {
    // An option of a command line names the item after it: ["--password", "…"].
    let option = false;
    for (let count = 0; this.#peek() !== 0x5d && !this.#full; count++) {
      if (count > 0) this.#at++;
      if (count >= WIDE) {
        this.#rest(0x5d, false);
        break;
      }
      if (count > 0 && !this.#put(",")) return;
      const text = this.#value(null, option);
      option = text !== null && /^--?[A-Za-z][\w-]*$/.test(text) && isSecretName(text);
    }
    if (!this.#full) this.#at++;
  }

  #members(): void {
    let secretLabel = false;
    let valueAt = 0;
    let valueEnd = 0;
    for (let count = 0; this.#peek() !== 0x7d && !this.#full; count++) {
      if (count > 0) this.#at++;
      if (count >= WIDE) {
        this.#rest(0x7d, true);
        break;
      }
      this.#peek();
      const { start, end } = this.#string();
      const name = stringText(this.#bytes, start, end);
      const shown = this.#shown(start, end, SHOWN_NAME);
      if (shown.size !== null) this.cut = true;
      this.#peek();
      this.#at++;
      const label = quoted(shown.size === null ? shown.text : `${shown.text}…`);
      const isValue = name.toLowerCase() === "value";
      // Room to hide the value later, when its label comes after it.
      if (!this.#put(`${count > 0 ? "," : ""}${label}:`, isValue ? HIDDEN.length : 0)) break;
      const from = this.#pieces.length;
      const text = this.#value(name, isValue && secretLabel);
      if (isValue) {
        valueAt = from;
        valueEnd = this.#pieces.length;
      } else if (text !== null && LABELS.has(name.toLowerCase()) && isSecretName(text)) {
        secretLabel = true;
      }
    }
    if (!this.#full) this.#at++;
    if (secretLabel && valueEnd > 0) {
      this.#pieces.fill("", valueAt, valueEnd);
      this.#pieces[valueAt] = HIDDEN;
    }
  }

  /** Steps over what is too much, counting it, and says how much it was. */
  #rest(close: number, object: boolean): void {
    let more = 0;
    for (; this.#peek() !== close; more++) {
      if (more > 0) this.#at++;
      if (object) {
        this.#string();
        this.#peek();
        this.#at++;
      }
      this.#skip();
    }
    this.cut = true;
    const said = JSON.stringify(`… (${more} more)`);
    this.#put(object ? `,${LEFT_OUT}:${said}` : `,${said}`);
  }

  /** A string without its secrets; `size` is its length in bytes where it was shortened. */
  #shown(start: number, end: number, limit: number): { text: string; size: number | null } {
    const window = windowFor(this.#known, limit);
    const stop = boundary(this.#bytes, start, end, window * 6);
    const text = stringText(this.#bytes, start, stop);
    const shortened = stop < end || text.length > limit;
    let edge = limit;
    if (shortened && /[\ud800-\udbff]/.test(text.charAt(edge - 1))) edge--;
    const hidden = hideIn(text.slice(0, window), this.#known, shortened ? edge : text.length);
    return { text: hidden, size: shortened ? end - start : null };
  }
}

/** The end of the last whole character that begins within `most` bytes. */
function boundary(bytes: Uint8Array, start: number, end: number, most: number): number {
  if (end - start <= most) return end;
  let at = start;
  while (at < start + most) {
    const c = bytes[at]!;
    if (c !== 0x5c) at += c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    else if (bytes[at + 1] !== 0x75) at += 2;
    else {
      const high =
        (bytes[at + 2]! | 0x20) === 0x64 && /[89ab]/i.test(String.fromCharCode(bytes[at + 3]!));
      at += high ? 12 : 6;
    }
  }
  return Math.min(at, end);
}
