// What Tab and Enter do to a text, as plain values: the editor puts the result in by a command that undo knows.

/** Replace [from, to) by `text`, then select [start, end). Places in UTF-16 units. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

/** Tab: a tab where the caret stands, or every selected line one step further in. */
export function indent(text: string, start: number, end: number): Edit {
  if (start === end || !text.slice(start, end).includes("\n")) {
    return { from: start, to: end, text: "\t", start: start + 1, end: start + 1 };
  }
  const from = lineStart(text, start);
  const block = text.slice(from, end);
  // A selection that ends at the beginning of a line does not mean that line.
  const moved = block.replaceAll(/^(?=[^\n])/gm, "\t");
  return { from, to: end, text: moved, start: start + 1, end: end + moved.length - block.length };
}

/** Shift and Tab: every line that is touched one step further out; null where there is nothing to take away. */
export function outdent(text: string, start: number, end: number): Edit | null {
  const from = lineStart(text, start);
  const after = text.indexOf("\n", end);
  const to = after === -1 ? text.length : after;
  const block = text.slice(from, to);
  const moved = block.replaceAll(/^(?:\t| {1,4})/gm, "");
  if (moved === block) return null;
  const first = block.length - block.replace(/^(?:\t| {1,4})/, "").length;
  const newStart = Math.max(from, start - first);
  const newEnd = Math.max(newStart, end - (block.length - moved.length));
  return { from, to, text: moved, start: newStart, end: newEnd };
}

/** Enter: the new line begins where the old one did, one step further in after an opening bracket. */
export function newLine(text: string, start: number, end: number): Edit {
  const before = text.slice(lineStart(text, start), start);
  const margin = /^[\t ]*/.exec(before)?.[0] ?? "";
  const deeper = /[{[(]\s*$/.test(before) ? "\t" : "";
  const added = `\n${margin}${deeper}`;
  const at = start + added.length;
  return { from: start, to: end, text: added, start: at, end: at };
}

/** Where a place of the compiler's lies: line from 1, character (code points) from 1. */
export function offsetOf(text: string, row: number, column: number): number {
  const lines = text.split("\n");
  const at = Math.max(0, Math.min(row, lines.length) - 1);
  const before = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
  const characters = Array.from(lines[at] ?? "").slice(0, Math.max(0, column - 1));
  return before + characters.join("").length;
}
