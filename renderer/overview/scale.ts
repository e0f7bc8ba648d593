// Scales and labels of the plots. Pure.
import { words } from "../words.ts";
import { clockTime, dayName, duration, number } from "../lib/format.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Whole ticks from 0 to at least `max`: three or four of them, 1, 2 or 5 times a power of ten apart. */
export function countTicks(max: number): readonly number[] {
  if (max <= 3) return Array.from({ length: Math.max(1, Math.ceil(max)) + 1 }, (_, i) => i);
  const rough = max / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => i * step);
}

/** Powers of ten, in milliseconds, around what is shown; at least two. */
export function timeTicks(values: readonly number[]): readonly number[] {
  const real = values.filter((ms) => ms > 0);
  const low = Math.floor(Math.log10(Math.max(0.1, Math.min(...real, 1e6))));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...real, 1))));
  const from = real.length === 0 ? 0 : low;
  const to = real.length === 0 ? 3 : high;
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

/** 0 at the first tick, 1 at the last, by powers. */
export function logPlace(ms: number, ticks: readonly number[]): number {
  const [low, high] = [ticks[0] ?? 1, ticks.at(-1) ?? 10];
  const place = Math.log10(Math.max(ms, low) / low) / Math.log10(high / low);
  return Math.min(1, Math.max(0, place));
}

/** `14:05`. */
export const minute = (at: number): string => clockTime(at).slice(0, 5);

/** What a bucket covers: `14:05`, `14:00–15:00`, `Tue 24 Nov, 06:00–12:00`, `Tue 24 Nov`. */
export function bucketName(at: number, bucketMs: number): string {
  if (bucketMs < HOUR) return minute(at);
  if (bucketMs >= DAY) return dayName(at);
  const hours = `${minute(at)}–${minute(at + bucketMs)}`;
  return bucketMs === HOUR ? hours : `${dayName(at)}, ${hours}`;
}

/** Short, for the axis: the hour, or the day where buckets are long. */
export const axisName = (at: number, bucketMs: number): string =>
  bucketMs <= HOUR ? minute(at) : dayName(at).replace(/^\S+ /, "");

/**
 * Which buckets get a label so that none touches its neighbour: every nth, counted from the newest; where a day has
 * several, its first.
 */
export function labelled(
  starts: readonly number[],
  width: number,
  bucketMs: number,
): (i: number) => boolean {
  const count = starts.length;
  const isDayInParts = bucketMs > HOUR && bucketMs < DAY;
  if (isDayInParts) {
    const every = width < 420 ? 2 : 1;
    return (i) => {
      const date = new Date(starts[i] ?? 0);
      return date.getHours() < 2 && date.getDate() % every === 0;
    };
  }
  const room = bucketMs <= HOUR ? 52 : 62;
  const fit = Math.max(1, Math.floor(width / room));
  const rough = Math.ceil(count / fit);
  const steps = [1, 2, 3, 5, 6, 10, 12, 15, 20, 30];
  const step = steps.find((one) => one >= rough) ?? count;
  return (i) => (count - 1 - i) % step === 0;
}

/** `0.1 ms`, `10 s`, `1,000 s`: a power of ten stays one on the axis. */
export const timeName = (ms: number): string =>
  ms < 1000 ? duration(ms) : words.overview.seconds(ms / 1000);
export const countName = (count: number): string => number(count);
