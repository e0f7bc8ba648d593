// Which rows of the log exist.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignKeys, itemsIn, placeFor, windowOf } from "../../renderer/log/row-window.ts";

const facts = (given: Partial<Parameters<typeof windowOf>[0]> = {}) => ({
  count: 20_000,
  height: 36,
  above: 68,
  top: 0,
  seen: 720,
  following: false,
  ...given,
});

describe("the rows that exist", () => {
  it("are those in sight and a few around them, wherever it is scrolled", () => {
    for (const top of [0, 50, 36 * 500 + 17, 36 * 20_000 - 700]) {
      const { first, until } = windowOf(facts({ top }));
      const inSight = [...Array(20_000).keys()].filter((i) => {
        const begin = 68 + i * 36;
        return begin + 36 > top && begin < top + 720;
      });
      expect(first, String(top)).toBeLessThanOrEqual(inSight[0] ?? 0);
      expect(until, String(top)).toBeGreaterThan(inSight.at(-1) ?? 0);
      expect(until - first).toBeLessThan(45);
    }
  });
  it("are the newest while they are followed, before any scroll is told", () => {
    expect(windowOf(facts({ following: true }))).toEqual({ first: 19_977, until: 20_000 });
  });
  it("are all of few, and none of none", () => {
    expect(windowOf(facts({ count: 3 }))).toEqual({ first: 0, until: 3 });
    expect(windowOf(facts({ count: 3, following: true }))).toEqual({ first: 0, until: 3 });
    const none = windowOf(facts({ count: 0, following: true }));
    expect(none.until - none.first).toBeLessThanOrEqual(0 + 0);
  });
  it("a row that is in sight stays where it is; others come just into sight, below the head", () => {
    const at = facts({ top: 36 * 100 });
    expect(placeFor(105, at, 32)).toBe(at.top);
    expect(placeFor(10, at, 32)).toBe(68 + 360 - 32);
    expect(placeFor(200, at, 32)).toBe(68 + 201 * 36 - 720);
  });
});

describe("items of different heights", () => {
  it("exist where they are in sight, and some around them", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(36, 44), { maxLength: 300 }),
        fc.nat(12_000),
        fc.boolean(),
        (heights, top, following) => {
          const tops = [0];
          for (const height of heights) tops.push((tops.at(-1) ?? 0) + height);
          const seen = 500;
          const end = (tops.at(-1) ?? 0) + 32;
          const at = Math.max(0, following ? end - seen : Math.min(top, end - seen));
          const { first, until } = itemsIn(tops, { above: 32, top: at, seen, following });
          for (let i = 0; i < heights.length; i++) {
            const begin = 32 + (tops[i] ?? 0);
            const inSight = begin + (heights[i] ?? 0) > at && begin < at + seen;
            if (inSight) expect(i >= first && i < until, String(i)).toBe(true);
          }
          expect(until - first).toBeLessThan(36);
          expect(first).toBeGreaterThanOrEqual(0);
          expect(until).toBeLessThanOrEqual(heights.length);
        },
      ),
    );
  });
});

describe("the elements that rows are shown in", () => {
  const seqs = fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 40 });

  it("stay with their rows, go from rows out of sight to new ones, and are never shared", () => {
    fc.assert(
      fc.property(fc.array(seqs, { maxLength: 8 }), (looks) => {
        let before: ReadonlyMap<number, number> = new Map();
        for (const look of looks) {
          const now = assignKeys(before, look);
          expect([...now.keys()]).toEqual(look);
          expect(new Set(now.values()).size).toBe(look.length);
          for (const seq of look) if (before.has(seq)) expect(now.get(seq)).toBe(before.get(seq));
          // A new element is made only where no old one is free.
          const old = new Set(before.values());
          const made = [...now.values()].filter((key) => !old.has(key)).length;
          expect(made).toBe(Math.max(0, look.length - before.size));
          before = now;
        }
      }),
    );
  });

  it("keep their order when all of the rows are new: none has to be moved", () => {
    const first = assignKeys(new Map(), [1, 2, 3, 4]);
    expect([...assignKeys(first, [11, 12, 13, 14]).values()]).toEqual([...first.values()]);
  });
});
