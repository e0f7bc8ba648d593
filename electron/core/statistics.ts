// Figures about calls over a stretch of time: what is asked for, and what comes out. Pure; the journal does the counting.
import type { RefusalCode } from "./errors.ts";

export const RANGES = ["hour", "day", "week", "month"] as const;
export type StatisticsRange = (typeof RANGES)[number];

const MINUTE = 60_000;
/** The grain of what is counted for good: every zone's offset in use is a multiple of it. */
export const QUARTER_MS = 15 * MINUTE;

/** Length and number of the buckets of each range; a month is thirty days. */
const SHAPE: Record<StatisticsRange, { readonly bucketMs: number; readonly buckets: number }> = {
  hour: { bucketMs: MINUTE, buckets: 60 },
  day: { bucketMs: 60 * MINUTE, buckets: 24 },
  week: { bucketMs: 360 * MINUTE, buckets: 28 },
  month: { bucketMs: 1440 * MINUTE, buckets: 30 },
};

/** Which buckets are wanted. All times are UTC milliseconds. */
export interface StatisticsQuery {
  readonly tenant?: string | undefined;
  /** Inclusive; begins a bucket. */
  readonly from: number;
  readonly bucketMs: number;
  readonly buckets: number;
}

/**
 * The last buckets of a range up to now; the newest one is not over yet. Buckets begin where hours and days of the
 * person's zone begin.
 * @param offsetMinutes the zone's present distance from UTC, east positive. It is taken for the whole range: days
 *   before a change of summer time begin an hour off.
 */
export function bucketsOf(
  range: StatisticsRange,
  now: number,
  offsetMinutes: number,
): Omit<StatisticsQuery, "tenant"> {
  const { bucketMs, buckets } = SHAPE[range];
  const shift = Math.round(offsetMinutes / 15) * QUARTER_MS;
  const last = Math.floor((now + shift) / bucketMs);
  return { from: (last - buckets + 1) * bucketMs - shift, bucketMs, buckets };
}

/** allowed: sent, and the tool answered · denied: refused by rules or the person · failed: sent, and no good answer. */
export interface Tally {
  readonly allowed: number;
  readonly denied: number;
  readonly failed: number;
}

/** total: door to end · server: waiting for it and its answer · person: waiting for you · ours: Countersign itself. */
export const TIME_PARTS = ["total", "server", "person", "ours"] as const;
export type TimePart = (typeof TIME_PARTS)[number];

/** Milliseconds that half and that 95 of 100 calls took at most, to about a tenth of the value. */
export interface Quantiles {
  readonly calls: number;
  readonly p50: number;
  readonly p95: number;
}

export type Times = Readonly<Record<TimePart, Quantiles | null>>;

export interface Bucket extends Tally {
  /** Its beginning, UTC milliseconds. */
  readonly at: number;
  readonly times: Times;
}

export interface Share extends Tally {
  /** Of an agent or a server, or the pattern itself; null for all the others together. */
  readonly id: string | null;
  /** Its last known name; null where it needs none. */
  readonly name: string | null;
}

/** Calls that have ended, counted: what ended within the last second or so may be missing. */
export interface CallStatistics {
  readonly from: number;
  /** Exclusive: the end of the bucket that is not over yet. */
  readonly until: number;
  readonly bucketMs: number;
  /** False while calls of an earlier version are still being counted. */
  readonly complete: boolean;
  /** Oldest first, none left out. */
  readonly buckets: readonly Bucket[];
  readonly total: Tally;
  /** Most calls first, at most eight and the rest. */
  readonly agents: readonly Share[];
  readonly servers: readonly Share[];
  readonly patterns: readonly Share[];
  readonly times: Times;
  /** What the front door turned away unread, by why; most first. Not among the calls above. */
  readonly refused: readonly { readonly code: RefusalCode; readonly count: number }[];
}
