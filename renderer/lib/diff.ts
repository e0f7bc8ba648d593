// What became of a tool's definition, field by field: for reading, so small changes stand in their surroundings.

export interface Piece {
  readonly kind: "same" | "gone" | "added";
  readonly text: string;
}
export interface FieldDiff {
  readonly name: string;
  readonly state: "changed" | "gone" | "added";
  /** Sentences are compared by words, everything else by lines. */
  readonly pieces: readonly Piece[];
}

/** More cells than this are not worth the time of a person who waits: what differs is shown as a whole. */
const MAX_CELLS = 4_000_000;

/**
 * Longest common subsequence of two lists.
 * @returns stretches in the order of the result, what is gone before what is added
 */
export function diff(before: readonly string[], after: readonly string[]): Piece[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let tail = 0;
  while (
    tail < before.length - start &&
    tail < after.length - start &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  ) {
    tail++;
  }
  const a = before.slice(start, before.length - tail);
  const b = after.slice(start, after.length - tail);
  const pieces: Piece[] = [];
  const add = (kind: Piece["kind"], text: string): void => {
    const last = pieces.at(-1);
    if (text === "") return;
    if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text };
    else pieces.push({ kind, text });
  };
  add("same", before.slice(0, start).join(""));
  if (a.length * b.length > MAX_CELLS) {
    add("gone", a.join(""));
    add("added", b.join(""));
  } else {
    const width = b.length + 1;
    const table = new Uint32Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        table[i * width + j] =
          a[i] === b[j]
            ? (table[(i + 1) * width + j + 1] ?? 0) + 1
            : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
      }
    }
    let i = 0;
    let j = 0;
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) {
        add("same", a[i] ?? "");
        i++;
        j++;
      } else if (
        i < a.length &&
        (j === b.length || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))
      ) {
        add("gone", a[i++] ?? "");
      } else add("added", b[j++] ?? "");
    }
  }
  add("same", after.slice(after.length - tail).join(""));
  return pieces;
}

/** Words, each with the white space behind it; what does not show is a word of its own. */
const wordsOf = (text: string): string[] =>
  text.match(/[\p{L}\p{N}_]+[^\S\n]*|\n|[^\p{L}\p{N}_\n][^\S\n]*/gu) ?? [];
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const shown = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value, null, 2);

/**
 * The fields that differ, in the order of the newer definition, then those that are gone.
 * @param before JSON text of an object; null where there was nothing
 */
export function diffFields(before: string | null, after: string): FieldDiff[] {
  const old = (before === null ? {} : JSON.parse(before)) as Record<string, unknown>;
  const now = JSON.parse(after) as Record<string, unknown>;
  const out: FieldDiff[] = [];
  for (const name of new Set([
    ...ORDER.filter((n) => n in now),
    ...Object.keys(now),
    ...Object.keys(old),
  ])) {
    if (!(name in old)) {
      out.push({ name, state: "added", pieces: [{ kind: "added", text: shown(now[name]) }] });
    } else if (!(name in now)) {
      out.push({ name, state: "gone", pieces: [{ kind: "gone", text: shown(old[name]) }] });
    } else if (JSON.stringify(old[name]) !== JSON.stringify(now[name])) {
      const plain = typeof old[name] === "string" && typeof now[name] === "string";
      const cut = plain ? wordsOf : linesOf;
      const pieces = diff(cut(shown(old[name])), cut(shown(now[name])));
      out.push({ name, state: "changed", pieces });
    }
  }
  return out;
}

/** What a model reads first stands first. */
const ORDER = ["name", "title", "description", "inputSchema", "outputSchema", "annotations"];
