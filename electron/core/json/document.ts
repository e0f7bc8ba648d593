// Whole small documents: settings files and bodies that are used as values. Same strictness as messages,
// and a place for every fault, because a person mends these by hand.
import { Refusal } from "../errors.ts";
import { type Found, readJson, type ReadOptions, type Watch } from "./read.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The JavaScript value of a document that the strict reader accepts. `__proto__` becomes an own member.
 * @throws Refusal as readJson() does
 */
export function parseStrict(
  bytes: Uint8Array,
  options: Pick<ReadOptions, "maxDepth"> = {},
): unknown {
  readJson(bytes, options);
  return JSON.parse(decoder.decode(bytes)) as unknown;
}

/** Both 1-based. A column counts characters (code points), not bytes. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a byte stands. Lines end with LF, CRLF or CR. An offset past the end is the end. */
export function placeOf(bytes: Uint8Array, offset: number): Place {
  let line = 1;
  let column = 1;
  const end = Math.min(offset, bytes.length);
  for (let i = 0; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 0x0a || (byte === 0x0d && bytes[i + 1] !== 0x0a)) {
      line++;
      column = 1;
    } else if ((byte & 0xc0) !== 0x80 && byte !== 0x0d) column++;
  }
  return { line, column };
}

/**
 * Where the value at `path` stands, for example `["agents", 2, "name"]`. Where the document has no such
 * value: its nearest ancestor that is there. Where the document is broken: the place of the fault.
 */
export function locate(bytes: Uint8Array, path: readonly PropertyKey[]): Place {
  let watch: Watch = {};
  for (const step of [...path].reverse()) {
    watch =
      typeof step === "number"
        ? { items: new Map([[step, watch]]) }
        : { members: new Map([[String(step), watch]]) };
  }
  try {
    let found: Found = readJson(bytes, { watch });
    for (const step of path) {
      const next =
        typeof step === "number" ? found.items.get(step) : found.members.get(String(step));
      if (next === undefined) break;
      found = next;
    }
    return placeOf(bytes, found.start);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return placeOf(bytes, Number(error.facts["offset"] ?? 0));
  }
}
