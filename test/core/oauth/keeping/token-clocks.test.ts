// Tokens through everything that a clock and a laptop do.
import { describe, expect, it } from "vitest";
import { createLifeClock } from "../../../../electron/core/oauth/keeping/life-clock.ts";
import type { Obtain } from "../../../../electron/core/oauth/keeping/token-keeper.ts";
import type { CheckedToken } from "../../../../electron/core/oauth/types.ts";
import { fc } from "../../property.ts";
import { bench, down, HOUR, issuer, keyOf, Machine, MINUTE, seeded, tokenAt } from "./world.ts";

describe("clocks and sleep (R10, R11)", () => {
  it("after a night's sleep the first call is right, and nothing else is asked for", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    const keys = Array.from({ length: 200 }, (_, i) => keyOf({ server: `srv_${i}` }));
    const before = await Promise.all(keys.map((key) => keeper.get(key, as.obtain)));
    for (const key of keys) await keeper.get(key, as.obtain);
    machine.sleep(8 * HOUR);
    const token = await keeper.get(keys[0]!, as.obtain);
    expect(before).not.toContain(token);
    expect(token.expiresAt).toBeGreaterThan(machine.now());
    // Awake for an hour without calls: 199 overdue timers fire, and no herd forms.
    await machine.advance(HOUR / 3);
    expect(as.reasons).toHaveLength(201);
  });

  it("after a nap that overslept many renewals, they come spread over time, not at once", async () => {
    const { machine, keeper } = bench();
    const times: number[] = [];
    const obtain: Obtain = (reason) => {
      if (reason === "early") times.push(machine.monotonic());
      return Promise.resolve(tokenAt(machine.now(), HOUR));
    };
    for (let i = 0; i < 300; i++) {
      await keeper.get(keyOf({ server: `srv_${i}` }), obtain);
      await keeper.get(keyOf({ server: `srv_${i}` }), obtain);
    }
    await machine.advance(29 * MINUTE);
    machine.suspend(20 * MINUTE);
    await machine.advance(MINUTE);
    expect(times.length).toBe(300);
    const perSecond = new Map<number, number>();
    for (const t of times)
      perSecond.set(Math.floor(t / 1000), (perSecond.get(Math.floor(t / 1000)) ?? 0) + 1);
    expect(Math.max(...perSecond.values())).toBeLessThan(30);
  });

  it("a token that was overslept on its way to the caller is not handed over", async () => {
    const { machine, keeper } = bench();
    const reasons: string[] = [];
    const obtain: Obtain = (reason) => {
      const token = tokenAt(machine.now(), HOUR);
      if (reasons.push(reason) === 1) machine.sleep(8 * HOUR);
      return Promise.resolve(token);
    };
    const callers = Array.from({ length: 50 }, () => keeper.get(keyOf(), obtain));
    const tokens = new Set(await Promise.all(callers));
    expect(tokens.size).toBe(1);
    for (const token of tokens) expect(token.expiresAt).toBeGreaterThan(machine.now());
    expect(reasons).toEqual(["first", "expired"]);
  });

  it("a clock set a day ahead costs one early token, one set back a day none", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    await keeper.get(keyOf(), as.obtain);
    machine.setClock(-24 * HOUR);
    await keeper.get(keyOf(), as.obtain);
    expect(as.reasons).toHaveLength(1);
    machine.setClock(24 * HOUR);
    machine.setClock(24 * HOUR);
    await keeper.get(keyOf(), as.obtain);
    await keeper.get(keyOf(), as.obtain);
    expect(as.reasons).toHaveLength(2);
  });

  it("serves no token past its end less the way to the server, whatever happens to clocks and machine", async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          do: fc.constant("pass" as const),
          ms: fc.integer({ min: 1, max: 20 * MINUTE }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant("sleep" as const),
          ms: fc.integer({ min: 3_000, max: 9 * HOUR }),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant("set" as const),
          ms: fc.integer({ min: -24 * HOUR, max: 24 * HOUR }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant("break" as const), ms: fc.constant(0) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("mend" as const), ms: fc.constant(0) }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 2, max: 90 }),
        fc.integer(),
        async (steps, lifeMinutes, seed) => {
          const machine = new Machine();
          const { keeper } = bench({ clock: machine, timers: machine, random: seeded(seed) });
          const life = lifeMinutes * MINUTE;
          const born = new Map<CheckedToken, number>();
          let broken = false;
          const obtain: Obtain = () => {
            if (broken) return Promise.reject(down());
            const token = tokenAt(machine.now(), life);
            born.set(token, machine.truth);
            return Promise.resolve(token);
          };
          for (const { do: what, ms } of steps) {
            if (what === "pass") await machine.advance(ms);
            else if (what === "sleep") machine.sleep(ms);
            else if (what === "set") machine.setClock(ms);
            else broken = what === "break";
            const token = await keeper.get(keyOf(), obtain).catch(() => null);
            if (token === null) continue;
            // Two seconds is what the wall clock may lead before it counts as a witness; it has whole milliseconds.
            expect(machine.truth - born.get(token)!).toBeLessThanOrEqual(life - 10_000 + 2_001);
          }
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it("the life clock never goes back, and is never slower than the truth by more than its tolerance a look", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom("pass", "sleep", "set"), fc.integer({ min: 0, max: 30 * HOUR })),
          { maxLength: 60 },
        ),
        (steps) => {
          let wall = 1e12;
          let mono = 0;
          let truth = 0;
          const read = createLifeClock({ now: () => wall, monotonic: () => mono });
          const start = read();
          let last = start;
          let looks = 0;
          for (const [what, ms] of steps) {
            if (what === "pass") [wall, mono, truth] = [wall + ms, mono + ms, truth + ms];
            else if (what === "sleep") [wall, truth] = [wall + ms, truth + ms];
            else wall += ms - 15 * HOUR;
            const next = read();
            looks++;
            expect(next).toBeGreaterThanOrEqual(last);
            expect(next - start).toBeGreaterThanOrEqual(truth - looks * 2_000);
            last = next;
          }
        },
      ),
    );
  });
});
