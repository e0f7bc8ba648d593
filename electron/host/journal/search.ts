// Search: newest first, paged by seq, counted up to a bound. Every statement is driven by the inverted index or by
// a span of seqs; none reads the whole table to find a few rows.
import type { CallPage, CallQuery, CallRow } from "../../core/journal.ts";
import type { Connection } from "./connection.ts";
import { READ_CALL, toCallRow } from "./rows.ts";
import { SPAN_MS } from "./spans.ts";
import type { SqlValue } from "./sqlite.ts";
import { type Match, matchOf } from "./words.ts";

export const COUNT_LIMIT = 10_000;
const PAGE_LIMIT = 500;

/** seqs between which all matching rows lie, both exclusive. */
interface Bounds {
  readonly above: number;
  readonly below: number;
}

type Searchable = Exclude<Match, { kind: "nothing" }>;

export interface SqlText {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** The seqs that match in one of the two indexes (or in the table, where the query has no words). */
export function seqStatement(
  index: "words" | "fresh_words",
  match: Searchable,
  query: CallQuery,
  { above, below }: Bounds,
  order: Order,
  limit: number,
): SqlText {
  const values: SqlValue[] = [];
  const isTimed = query.from !== undefined || query.until !== undefined;
  const hasWords = match.kind === "words";
  const seq = hasWords ? `${index}.rowid` : "calls.seq";
  // CROSS JOIN keeps the index outside: SQLite would otherwise be free to walk the table and ask the index per row.
  let sql = `SELECT ${seq} AS seq FROM `;
  if (hasWords) sql += isTimed ? `${index} CROSS JOIN calls ON calls.seq = ${index}.rowid` : index;
  else sql += "calls";
  sql += " WHERE ";
  if (match.kind === "words") {
    sql += `${index} MATCH ? AND `;
    values.push(match.expression);
  }
  sql += `${seq} > ? AND ${seq} < ?`;
  values.push(above, below);
  if (isTimed) {
    sql += " AND calls.at >= ? AND calls.at < ?";
    values.push(query.from ?? -Infinity, query.until ?? Infinity);
  }
  sql += ` ORDER BY ${seq} ${order} LIMIT ?`;
  values.push(limit);
  return { sql, values };
}

/** Narrows a time range to seqs. A clock that was set back widens the range; `at` itself is checked on each row. */
function timeBounds(connection: Connection, query: CallQuery): Bounds {
  if (query.from === undefined && query.until === undefined) {
    return { above: 0, below: Number.MAX_SAFE_INTEGER };
  }
  const first = Math.floor((query.from ?? 0) / SPAN_MS);
  const last = Math.floor((query.until ?? Number.MAX_SAFE_INTEGER) / SPAN_MS);
  const span = connection
    .prepare(
      "SELECT min(first_seq) AS a, max(last_seq) AS b FROM spans WHERE bucket BETWEEN ? AND ?",
    )
    .get(first, last);
  return { above: Number(span?.["a"] ?? 1) - 1, below: Number(span?.["b"] ?? 0) + 1 };
}

type Order = "DESC" | "ASC";

/** The first `most` seqs that match, in order. */
function findSeqs(
  connection: Connection,
  match: Searchable,
  query: CallQuery,
  bounds: Bounds,
  order: Order,
  most: number,
): number[] {
  if (match.kind === "words") connection.refreshFreshWords();
  const indexes =
    match.kind === "words" ? (["fresh_words", "words"] as const) : (["words"] as const);
  const found = indexes.flatMap((index) => {
    const { sql, values } = seqStatement(index, match, query, bounds, order, most);
    const rows = connection.prepare(sql).all(...values);
    return rows.map((row) => Number(row["seq"]));
  });
  // A row lies in one index only, and each gave its part in order.
  return found.sort((a, b) => (order === "DESC" ? b - a : a - b)).slice(0, most);
}

/** A page and its count. @throws what SQLite throws */
export function searchCalls(connection: Connection, query: CallQuery): CallPage {
  const match = matchOf(query);
  if (match.kind === "nothing") return { rows: [], matched: 0, matchedIsFloor: false };
  const limit = Math.max(1, Math.min(PAGE_LIMIT, Math.trunc(query.limit)));
  const bounds = timeBounds(connection, query);
  const { before, after } = query;
  const isUnfiltered =
    match.kind === "everything" && query.from === undefined && query.until === undefined;
  // One walk counts and finds the first page: finding the words of a beginning costs more than the walk itself.
  const counted = isUnfiltered
    ? []
    : findSeqs(connection, match, query, bounds, "DESC", COUNT_LIMIT + 1);
  const matched = isUnfiltered ? connection.lastSeq() : counted.length;

  let page = counted.slice(0, limit);
  if (isUnfiltered || before !== undefined || after !== undefined) {
    const within = {
      above: Math.max(bounds.above, after ?? 0),
      below: Math.min(bounds.below, before ?? Number.MAX_SAFE_INTEGER),
    };
    // With `after`, the rows next above it: whoever pages back or follows must not skip any.
    const order = after === undefined ? "DESC" : "ASC";
    page = findSeqs(connection, match, query, within, order, limit).sort((a, b) => b - a);
  }
  return {
    rows: readRows(connection, page),
    matched: Math.min(matched, COUNT_LIMIT),
    matchedIsFloor: matched > COUNT_LIMIT,
  };
}

/** The newest row that matches, without counting the others. @throws what SQLite throws */
export function newestCall(connection: Connection, query: CallQuery): CallRow | undefined {
  const match = matchOf(query);
  if (match.kind === "nothing") return undefined;
  const bounds = timeBounds(connection, query);
  return readRows(connection, findSeqs(connection, match, query, bounds, "DESC", 1))[0];
}

/** Rows by seq, in the order given. */
export function readRows(connection: Connection, seqs: readonly number[]): CallRow[] {
  const read = connection.prepare(`${READ_CALL} WHERE calls.seq = ?`);
  return seqs.flatMap((seq) => {
    const row = read.get(seq);
    return row === undefined ? [] : [toCallRow(row)];
  });
}
