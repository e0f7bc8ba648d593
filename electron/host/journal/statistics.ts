// Figures about calls, from the counts: a few hundred to a few hundred thousand short rows, whatever the journal holds.
import type {
  Bucket,
  CallStatistics,
  Quantiles,
  Share,
  StatisticsQuery,
  Tally,
  TimePart,
  Times,
} from "../../core/statistics.ts";
import type { Connection } from "./connection.ts";
import type { SqlRow, SqlValue } from "./sqlite.ts";
import { binStart, FACET, isCounted, MINUTE_GRAIN, PART, QUARTER_GRAIN } from "./tallies.ts";

const MS = 60_000;
/** Shares named one by one; the rest are one. */
const SHARES = 8;
const CODES = 20;

/** @throws what SQLite throws */
export function statisticsOf(connection: Connection, query: StatisticsQuery): CallStatistics {
  const { tenant, from, bucketMs, buckets } = query;
  const until = from + bucketMs * buckets;
  const width = bucketMs < QUARTER_GRAIN * MS ? MINUTE_GRAIN : QUARTER_GRAIN;
  const grain = width * MS;
  const first = Math.floor(from / grain);
  const ask = (facet: string, columns: string, group: string): SqlRow[] => {
    const values: SqlValue[] = [width, facet, first, Math.floor(until / grain)];
    if (tenant !== undefined) values.push(tenant);
    return connection
      .prepare(
        `SELECT ${columns}, sum(n) AS n FROM tallies
        WHERE width = ? AND facet = ? AND bucket >= ? AND bucket < ?
        ${tenant === undefined ? "" : "AND tenant = ?"} GROUP BY ${group}`,
      )
      .all(...values);
  };
  const each = Math.round(bucketMs / grain);
  // Which bucket a row belongs to: numbers of ours, nothing from outside.
  const index = `(bucket - ${first}) / ${each}`;

  const tallies = Array.from({ length: buckets }, emptyTally);
  for (const row of ask(FACET.all, `${index} AS i, part`, "i, part")) {
    count(tallies[Number(row["i"])], row);
  }
  const times = Array.from({ length: buckets }, emptyBins);
  const allTimes = emptyBins();
  for (const row of ask(FACET.time, `${index} AS i, key, part`, "i, key, part")) {
    const key = row["key"] as TimePart;
    const [bin, n] = [Number(row["part"]), Number(row["n"])];
    for (const bins of [times[Number(row["i"])], allTimes]) {
      bins?.[key]?.set(bin, (bins[key].get(bin) ?? 0) + n);
    }
  }
  const shares = (facet: string): Share[] =>
    sharesOf(connection, ask(facet, "key, part", "key, part"));
  const total = emptyTally();
  for (const one of tallies) {
    total.allowed += one.allowed;
    total.denied += one.denied;
    total.failed += one.failed;
  }
  return {
    from,
    until,
    bucketMs,
    complete: isCounted(connection),
    buckets: tallies.map((tally, i): Bucket => ({
      at: from + i * bucketMs,
      ...tally,
      times: timesOf(times[i] ?? emptyBins()),
    })),
    total,
    agents: shares(FACET.agent),
    servers: shares(FACET.server),
    patterns: shares(FACET.pattern),
    times: timesOf(allTimes),
    refused: ask(FACET.door, "key", "key")
      .map((row) => ({
        code: row["key"] as CallStatistics["refused"][number]["code"],
        count: Number(row["n"]),
      }))
      .sort((a, b) => b.count - a.count)
      .slice(0, CODES),
  };
}

type Counted = { -readonly [K in keyof Tally]: number };
const emptyTally = (): Counted => ({ allowed: 0, denied: 0, failed: 0 });
type Bins = Readonly<Record<TimePart, Map<number, number>>>;
const emptyBins = (): Bins => ({
  total: new Map(),
  server: new Map(),
  person: new Map(),
  ours: new Map(),
});

function count(tally: Counted | undefined, row: SqlRow): void {
  if (tally === undefined) return;
  const n = Number(row["n"]);
  if (row["part"] === PART.allowed) tally.allowed += n;
  else if (row["part"] === PART.denied) tally.denied += n;
  else tally.failed += n;
}

const sumOf = ({ allowed, denied, failed }: Tally): number => allowed + denied + failed;

function sharesOf(connection: Connection, rows: readonly SqlRow[]): Share[] {
  const byKey = new Map<string, Counted>();
  for (const row of rows) {
    const key = String(row["key"]);
    const tally = byKey.get(key) ?? emptyTally();
    byKey.set(key, tally);
    count(tally, row);
  }
  const sorted = [...byKey].sort(([, a], [, b]) => sumOf(b) - sumOf(a));
  const nameOf = connection.prepare("SELECT name FROM tally_names WHERE key = ?");
  const named = sorted.slice(0, SHARES).map(([id, tally]): Share => {
    const name = nameOf.get(id)?.["name"];
    return { id, name: typeof name === "string" && name !== "" ? name : null, ...tally };
  });
  const rest = sorted.slice(SHARES);
  if (rest.length === 0) return named;
  const others = emptyTally();
  for (const [, tally] of rest) {
    others.allowed += tally.allowed;
    others.denied += tally.denied;
    others.failed += tally.failed;
  }
  return [...named, { id: null, name: null, ...others }];
}

const timesOf = (bins: Bins): Times => ({
  total: quantilesOf(bins.total),
  server: quantilesOf(bins.server),
  person: quantilesOf(bins.person),
  ours: quantilesOf(bins.ours),
});

/** Quantiles of a histogram: the rank's place within its bin, as if the bin's values lay evenly in it. */
export function quantilesOf(bins: ReadonlyMap<number, number>): Quantiles | null {
  const sorted = [...bins].sort(([a], [b]) => a - b);
  const calls = sorted.reduce((sum, [, n]) => sum + n, 0);
  if (calls === 0) return null;
  const at = (share: number): number => {
    const rank = share * calls;
    let before = 0;
    for (const [bin, n] of sorted) {
      if (before + n >= rank) {
        const [low, high] = [binStart(bin), binStart(bin + 1)];
        return low + (high - low) * Math.min(1, (rank - before) / n);
      }
      before += n;
    }
    return binStart((sorted.at(-1)?.[0] ?? 0) + 1);
  };
  return { calls, p50: at(0.5), p95: at(0.95) };
}
