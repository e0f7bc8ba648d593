// Finds secrets in bytes. Nearly every byte is passed over at one look; where a secret could begin, it is read with
// all the escapes that it may stand behind.
import { MARK } from "./mask.ts";
import { MIN_SECRET, type Needle } from "./needles.ts";
import { readings } from "./readings.ts";

interface Sought {
  /** As it stands. */
  readonly raw: Uint8Array;
  readonly points: readonly number[];
  /** Base64 comes in lines. */
  readonly coded: boolean;
  /** ASCII alone: as many characters as bytes. */
  readonly ascii: boolean;
  /** What it is made of could itself be an escape, or the end of an event: it is always read in every way. */
  readonly odd: boolean;
  readonly mask: Uint8Array;
}

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const LF = 0x0a;
const CR = 0x0d;
const encoder = new TextEncoder();
const thirdOf = (head: number, third: number): number => (head * 31 + third * 7919) & 0xffff;
const isEscape = (c: number): boolean => c === BACKSLASH || c === PERCENT;

export class Finder {
  /** For two bytes, whether a secret can begin with them: 1 as they are, if the third fits, too; 2 escaped. */
  readonly #heads = new Uint8Array(65_536);
  readonly #thirds = new Uint8Array(65_536);
  readonly #first = new Uint8Array(256);
  readonly #byHead = new Map<number, Sought[]>();
  readonly #byPoint = new Map<number, Sought[]>();
  readonly #out: number[] = [];
  /** After look(): the index after the longest secret that stands there, or 0. */
  found = 0;
  /** What stands for it. */
  mask: Uint8Array = new Uint8Array(0);
  /** After look(): whether a secret may have begun that goes on beyond the bytes. */
  open = false;
  readonly empty: boolean;

  constructor(needles: readonly Needle[]) {
    this.empty = needles.length === 0;
    for (const { text: whole, coded } of needles) {
      // Without the line ends that it begins with: the end of an event is never held back.
      const text = whole.replace(/^[\r\n]+/, "");
      if (text.length < MIN_SECRET) continue;
      const sought: Sought = {
        raw: encoder.encode(text),
        points: Array.from(text, (c) => c.codePointAt(0) ?? 0),
        coded,
        ascii: /^[\0-\x7f]*$/.test(text),
        odd: /[\\%]|\n\r?\n|\r\r/.test(text),
        // A number stays one, so that the JSON around it stays JSON.
        mask: encoder.encode(/^\d+$/.test(text) ? "9".repeat(text.length) : MARK),
      };
      this.#index(sought);
    }
  }

  #index(sought: Sought): void {
    const { raw, points, coded } = sought;
    const [first = 0, second = 0, third = 0] = raw;
    const point = points[0] ?? 0;
    const instead = [BACKSLASH, PERCENT, ...(coded ? [LF, CR] : [])];
    const head = (first << 8) | second;
    this.#heads[head] ||= 1;
    for (const c of [third, ...instead]) this.#thirds[thirdOf(head, c)] = 1;
    this.#add(this.#byHead, head, sought);
    if (point < 0x80) {
      for (const c of instead) {
        this.#heads[(first << 8) | c] = 2;
        if (c !== second) this.#add(this.#byHead, (first << 8) | c, sought);
      }
    }
    for (const c of [first, BACKSLASH, PERCENT]) this.#first[c] = 1;
    this.#add(this.#byPoint, point, sought);
    // Its first character may be escaped: backslashes, then a letter; or percent signs, then its digits.
    const digit = (first >> 4).toString(16);
    for (const c of ["\\", "u", "x", SHORT_OF.get(point) ?? "u"])
      this.#heads[(BACKSLASH << 8) | c.charCodeAt(0)] = 2;
    for (const c of ["2", digit, digit.toUpperCase()])
      this.#heads[(PERCENT << 8) | c.charCodeAt(0)] = 2;
  }

  #add(to: Map<number, Sought[]>, key: number, sought: Sought): void {
    const there = to.get(key);
    if (there === undefined) to.set(key, [sought]);
    else there.push(sought);
  }

  /** The first place at or after `from` where a secret could begin, or `end`. */
  next(bytes: Uint8Array, from: number, end: number): number {
    const heads = this.#heads;
    const thirds = this.#thirds;
    const last = end - 1;
    for (let at = from; at < last; at++) {
      const head = (bytes[at]! << 8) | bytes[at + 1]!;
      const kind = heads[head];
      if (kind === 0) continue;
      if (kind === 2 || at + 2 > last || thirds[thirdOf(head, bytes[at + 2]!)] === 1) return at;
    }
    return last >= from && this.#first[bytes[last]!] === 1 ? last : end;
  }

  /** Looks whether a secret stands here; the answer is in `found` and `open`. */
  look(bytes: Uint8Array, at: number, end: number): void {
    this.found = 0;
    this.open = false;
    const c = bytes[at]!;
    if (at + 1 >= end) {
      this.open = true;
      return;
    }
    for (const sought of this.#byHead.get((c << 8) | bytes[at + 1]!) ?? []) {
      this.#compare(sought, bytes, at, end);
    }
    if (!isEscape(c)) return;
    const read: number[] = [];
    if (readings(bytes, at, end, read)) this.open = true;
    for (let i = 0; i < read.length; i += 2) {
      for (const sought of this.#byPoint.get(read[i]!) ?? []) {
        this.#read(sought, 1, [read[i + 1]!], bytes, end);
      }
    }
  }

  #compare(sought: Sought, bytes: Uint8Array, at: number, end: number): void {
    const { raw } = sought;
    const length = Math.min(raw.length, end - at);
    let same = 0;
    if (!sought.odd) {
      while (same < length && bytes[at + same] === raw[same]) same++;
      if (same === raw.length) return this.#accept(sought, at + same);
      if (same === length) {
        this.open = true;
        return;
      }
      const c = bytes[at + same]!;
      if (!isEscape(c) && !(sought.coded && (c === LF || c === CR))) return;
    }
    // What was the same so far need not be read again.
    const from = sought.ascii && !sought.odd ? same : 0;
    this.#read(sought, from, [at + from], bytes, end);
  }

  /** Follows every way in which the rest of the secret may stand from `here` on. */
  #read(sought: Sought, from: number, here: number[], bytes: Uint8Array, end: number): void {
    const { points, coded } = sought;
    for (let i = from; i < points.length; i++) {
      const wanted = points[i]!;
      const next: number[] = [];
      for (const at of here) {
        this.#step(bytes, at, end, wanted, next);
        if (coded && i > 0) {
          for (const after of this.#lineEnds(bytes, at, end))
            this.#step(bytes, after, end, wanted, next);
        }
      }
      if (next.length === 0) return;
      here = next;
    }
    this.#accept(sought, Math.max(...here));
  }

  /** Adds the places after `wanted`, where it stands here. */
  #step(bytes: Uint8Array, at: number, end: number, wanted: number, next: number[]): void {
    if (at >= end) {
      this.open = true;
      return;
    }
    const out = this.#out;
    out.length = 0;
    if (readings(bytes, at, end, out)) this.open = true;
    for (let i = 0; i < out.length; i += 2) {
      if (out[i] === wanted && !next.includes(out[i + 1]!)) next.push(out[i + 1]!);
    }
  }

  /** The places after one line end: LF, CR or both. */
  #lineEnds(bytes: Uint8Array, at: number, end: number): number[] {
    const after: number[] = [];
    this.#step(bytes, at, end, LF, after);
    const carriage: number[] = [];
    this.#step(bytes, at, end, CR, carriage);
    for (const one of carriage) {
      after.push(one);
      this.#step(bytes, one, end, LF, after);
    }
    return after;
  }

  #accept(sought: Sought, end: number): void {
    if (end <= this.found) return;
    this.found = end;
    this.mask = sought.mask;
  }
}

/** JSON's letters for characters that have one. */
const SHORT_OF = new Map(
  Object.entries({
    "\b": "b",
    "\f": "f",
    "\n": "n",
    "\r": "r",
    "\t": "t",
    '"': '"',
    "/": "/",
    "'": "'",
  }).map(([c, letter]) => [c.charCodeAt(0), letter]),
);
