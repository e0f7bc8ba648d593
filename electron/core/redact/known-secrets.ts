// The secrets that are live now, for one purpose: that none of them is ever written down. Whatever a server
// echoes or an agent repeats is searched for them in the forms that programs commonly give to text.
import type { Span } from "../message.ts";
import type { Secret } from "../secret.ts";
import { Finder } from "./finder.ts";
import { mask } from "./mask.ts";
import { type Needle, needlesOf } from "./needles.ts";
import { viewsOf } from "./views.ts";

interface Held {
  readonly secret: Secret;
  count: number;
}

/** Units that begin every needle: enough to pass over nearly all of a text at one look each. */
const HEAD = 4;
const MASK = 0xffff;
const headHash = (text: string, at: number): number =>
  ((text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 61 +
    text.charCodeAt(at + 2) * 127 +
    text.charCodeAt(at + 3) * 7) &
  MASK;

export class KnownSecrets {
  // Private fields: neither util.inspect nor JSON.stringify shows what is in here.
  #held: Held[] = [];
  #needles: ReadonlyMap<number, readonly Needle[]> | null = null;
  #heads = new Uint8Array(0);
  #longest = 0;
  #finder: Finder | null = null;

  /** Hides this value from now on. The same value may be added by several owners. */
  add(secret: Secret): void {
    const value = secret.reveal();
    const held = this.#held.find((one) => one.secret.reveal() === value);
    if (held) {
      held.count++;
      return;
    }
    this.#held.push({ secret, count: 1 });
    this.#changed();
  }

  /** Undoes one add() of an equal value. */
  remove(secret: Secret): void {
    const value = secret.reveal();
    const left = this.#held.filter((one) => one.secret.reveal() !== value || --one.count > 0);
    if (left.length === this.#held.length) return;
    this.#held = left;
    this.#changed();
  }

  #changed(): void {
    this.#needles = null;
    this.#finder = null;
  }

  /** Finds them in bytes that go by: the same one for as long as the secrets are the same. */
  get finder(): Finder {
    this.#finder ??= new Finder(this.#held.flatMap(({ secret }) => needlesOf(secret.reveal())));
    return this.#finder;
  }

  /** How far a form of the longest secret can reach, in UTF-16 units: needed before a text may be cut. */
  get reach(): number {
    this.#index();
    return this.#longest;
  }

  /** Where secrets stand in the text, in no order; ranges may overlap. */
  spansIn(text: string): Span[] {
    const needles = this.#index();
    if (needles.size === 0) return [];
    const spans: Span[] = [];
    for (const { text: reading, from } of viewsOf(text)) {
      const last = reading.length - HEAD;
      for (let at = 0; at <= last; at++) {
        const hash = headHash(reading, at);
        if (this.#heads[hash] !== 1) continue;
        for (const needle of needles.get(hash) ?? []) {
          if (!reading.startsWith(needle.text, at)) continue;
          const [start, end] = needle.coded
            ? codedRun(reading, at, at + needle.text.length)
            : [at, at + needle.text.length];
          spans.push({ start: from?.[start] ?? start, end: from?.[end] ?? end });
        }
      }
    }
    return spans;
  }

  /** The text with every known secret replaced. */
  scrub(text: string): string {
    return mask(text, this.spansIn(text));
  }

  #index(): ReadonlyMap<number, readonly Needle[]> {
    if (this.#needles) return this.#needles;
    const needles = new Map<number, Needle[]>();
    const heads = new Uint8Array(MASK + 1);
    let longest = 0;
    for (const { secret } of this.#held) {
      for (const needle of needlesOf(secret.reveal())) {
        const hash = headHash(needle.text, 0);
        const sameHead = needles.get(hash);
        if (sameHead) sameHead.push(needle);
        else needles.set(hash, [needle]);
        heads[hash] = 1;
        longest = Math.max(longest, needle.text.length);
      }
    }
    this.#heads = heads;
    // Percent signs and \uXXXX make six characters of one.
    this.#longest = longest * 6;
    this.#needles = needles;
    return needles;
  }
}

const inCode = (unit: number): boolean =>
  (unit >= 0x30 && unit <= 0x39) ||
  ((unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a) ||
  unit === 0x2b ||
  unit === 0x2f ||
  unit === 0x2d ||
  unit === 0x5f ||
  unit === 0x3d;

/** The whole run of Base64 characters around a match. */
function codedRun(text: string, start: number, end: number): [number, number] {
  while (start > 0 && inCode(text.charCodeAt(start - 1))) start--;
  while (end < text.length && inCode(text.charCodeAt(end))) end++;
  return [start, end];
}
