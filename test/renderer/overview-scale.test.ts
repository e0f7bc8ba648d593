// The scales of the plots: whole ticks, powers for times, and labels that do not touch.
import { describe, expect, it } from "vitest";
import {
  bucketName,
  countTicks,
  labelled,
  logPlace,
  timeName,
  timeTicks,
} from "../../renderer/overview/scale.ts";

describe("the scales of the plots", () => {
  it("count in whole steps, up to what is shown", () => {
    expect(countTicks(0)).toEqual([0, 1]);
    expect(countTicks(3)).toEqual([0, 1, 2, 3]);
    expect(countTicks(7)).toEqual([0, 5, 10]);
    expect(countTicks(450)).toEqual([0, 200, 400, 600]);
    for (let max = 1; max < 3000; max += 7) {
      const ticks = countTicks(max);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
      expect(ticks.length).toBeLessThan(6);
      expect(ticks.every(Number.isInteger)).toBe(true);
    }
  });
  it("show times by powers of ten, and every time within the plot", () => {
    expect(timeTicks([])).toEqual([1, 10, 100, 1000]);
    const values = [0.4, 80, 29_000];
    const ticks = timeTicks(values);
    expect(ticks[0]).toBeLessThanOrEqual(0.4);
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(29_000);
    const places = values.map((ms) => logPlace(ms, ticks));
    expect(places.every((place) => place > 0 && place < 1)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(logPlace(0, ticks)).toBe(0);
    expect([100, 1000, 100_000].map(timeName)).toEqual(["100 ms", "1 s", "100 s"]);
  });
  it("name few enough buckets, always the newest", () => {
    const starts = Array.from({ length: 60 }, (_, i) => i * 60_000);
    for (const width of [300, 420, 900, 1200]) {
      const named = starts.flatMap((_, i) => (labelled(starts, width, 60_000)(i) ? [i] : []));
      expect(named.at(-1)).toBe(59);
      expect((width / 60) * ((named[1] ?? 0) - (named[0] ?? 0))).toBeGreaterThanOrEqual(50);
    }
  });
  it("say what a bucket covers", () => {
    const at = new Date(2026, 10, 24, 14, 0).getTime();
    expect(bucketName(at, 60_000)).toBe("14:00");
    expect(bucketName(at, 3_600_000)).toBe("14:00–15:00");
    expect(bucketName(at, 6 * 3_600_000)).toBe("Tue 24 Nov, 14:00–20:00");
    expect(bucketName(at, 86_400_000)).toBe("Tue 24 Nov");
  });
});
