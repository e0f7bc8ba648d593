// Takes live secrets out of an answer while it goes by (threat 46). Bytes that hold none pass as they are; what is
// held back is only the beginning of something that may still become a secret, and never the end of an event: until
// its blank line has come, no reader of server-sent events does anything with what it was given.
import type { Finder } from "./finder.ts";
import type { KnownSecrets } from "./known-secrets.ts";

const NOTHING = new Uint8Array(0);

export class StreamScrubber {
  readonly #known: KnownSecrets;
  /**
   * The secrets of the moment when the answer began come out of it to its end, also after the vault was locked;
   * those of now come out, too.
   */
  readonly #then: Stage;
  #now: Stage | null = null;
  #inHeaders = 0;

  constructor(known: KnownSecrets) {
    this.#known = known;
    this.#then = new Stage(known.finder);
  }

  /** How many secrets were taken out. */
  get removed(): number {
    return this.#inHeaders + this.#then.removed + (this.#now?.removed ?? 0);
  }

  /** Takes the next bytes; returns those that may go on. */
  push(chunk: Uint8Array): Uint8Array {
    const first = this.#then.push(chunk);
    const { finder } = this.#known;
    if (this.#now === null) {
      if (finder === this.#then.finder) return first;
      this.#now = new Stage(finder);
    }
    this.#now.finder = finder;
    return this.#now.push(first);
  }

  /** The answer is over: what was held back did not become a secret. */
  end(): Uint8Array {
    const rest = this.#then.end();
    return this.#now === null ? rest : joined([this.#now.push(rest), this.#now.end()]);
  }

  /** Header values, cleared. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    const clean: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers)) {
      const scrubbed = this.#known.scrub(value);
      if (scrubbed !== value) this.#inHeaders++;
      clean[name] = scrubbed;
    }
    return clean;
  }
}

class Stage {
  finder: Finder;
  removed = 0;
  #held: Uint8Array = NOTHING;

  constructor(finder: Finder) {
    this.finder = finder;
  }

  push(chunk: Uint8Array): Uint8Array {
    return this.#run(this.#held.length === 0 ? chunk : joined([this.#held, chunk]), false);
  }

  end(): Uint8Array {
    return this.#held.length === 0 ? NOTHING : this.#run(this.#held, true);
  }

  #run(bytes: Uint8Array, last: boolean): Uint8Array {
    const { finder } = this;
    const end = bytes.length;
    const pieces: Uint8Array[] = [];
    let sent = 0;
    let hold = end;
    /** The secret that was found last; one that overlaps it is part of the same. */
    let from = -1;
    let to = -1;
    let mask: Uint8Array = NOTHING;
    const take = (): void => {
      if (from < 0) return;
      if (sent < from) pieces.push(bytes.subarray(sent, from));
      pieces.push(mask);
      sent = to;
      this.removed++;
    };
    let at = finder.next(bytes, 0, end);
    for (; at < end; at = finder.next(bytes, at + 1, end)) {
      finder.look(bytes, at, end);
      if (finder.open && !last) {
        hold = at;
        if (at < to) {
          hold = from;
          from = -1;
        }
        break;
      }
      if (finder.found === 0) continue;
      if (at < to) to = Math.max(to, finder.found);
      else {
        take();
        from = at;
        to = finder.found;
        ({ mask } = finder);
      }
    }
    take();
    if (sent === 0 && hold === end) {
      this.#held = NOTHING;
      return bytes;
    }
    if (sent < hold) pieces.push(bytes.subarray(sent, hold));
    // A copy: a few bytes must not keep a whole chunk alive.
    this.#held = hold < end ? bytes.slice(hold) : NOTHING;
    return joined(pieces);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
