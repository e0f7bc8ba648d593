// A strict reader of JSON in its bytes: one pass, no recursion, nothing built but what is watched. It
// accepts only what every reader takes for the same thing, so that what is decided is what is forwarded.
import { Refusal } from "../errors.ts";
import type { Span } from "../message.ts";
import { fault, numberEnd, stringEnd, stringText } from "./tokens.ts";

export type ValueKind = "object" | "array" | "string" | "number" | "boolean" | "null";

/** Which parts of a document to report. What no watch names is checked and passed over. */
export interface Watch {
  /** Members to report, and what to watch inside them. */
  readonly members?: ReadonlyMap<string, Watch>;
  /** Array items to report, by index. */
  readonly items?: ReadonlyMap<number, Watch>;
  /** Hears every member name of this object, unescaped, with the byte where it stands. */
  readonly onName?: (name: string, offset: number) => void;
}

/** A watched value and where it lies. A string's span includes its quotes. */
export interface Found extends Span {
  readonly kind: ValueKind;
  readonly members: ReadonlyMap<string, Found>;
  readonly items: ReadonlyMap<number, Found>;
}

export interface ReadOptions {
  /** Deepest nesting of objects and arrays that is read; 64 unless told. */
  readonly maxDepth?: number;
  readonly watch?: Watch;
}

export const DEFAULT_DEPTH = 64;

/** Up to this many names are compared one by one; beyond it a Set keeps an object of any width linear. */
const FEW_NAMES = 16;

interface Draft {
  kind: ValueKind;
  start: number;
  end: number;
  members: Map<string, Found>;
  items: Map<number, Found>;
}

/** One open container. Frames are reused, so that a million small objects cost no allocation. */
interface Frame {
  object: boolean;
  /** Where this object's names begin on the name stack. */
  base: number;
  names: Set<string> | null;
  watch: Watch | undefined;
  draft: Draft | undefined;
  index: number;
}

type State = "value" | "first-item" | "first-name" | "name" | "after";

/**
 * Reads one document.
 * @throws Refusal `json_invalid`, `json_not_utf8`, `json_duplicate_key`, `json_lossy_number` (each with
 * `offset`, the byte), `json_too_deep` (with `limit` and `offset`)
 */
export function readJson(bytes: Uint8Array, options: ReadOptions = {}): Found {
  const limit = options.maxDepth ?? DEFAULT_DEPTH;
  const length = bytes.length;
  // RFC 8259 section 8.1: no byte order mark. No document begins with a byte outside ASCII.
  if (length > 0 && bytes[0]! >= 0x80) throw fault("json_not_utf8", 0);

  const frames: Frame[] = [];
  const names = new NameStack(bytes);
  let depth = 0;
  let top: Frame | undefined;
  let state: State = "value";
  let at = 0;
  let watch: Watch | undefined = options.watch ?? {};
  let name = "";
  let root: Draft | undefined;

  for (;;) {
    let c = bytes[at];
    while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = bytes[++at];

    if (state === "after") {
      if (top === undefined) {
        if (at < length || root === undefined) throw fault("json_invalid", at);
        return root;
      }
      if (c === 0x2c) {
        at++;
        state = top.object ? "name" : "value";
        if (!top.object) watch = top.watch?.items?.get(++top.index);
        continue;
      }
      if (c !== (top.object ? 0x7d : 0x5d)) throw fault("json_invalid", at);
    } else if (state === "first-item") {
      if (c !== 0x5d) {
        watch = top?.watch?.items?.get(0);
        state = "value";
      }
    } else if (state === "first-name" && c !== 0x7d) state = "name";

    if (state !== "value" && state !== "name") {
      // The closing bracket of `top`: an empty container, or after a value.
      at++;
      if (top!.draft) top!.draft.end = at;
      names.drop(top!.base);
      depth--;
      top = depth > 0 ? frames[depth - 1] : undefined;
      state = "after";
      continue;
    }

    if (state === "name") {
      if (c !== 0x22) throw fault("json_invalid", at);
      const end = stringEnd(bytes, at + 1);
      const frame = top!;
      if (frame.watch) {
        name = stringText(bytes, at + 1, end);
        if (frame.names!.has(name)) throw twice(name, at);
        frame.names!.add(name);
        frame.watch.onName?.(name, at);
        watch = frame.watch.members?.get(name);
      } else {
        names.add(frame, at + 1, end);
        watch = undefined;
      }
      at = end + 1;
      c = bytes[at];
      while (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) c = bytes[++at];
      if (c !== 0x3a) throw fault("json_invalid", at);
      at++;
      state = "value";
      continue;
    }

    const start = at;
    const kind = kindOf(c, at);
    let draft: Draft | undefined;
    if (watch !== undefined) {
      draft = { kind, start, end: 0, members: new Map(), items: new Map() };
      if (top === undefined) root = draft;
      else if (top.object) top.draft?.members.set(name, draft);
      else top.draft?.items.set(top.index, draft);
    }
    if (kind === "object" || kind === "array") {
      if (depth >= limit) throw new Refusal("json_too_deep", { limit, offset: at });
      const frame = (frames[depth] ??= emptyFrame());
      frame.object = kind === "object";
      frame.base = names.size;
      // A watch that wants nothing from inside leaves its value to the fast way.
      frame.watch = (watch?.members ?? watch?.items ?? watch?.onName) ? watch : undefined;
      frame.names = frame.watch !== undefined && frame.object ? new Set() : null;
      frame.draft = draft;
      frame.index = 0;
      top = frame;
      depth++;
      at++;
      watch = undefined;
      state = frame.object ? "first-name" : "first-item";
      continue;
    }
    if (kind === "string") at = stringEnd(bytes, at + 1) + 1;
    else if (kind === "number") at = numberEnd(bytes, at);
    else at = literalEnd(bytes, at);
    if (draft) draft.end = at;
    watch = undefined;
    state = "after";
  }
}

const emptyFrame = (): Frame => ({
  object: false,
  base: 0,
  names: null,
  watch: undefined,
  draft: undefined,
  index: 0,
});

/** What kind of value a first byte announces. */
function kindOf(c: number | undefined, at: number): ValueKind {
  switch (c) {
    case 0x22:
      return "string";
    case 0x7b:
      return "object";
    case 0x5b:
      return "array";
    case 0x74:
    case 0x66:
      return "boolean";
    case 0x6e:
      return "null";
    case undefined:
    default:
      if (c === 0x2d || (c !== undefined && c >= 0x30 && c <= 0x39)) return "number";
      throw fault("json_invalid", at);
  }
}

const LITERALS = new Map(
  ["true", "false", "null"].map((word) => [word.charCodeAt(0), new TextEncoder().encode(word)]),
);

function literalEnd(bytes: Uint8Array, start: number): number {
  const word = LITERALS.get(bytes[start]!)!;
  for (let i = 1; i < word.length; i++) {
    if (bytes[start + i] !== word[i]) throw fault("json_invalid", start + i);
  }
  return start + word.length;
}

/** The refusal's key is for people: short, and without characters that do not show. */
function twice(name: string, offset: number): Refusal {
  const shown = Array.from(name.slice(0, 80))
    .slice(0, 40)
    .join("")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, "\ufffd");
  return new Refusal("json_duplicate_key", { key: shown, offset });
}

/** The names of every open object that is not watched, as places in the bytes. */
class NameStack {
  readonly #bytes: Uint8Array;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  size = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  drop(base: number): void {
    this.size = base;
  }

  /** Adds a name of the innermost object. @throws Refusal `json_duplicate_key` */
  add(frame: Frame, start: number, end: number): void {
    if (frame.names === null) {
      const escaped = this.#escaped(start, end);
      if (!escaped && this.size - frame.base < FEW_NAMES) {
        for (let i = frame.base; i < this.size; i++) {
          if (this.#same(i, start, end)) {
            throw twice(stringText(this.#bytes, start, end), start - 1);
          }
        }
        this.#starts[this.size] = start;
        this.#ends[this.size] = end;
        this.size++;
        return;
      }
      // Names are compared after unescaping: "na\u006de" is "name" to every reader behind us.
      frame.names = new Set();
      for (let i = frame.base; i < this.size; i++) {
        frame.names.add(stringText(this.#bytes, this.#starts[i]!, this.#ends[i]!));
      }
    }
    const name = stringText(this.#bytes, start, end);
    if (frame.names.has(name)) throw twice(name, start - 1);
    frame.names.add(name);
  }

  #escaped(start: number, end: number): boolean {
    for (let i = start; i < end; i++) if (this.#bytes[i] === 0x5c) return true;
    return false;
  }

  #same(index: number, start: number, end: number): boolean {
    const other = this.#starts[index]!;
    const size = end - start;
    if (this.#ends[index]! - other !== size) return false;
    const bytes = this.#bytes;
    for (let i = 0; i < size; i++) if (bytes[other + i] !== bytes[start + i]) return false;
    return true;
  }
}
