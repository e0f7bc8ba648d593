// What the stand-in answers about everything together: figures, counted from its rows one by one.
import type { CallRow } from "../../electron/core/journal.ts";
import type { RefusalCode } from "../../electron/core/errors.ts";
import type { Documents } from "../../electron/core/registry.ts";
import { secretEntries } from "../../electron/core/secret-entries.ts";
import {
  bucketsOf,
  type CallStatistics,
  type Quantiles,
  type Share,
  type Tally,
  TIME_PARTS,
  type TimePart,
  type Times,
} from "../../electron/core/statistics.ts";
import type { Handlers } from "../../electron/surface.ts";
import type { World } from "./double.ts";

type Counted = { -readonly [K in keyof Tally]: number };
const none = (): Counted => ({ allowed: 0, denied: 0, failed: 0 });
const add = (to: Counted, row: CallRow): void => {
  if (row.outcome === "ok") to.allowed++;
  else if (row.outcome === "denied") to.denied++;
  else to.failed++;
};
const sum = (one: Tally): number => one.allowed + one.denied + one.failed;

function quantiles(values: number[]): Quantiles | null {
  const sorted = values.sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return sorted.length === 0 ? null : { calls: sorted.length, p50: at(0.5), p95: at(0.95) };
}

function times(rows: readonly CallRow[]): Times {
  const answered = rows.filter((row) => row.firstByteMs !== null && row.totalMs !== null);
  const person = (row: CallRow): number | null => row.permit?.waitedMs ?? null;
  const of: Record<TimePart, (row: CallRow) => number | null> = {
    total: (row) => row.totalMs,
    server: (row) => (row.totalMs ?? 0) - row.doorMs - (person(row) ?? 0),
    person,
    ours: (row) => row.doorMs,
  };
  const parts = TIME_PARTS.map((part) => {
    const values = answered.map(of[part]).filter((ms) => ms !== null);
    return [part, quantiles(values)] as const;
  });
  return Object.fromEntries(parts) as unknown as Times;
}

function shares(
  rows: readonly CallRow[],
  key: (row: CallRow) => string | null,
  name: (row: CallRow) => string | null,
): Share[] {
  const all = new Map<string, Counted & { id: string; name: string | null }>();
  for (const row of rows) {
    const id = key(row) ?? "";
    const share = all.get(id) ?? { id, name: name(row), ...none() };
    all.set(id, share);
    add(share, row);
  }
  return [...all.values()].sort((a, b) => sum(b) - sum(a)).slice(0, 8);
}

const ACTORS = [
  {
    kid: "k",
    agent: "agt_sample100",
    tenant: "personal",
    x: "x",
    y: "y",
    secret: "sec_actor100",
    createdAt: "2026-11-20T09:00:00.000Z",
    useFrom: "2026-11-20T09:00:00.000Z",
    publishUntil: null,
  },
];

export function overviewHandlers(world: World) {
  return {
    "calls.statistics": ({ range, offsetMinutes }): CallStatistics => {
      const { from, bucketMs, buckets } = bucketsOf(range, Date.now(), offsetMinutes);
      const until = from + bucketMs * buckets;
      const within = world.rows.filter(
        ({ at, outcome }) => at >= from && at < until && outcome !== "pending",
      );
      const calls = within.filter(({ kind }) => kind === "call");
      const refused = new Map<RefusalCode, number>();
      for (const { kind, code, count } of within) {
        if (kind === "refusal" && code !== null)
          refused.set(code, (refused.get(code) ?? 0) + count);
      }
      const total = none();
      for (const row of calls) add(total, row);
      return {
        from,
        until,
        bucketMs,
        complete: true,
        buckets: Array.from({ length: buckets }, (_, i) => {
          const at = from + i * bucketMs;
          const own = calls.filter((row) => row.at >= at && row.at < at + bucketMs);
          const tally = none();
          for (const row of own) add(tally, row);
          return { at, ...tally, times: times(own) };
        }),
        total,
        agents: shares(
          calls,
          (row) => row.agentId,
          (row) => row.agentName,
        ),
        servers: shares(
          calls,
          (row) => row.serverId,
          (row) => row.serverName,
        ),
        patterns: shares(
          calls,
          (row) => row.pattern,
          () => null,
        ),
        times: times(calls),
        refused: [...refused]
          .map(([code, count]) => ({ code, count }))
          .sort((a, b) => b.count - a.count),
      };
    },
    // The stand-in's views differ from the documents only by what is left out of them.
    "secrets.list": () =>
      secretEntries({
        read: (name) =>
          (name === "actors" ? ACTORS : (world as unknown as Documents)[name]) as never,
      }),
  } satisfies Partial<Handlers>;
}
