// JSON as a tree that remembers where each value stands and how each number was written: what a fingerprint is taken
// over, and what an element can be cut out by. Unlike the strict reader it also takes what strict reading refuses
// (numbers that a double cannot hold, names that stand twice), because a server's list must be judged, not only refused.

export type Tree =
  | {
      readonly kind: "object";
      readonly start: number;
      readonly end: number;
      readonly members: readonly { readonly name: string; readonly value: Tree }[];
    }
  | {
      readonly kind: "array";
      readonly start: number;
      readonly end: number;
      readonly items: readonly Tree[];
    }
  | { readonly kind: "string"; readonly start: number; readonly end: number; readonly text: string }
  | { readonly kind: "number"; readonly start: number; readonly end: number; readonly raw: string }
  | {
      readonly kind: "literal";
      readonly start: number;
      readonly end: number;
      readonly value: boolean | null;
    };

/** Deeper documents are not read. */
const MAX_DEPTH = 128;

/**
 * Reads one document. Places are indexes into `text` (UTF-16 units), half-open.
 * @returns null where it is no JSON (RFC 8259), or nested too deep
 */
export function readTree(text: string): Tree | null {
  try {
    // The platform's own reader says whether it is JSON at all; below, that is taken for granted.
    JSON.parse(text);
  } catch {
    return null;
  }
  return new Reader(text).document();
}

class TooDeep extends Error {}

class Reader {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }

  document(): Tree | null {
    try {
      return this.#value(0);
    } catch (error) {
      if (error instanceof TooDeep) return null;
      throw error;
    }
  }

  /** The next character that is not white space; the place is on it afterwards. */
  #next(): string {
    for (;;) {
      const c = this.#text.charCodeAt(this.#at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return this.#text.charAt(this.#at);
      this.#at++;
    }
  }

  #value(depth: number): Tree {
    if (depth > MAX_DEPTH) throw new TooDeep();
    const c = this.#next();
    const start = this.#at;
    if (c === "{") return this.#object(start, depth);
    if (c === "[") return this.#array(start, depth);
    if (c === '"') {
      const text = this.#string();
      return { kind: "string", start, end: this.#at, text };
    }
    if (c === "t" || c === "f" || c === "n") {
      this.#at += c === "f" ? 5 : 4;
      return { kind: "literal", start, end: this.#at, value: c === "n" ? null : c === "t" };
    }
    while (/[-+.0-9eE]/.test(this.#text.charAt(this.#at))) this.#at++;
    return { kind: "number", start, end: this.#at, raw: this.#text.slice(start, this.#at) };
  }

  #object(start: number, depth: number): Tree {
    const members: { name: string; value: Tree }[] = [];
    this.#at++;
    while (this.#next() !== "}") {
      if (this.#text.charAt(this.#at) === ",") {
        this.#at++;
        this.#next();
      }
      const name = this.#string();
      this.#next();
      this.#at++;
      members.push({ name, value: this.#value(depth + 1) });
    }
    this.#at++;
    return { kind: "object", start, end: this.#at, members };
  }

  #array(start: number, depth: number): Tree {
    const items: Tree[] = [];
    this.#at++;
    while (this.#next() !== "]") {
      if (this.#text.charAt(this.#at) === ",") this.#at++;
      items.push(this.#value(depth + 1));
    }
    this.#at++;
    return { kind: "array", start, end: this.#at, items };
  }

  #string(): string {
    const from = this.#at;
    let escaped = false;
    for (let at = from + 1; ; at++) {
      const c = this.#text.charCodeAt(at);
      if (c === 0x5c) {
        escaped = true;
        at++;
      } else if (c === 0x22) {
        this.#at = at + 1;
        const raw = this.#text.slice(from, this.#at);
        return escaped ? (JSON.parse(raw) as string) : raw.slice(1, -1);
      }
    }
  }
}
