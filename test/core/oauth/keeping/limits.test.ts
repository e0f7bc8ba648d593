// Limits per original user and per agent: the law of GCRA, whatever the calls look like.
import { describe, expect, it } from "vitest";
import {
  agentMeter,
  createLimiter,
  type Limit,
  limitReached,
  meter,
  userMeter,
} from "../../../../electron/core/oauth/keeping/limits.ts";
import { complaint } from "../../../../electron/core/sentences.ts";
import { movableClock } from "../../../support/ports.ts";
import { fc, test } from "../../property.ts";

const limits = fc.record({
  burst: fc.integer({ min: 1, max: 50 }),
  ratePerSecond: fc.double({ min: 0.01, max: 1000, noNaN: true }),
});
const gaps = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5000, noNaN: true })), {
  maxLength: 200,
});

describe("one key", () => {
  test(
    "over any stretch of time no more than burst + rate × t calls pass",
    [limits, gaps],
    (limit, waits) => {
      let tat: number | null = null;
      let now = 1e6;
      const passed: number[] = [];
      for (const wait of waits) {
        now += wait;
        const step = meter(tat, now, limit);
        tat = step.tat;
        if (step.allowed) passed.push(now);
      }
      for (let from = 0; from < passed.length; from++) {
        for (let to = from; to < passed.length; to++) {
          const seconds = (passed[to]! - passed[from]!) / 1000;
          expect(to - from + 1).toBeLessThanOrEqual(
            limit.burst + limit.ratePerSecond * seconds + 1e-3,
          );
        }
      }
    },
    300,
  );

  test("a whole burst passes at once, and not one call more", [limits], (limit) => {
    let tat: number | null = null;
    for (let i = 0; i < limit.burst; i++) {
      const step = meter(tat, 0, limit);
      expect(step.allowed).toBe(true);
      tat = step.tat;
    }
    expect(meter(tat, 0, limit).allowed).toBe(false);
  });

  test(
    "who waits as long as was said passes, and nobody passes sooner",
    [limits, gaps],
    (limit, waits) => {
      let tat: number | null = null;
      let now = 0;
      for (const wait of waits) {
        now += wait;
        const step = meter(tat, now, limit);
        if (!step.allowed) {
          expect(step.waitMs).toBeGreaterThan(0);
          expect(meter(step.tat, now + step.waitMs, limit).allowed).toBe(true);
          expect(meter(step.tat, now + step.waitMs * 0.99, limit).allowed).toBe(
            step.waitMs * 0.01 <= 2e-6,
          );
        }
        tat = step.tat;
      }
    },
  );

  test(
    "what is refused costs nothing",
    [limits, fc.nat(1000)],
    (limit, tries) => {
      let tat: number | null = null;
      for (let i = 0; i < limit.burst; i++) tat = meter(tat, 0, limit).tat;
      const full = tat;
      for (let i = 0; i < tries; i++) tat = meter(tat, 0, limit).tat;
      expect(tat).toBe(full);
    },
    100,
  );
});

describe("a person and an agent", () => {
  const USER: Limit = { burst: 5, ratePerSecond: 1 };
  const AGENT: Limit = { burst: 3, ratePerSecond: 10 };
  const ada = userMeter("personal", "https://issuer.example", "17", USER);

  it("counts the person through whatever agent", () => {
    const limiter = createLimiter(movableClock());
    const through = (i: number) => limiter.take([ada, agentMeter("personal", `agt_${i}`, AGENT)]);
    for (let i = 0; i < 5; i++) expect(through(i).allowed).toBe(true);
    const sixth = through(6);
    expect(sixth).toMatchObject({ allowed: false, meter: ada, waitMs: 1000 });
  });

  it("charges nobody for a call that one of both refuses", () => {
    const clock = movableClock();
    const limiter = createLimiter(clock);
    const busy = agentMeter("personal", "agt_1", AGENT);
    for (let i = 0; i < 3; i++) expect(limiter.take([ada, busy]).allowed).toBe(true);
    for (let i = 0; i < 100; i++)
      expect(limiter.take([ada, busy])).toMatchObject({ allowed: false, meter: busy });
    const calm = agentMeter("personal", "agt_2", AGENT);
    expect([1, 2, 3].map(() => limiter.take([ada, calm]).allowed)).toEqual([true, true, false]);
  });

  it("keeps tenants, issuers and subjects apart", () => {
    const keys = new Set(
      [
        ["personal", "https://a.example", "1"],
        ["work", "https://a.example", "1"],
        ["personal", "https://a.example/", "1"],
        ["personal", "https://a.example", "11"],
        ["personal", 'https://a.example","1', ""],
      ].map(([tenant = "", issuer = "", sub = ""]) => userMeter(tenant, issuer, sub, USER).key),
    );
    expect(keys.size).toBe(5);
    expect(agentMeter("personal", "x", USER).key).not.toBe(
      userMeter("personal", "x", "", USER).key,
    );
  });

  it("forgets keys that have recovered", () => {
    const clock = movableClock();
    const limiter = createLimiter(clock);
    for (let i = 0; i < 20_000; i++) {
      limiter.take([agentMeter("personal", `agt_${i}`, AGENT)]);
      clock.advance(1);
    }
    expect(limiter.size()).toBeLessThan(1_300);
  });

  it("says who, how many, and how long to wait", () => {
    const limiter = createLimiter(movableClock());
    for (let i = 0; i < 5; i++) limiter.take([ada]);
    const refused = limiter.take([ada]);
    if (refused.allowed) throw new Error("the sixth call passed");
    const { sentence, advice } = complaint(limitReached(refused, "ada@example.com"));
    expect(sentence).toBe(
      "ada@example.com made too many calls: at most 5 at once, then 60 a minute.",
    );
    expect(advice).toBe("Wait 1 s before the next one.");
  });
});
