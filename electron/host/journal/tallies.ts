// Counts of calls by minute and by quarter of an hour, so that figures about a month need no walk over its rows. Each
// row is counted once, when it has ended and goes into the index.
import type { Connection } from "./connection.ts";
import type { SqlRow } from "./sqlite.ts";

/** Lengths of the two grains in minutes. Minutes serve the last hour, and go after three. */
export const MINUTE_GRAIN = 1;
export const QUARTER_GRAIN = 15;
const GRAINS = [MINUTE_GRAIN, QUARTER_GRAIN] as const;
const MINUTES_KEPT = 180;
const MS = 60_000;

/** What is counted: all calls, by agent, by server, by pattern; refusals of the door by code; times by their length. */
export const FACET = { all: "a", agent: "g", server: "s", pattern: "p", door: "d", time: "t" };
const FACETS = Object.values(FACET);
/** Column `part` for the first five. */
export const PART = { allowed: 0, denied: 1, failed: 2 } as const;

/** Times lie in bins that grow by a fifth: bin n > 0 begins at FIRST * GROWTH^(n-1) milliseconds. */
const FIRST = 0.1;
const GROWTH = 1.2;
const LAST_BIN = 100;

/** The bin of a time in milliseconds; column `part` of the facet `time`. */
export function binOf(ms: number): number {
  if (!(ms >= FIRST)) return 0;
  return Math.min(LAST_BIN, 1 + Math.floor(Math.log(ms / FIRST) / Math.log(GROWTH)));
}
/** Where a bin begins, in milliseconds. */
export const binStart = (bin: number): number => (bin === 0 ? 0 : FIRST * GROWTH ** (bin - 1));

/**
 * width: minutes · bucket: minutes since 1970 UTC, divided by width · tenant: empty where it is not known.
 * `tally_rest`: rows below this seq are not counted yet (they are from before there were counts).
 */
export const TALLIES = `
  CREATE TABLE tallies(
    width INTEGER NOT NULL,
    facet TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    part INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY(width, facet, bucket, tenant, key, part)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tally_names(key TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE tally_rest(below INTEGER NOT NULL) STRICT;
  INSERT INTO tally_rest SELECT coalesce(max(seq), 0) + 1 FROM calls;`;

/** The columns that counting needs. */
const READ_TALLIED = `SELECT seq, kind, at, outcome, tenant, agent_id, agent_name, server_id, server_name, pattern,
  door_ms, total_ms, first_byte_ms, permit, code, count FROM calls`;

const BACKFILL_ROWS = 512;

/** Rows of one transaction, summed up before they are written: rows that come together share nearly everything. */
class TallyGroup {
  readonly #sums = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #newest = -Infinity;

  #add(facet: string, at: number, tenant: string, key: string, part: number, n = 1): void {
    this.#newest = Math.max(this.#newest, at);
    for (const width of GRAINS) {
      const bucket = Math.floor(at / (width * MS));
      const sum = JSON.stringify([width, facet, bucket, tenant, key, part]);
      this.#sums.set(sum, (this.#sums.get(sum) ?? 0) + n);
    }
  }

  /** A row of `calls` that has ended. `n` is how often a refusal happened since it was last counted. */
  add(row: SqlRow, n = Number(row["count"])): void {
    const text = (column: string): string => String(row[column] ?? "");
    const at = Number(row["at"]);
    const tenant = text("tenant");
    // What a person decided is no call, and no time of anybody's.
    if (row["kind"] === "decision") return;
    if (row["kind"] === "refusal") {
      this.#add(FACET.door, at, tenant, text("code"), PART.denied, n);
      return;
    }
    const outcome = text("outcome");
    const part = outcome === "ok" || outcome === "denied" ? PART[PARTS[outcome]] : PART.failed;
    this.#add(FACET.all, at, tenant, "", part);
    this.#add(FACET.agent, at, tenant, text("agent_id"), part);
    this.#add(FACET.server, at, tenant, text("server_id"), part);
    this.#add(FACET.pattern, at, tenant, text("pattern"), part);
    this.#names.set(text("agent_id"), text("agent_name"));
    this.#names.set(text("server_id"), text("server_name"));
    for (const [key, ms] of timesOf(row)) this.#add(FACET.time, at, tenant, key, binOf(ms));
  }

  /** Inside a transaction. */
  write(connection: Connection): void {
    if (this.#sums.size === 0) return;
    const upsert = connection.prepare(
      `INSERT INTO tallies VALUES(?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT(width, facet, bucket, tenant, key, part) DO UPDATE SET n = n + excluded.n`,
    );
    for (const [sum, n] of this.#sums) upsert.run(...(JSON.parse(sum) as (string | number)[]), n);
    const rename = connection.prepare(
      `INSERT INTO tally_names VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET name = excluded.name
      WHERE name <> excluded.name`,
    );
    for (const name of this.#names) rename.run(...name);
    const forget = connection.prepare(
      "DELETE FROM tallies WHERE width = ? AND facet = ? AND bucket < ?",
    );
    const oldest = Math.floor(this.#newest / MS) - MINUTES_KEPT;
    for (const facet of FACETS) forget.run(MINUTE_GRAIN, facet, oldest);
  }
}

const PARTS = { ok: "allowed", denied: "denied" } as const;

/** How long a call that a server answered took, and whose time it was. None for one that nothing answered. */
function timesOf(row: SqlRow): [part: string, ms: number][] {
  const { total_ms: total, first_byte_ms: first, door_ms: door } = row;
  if (typeof total !== "number" || typeof first !== "number") return [];
  const person = waitedMs(row["permit"]);
  const ours = Number(door);
  const times: [string, number][] = [
    ["total", total],
    ["ours", ours],
    ["server", Math.max(0, total - ours - (person ?? 0))],
  ];
  return person === null ? times : [...times, ["person", person]];
}

function waitedMs(permit: unknown): number | null {
  // A record that was cut to fit is no JSON any more. Most calls wait for nobody, and need no parsing.
  const waited = typeof permit === "string" ? /"waitedMs":([\d.e+]+)/.exec(permit)?.[1] : undefined;
  return waited === undefined ? null : Number(waited);
}

const restOf = (connection: Connection): number =>
  Number(connection.prepare("SELECT below FROM tally_rest").get()?.["below"] ?? 0);

/** False while rows from before there were counts are not all counted. */
export const isCounted = (connection: Connection): boolean => restOf(connection) <= 1;

/** Counts rows that go into the index, inside its transaction. Older ones are for `backfillStep`. */
export function tallyRows(connection: Connection, rows: readonly SqlRow[]): void {
  const rest = restOf(connection);
  const group = new TallyGroup();
  for (const row of rows) if (Number(row["seq"]) >= rest) group.add(row);
  group.write(connection);
}

/** A refusal happened `more` times since its row was counted; one that was not counted yet will be, with all of them. */
export function tallyMore(connection: Connection, seq: number, more: number): void {
  const isFresh = connection.prepare("SELECT 1 FROM fresh WHERE seq = ?").get(seq) !== undefined;
  if (isFresh || seq < restOf(connection) || more <= 0) return;
  const row = connection.prepare(`${READ_TALLIED} WHERE seq = ?`).get(seq);
  if (row === undefined) return;
  const group = new TallyGroup();
  group.add(row, more);
  group.write(connection);
}

/**
 * Counts some of the rows from before there were counts, newest first. Rows that have not ended are left to the
 * indexer, which finds them above the line. Returns how many rows it has passed.
 */
export function backfillStep(connection: Connection): number {
  const rest = restOf(connection);
  if (rest <= 1) return 0;
  const rows = connection
    .prepare(`${READ_TALLIED} WHERE seq < ? ORDER BY seq DESC LIMIT ${BACKFILL_ROWS}`)
    .all(rest);
  const last = rows.at(-1);
  const next = last === undefined ? 1 : Number(last["seq"]);
  const isFresh = connection.prepare("SELECT 1 FROM fresh WHERE seq = ?");
  connection.transaction(false, () => {
    const group = new TallyGroup();
    for (const row of rows) {
      if (isFresh.get(row["seq"] ?? null) === undefined) group.add(row);
    }
    group.write(connection);
    connection.prepare("UPDATE tally_rest SET below = ?").run(next);
  });
  return Math.max(1, rows.length);
}
