// What a command prints: for people aligned and with local times, for programs one JSON value per line.
import { once } from "node:events";
import type { Writable } from "node:stream";
import { jsonLine, visible, visibleLines, widthOf } from "./text.ts";

export type Tint = "good" | "bad" | "warn" | "dim" | "bold";
const CODES: Record<Tint, number> = { good: 32, bad: 31, warn: 33, dim: 2, bold: 1 };

/** The reader has closed its end (`… | head -1`): no failure, only no more to do. */
export class ReaderGone extends Error {}

export interface Cell {
  readonly text: string;
  readonly tint: Tint | undefined;
}
export const cell = (text: string, tint?: Tint): Cell => ({ text, tint });

export interface Output {
  readonly json: boolean;
  /** `--json`: the value. Otherwise what `people` prints. */
  show<T>(value: T, people: (value: T) => Promise<void>): Promise<void>;
  value(value: unknown): Promise<void>;
  /** A line for people. Outside text in it is made visible; so is a line break. */
  line(text?: string): Promise<void>;
  /** A line that is already made visible, with paint in it. */
  raw(text: string): Promise<void>;
  /** Several lines that are ours to lay out. */
  lines(text: string): Promise<void>;
  table(heads: readonly string[], rows: readonly (readonly (string | Cell)[])[]): Promise<void>;
  paint(text: string, tint: Tint): string;
}

export function createOutput(
  stdout: Writable & { readonly isTTY?: boolean | undefined },
  options: { readonly json: boolean; readonly colour: boolean },
): Output {
  const { json, colour } = options;
  let gone = false;
  stdout.on("error", () => {
    gone = true;
  });

  async function write(text: string): Promise<void> {
    if (gone || stdout.destroyed) throw new ReaderGone();
    // A slow reader is waited for: a followed log must not pile up in memory.
    if (!stdout.write(text)) await once(stdout, "drain").catch(() => {});
    if (gone) throw new ReaderGone();
  }

  const paint = (text: string, tint: Tint): string =>
    colour ? `\u001b[${CODES[tint]}m${text}\u001b[0m` : text;

  async function table(
    heads: readonly string[],
    rows: readonly (readonly (string | Cell)[])[],
  ): Promise<void> {
    const cells = rows.map((row) =>
      row.map((c) => (typeof c === "string" ? cell(visible(c)) : cell(visible(c.text), c.tint))),
    );
    const all = [heads.map((head) => cell(head, "dim")), ...cells];
    const widths = heads.map((_, i) => Math.max(...all.map((row) => widthOf(row[i]?.text ?? ""))));
    for (const row of all) {
      const line = row.map(({ text, tint }, i) => {
        const last = i === row.length - 1;
        const padding = last ? "" : " ".repeat((widths[i] ?? 0) - widthOf(text));
        return (tint === undefined ? text : paint(text, tint)) + padding;
      });
      await write(`${line.join("  ").trimEnd()}\n`);
    }
  }

  return {
    json,
    paint,
    table,
    value: (value) => write(jsonLine(value)),
    line: (text = "") => write(`${visible(text)}\n`),
    raw: (text) => write(`${text}\n`),
    lines: (text) => write(`${visibleLines(text)}\n`),
    show: (value, people) => (json ? write(jsonLine(value)) : people(value)),
  };
}
