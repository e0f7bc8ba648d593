// The log's rows under the runs that they belong to: one list of heads and rows, so that only what is in sight exists.
import type { LogRow } from "../types.ts";

/** One stretch of work of one agent, as far as its rows are held. */
export interface RunHead {
  /** `run_…`; null for what belongs to none: refusals of the door, and rows from before there were runs. */
  readonly run: string | null;
  readonly agent: string | null;
  /** Milliseconds UTC, of its first and its newest row. */
  readonly from: number;
  readonly until: number;
  readonly calls: number;
  readonly denied: number;
}

export type LogItem =
  | { readonly kind: "head"; readonly head: RunHead }
  /** `index`: where the row stands among the rows. */
  | { readonly kind: "row"; readonly row: LogRow; readonly index: number };

interface Group {
  readonly run: string | null;
  readonly indexes: number[];
}

/** Runs in the order of their newest rows, so that what happens now is at the end; rows in their own order. */
export function groupByRun(rows: readonly LogRow[]): readonly LogItem[] {
  const groups = new Map<string | null, Group>();
  for (const [index, { run }] of rows.entries()) {
    const group = groups.get(run) ?? { run, indexes: [] };
    group.indexes.push(index);
    groups.set(run, group);
  }
  const last = ({ indexes }: Group): number => indexes.at(-1) ?? 0;
  const sorted = [...groups.values()].sort((a, b) => last(a) - last(b));
  const items: LogItem[] = [];
  for (const group of sorted) {
    items.push({ kind: "head", head: headOf(group, rows) });
    for (const index of group.indexes) {
      const row = rows[index];
      if (row !== undefined) items.push({ kind: "row", row, index });
    }
  }
  return items;
}

function headOf({ run, indexes }: Group, rows: readonly LogRow[]): RunHead {
  let from = Infinity;
  let until = -Infinity;
  let calls = 0;
  let denied = 0;
  for (const index of indexes) {
    const row = rows[index];
    if (row === undefined) continue;
    from = Math.min(from, row.at);
    until = Math.max(until, row.at);
    calls += row.count;
    if (row.decision === "deny") denied += row.count;
  }
  const agent = run === null ? null : (rows[indexes[0] ?? 0]?.agentName ?? null);
  return { run, agent, from, until, calls, denied };
}
