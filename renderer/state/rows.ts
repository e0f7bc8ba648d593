// The rows that the log holds: sorted by journal position, one per call, changed in place. Pure.
import type { CallOutcome, CallRow, LogRow } from "../types.ts";

/** More rows than this are not held: about 20 MB. Older ones stay in the journal and can be searched. */
export const MAX_ROWS = 20_000;

export interface LogFilter {
  readonly text: string;
  readonly outcome: readonly CallOutcome[];
  readonly agentId: string | null;
  readonly serverId: string | null;
  /** Begun within this time, UTC milliseconds, `until` exclusive. */
  readonly span: { readonly from: number; readonly until: number } | null;
  /** Only the calls of this stretch of work; also typed, as `run:run_…`. */
  readonly run: string | null;
}
export const NO_FILTER: LogFilter = {
  text: "",
  outcome: [],
  agentId: null,
  serverId: null,
  span: null,
  run: null,
};

const TYPED_RUN = /(?:^|\s)run:(run_[A-Za-z0-9_-]{8,40})(?=\s|$)/;
/** The run that is asked for, chosen or typed, and the words without it. */
export function runAsked(filter: LogFilter): {
  readonly run: string | null;
  readonly text: string;
} {
  const typed = TYPED_RUN.exec(filter.text);
  const text = typed === null ? filter.text : filter.text.replace(TYPED_RUN, " ");
  return { run: filter.run ?? typed?.[1] ?? null, text: text.trim() };
}

export const isFiltered = (filter: LogFilter): boolean =>
  filter.text.trim() !== "" ||
  filter.outcome.length > 0 ||
  filter.agentId !== null ||
  filter.serverId !== null ||
  filter.span !== null ||
  filter.run !== null;

/**
 * Whether a row that has just happened belongs under the filter. The journal's own search decides for
 * older rows; this mirrors its rule: every word occurs in agent, server, tool, method, input, code or detail.
 */
export function matches(row: CallRow, filter: LogFilter): boolean {
  if (filter.agentId !== null && row.agentId !== filter.agentId) return false;
  if (filter.serverId !== null && row.serverId !== filter.serverId) return false;
  if (filter.outcome.length > 0 && !filter.outcome.includes(row.outcome)) return false;
  const { span } = filter;
  if (span !== null && (row.at < span.from || row.at >= span.until)) return false;
  const { run, text } = runAsked(filter);
  if (run !== null && row.run !== run) return false;
  const asked = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (asked.length === 0) return true;
  const { agentName, serverName, tool, method, input, code, detail } = row;
  const hay = [agentName, serverName, tool, method, input, code, detail].join("\n").toLowerCase();
  return asked.every((word) => hay.includes(word));
}

/** The row without its arguments: up to 16 KiB each, which the log does not show and 20,000 rows must not hold. */
export const slim = (row: CallRow): LogRow => (row.input === null ? row : { ...row, input: null });

/** Index of the first row whose position is at least `seq`. */
export function indexOfSeq(rows: readonly LogRow[], seq: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Merged {
  readonly rows: readonly LogRow[];
  /** Rows added behind the row that was last before. */
  readonly appended: number;
}

/**
 * Puts rows into the log: new ones at their position, known ones in place. A row that has ended is never
 * turned back into a pending one: pages and events cross each other on the way. `drop` names rows that
 * no longer belong under the filter. Beyond `max` the oldest go.
 */
export function merge(
  rows: readonly LogRow[],
  incoming: readonly LogRow[],
  drop: ReadonlySet<number> = new Set(),
  max: number = MAX_ROWS,
): Merged {
  const last = rows.at(-1)?.seq ?? 0;
  const fresh = new Map<number, LogRow>();
  const next = [...rows];
  for (const row of incoming) {
    const index = indexOfSeq(next, row.seq);
    const known = next[index];
    if (known?.seq === row.seq) next[index] = newer(known, row);
    else {
      const twin = fresh.get(row.seq);
      fresh.set(row.seq, twin === undefined ? row : newer(twin, row));
    }
  }
  const added = [...fresh.values()].sort((a, b) => a.seq - b.seq);
  const first = added[0];
  // Nearly always the new rows lie behind all others: then no sort of everything is needed.
  const inOrder = first === undefined || first.seq > last;
  next.push(...added);
  if (!inOrder) next.sort((a, b) => a.seq - b.seq);
  const kept = drop.size === 0 ? next : next.filter((row) => !drop.has(row.seq));
  return {
    rows: kept.length > max ? kept.slice(kept.length - max) : kept,
    appended: added.reduce((n, row) => (row.seq > last ? n + 1 : n), 0),
  };
}

function newer(known: LogRow, row: LogRow): LogRow {
  if (row.outcome === "pending" && known.outcome !== "pending") return known;
  return row.count < known.count ? known : row;
}
