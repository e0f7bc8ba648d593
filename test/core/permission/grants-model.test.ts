// Grants against a model of what a person meant: whatever happens to the clocks, to runs and to the lock, in whatever
// order, no grant covers a call that it was not given for, longer, or more often.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { GrantLifetime, Scope } from "../../../electron/core/permission/grants.ts";
import { openPermissions, subject } from "./stage.ts";

const MINUTE = 60_000;
const HARD: Record<GrantLifetime, number> = {
  "this-run": 720 * MINUTE,
  "5-minutes": 5 * MINUTE,
  "1-hour": 60 * MINUTE,
  "until-lock": 720 * MINUTE,
};
const IDLE: Record<GrantLifetime, number> = {
  "this-run": 10 * MINUTE,
  "5-minutes": 5 * MINUTE,
  "1-hour": 10 * MINUTE,
  "until-lock": 10 * MINUTE,
};

/** What the model remembers of a grant. */
interface Given {
  readonly lifetime: GrantLifetime;
  readonly scope: Scope;
  readonly of: number;
  readonly run: string;
  readonly atMost: number | null;
  readonly wall: number;
  readonly mono: number;
  usedWall: number;
  usedMono: number;
  uses: number;
  ended: boolean;
}
interface Real {
  readonly stage: ReturnType<typeof openPermissions>;
}
interface Model {
  readonly given: Map<string, Given>;
  run: number;
}

const call = (n: number, run: number) =>
  subject({
    argumentsText: JSON.stringify({ repo: n % 2, text: n }),
    argumentsHash: String(n).padStart(64, "0"),
    run: { id: `run_${run}`, startedAt: "2026-11-28T00:00:00.000Z", calls: 1 },
  });

type Step = fc.Command<Model, Real>;
const step = (name: string, run: (model: Model, real: Real) => void): Step => ({
  check: () => true,
  run,
  toString: () => name,
});

const give = fc
  .record({
    lifetime: fc.constantFrom(...(Object.keys(HARD) as GrantLifetime[])),
    scope: fc.constantFrom<Scope>("arguments", "fields", "tool"),
    of: fc.integer({ min: 0, max: 3 }),
    atMost: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
  })
  .map(({ lifetime, scope, of, atMost }) =>
    step(`give ${lifetime} ${scope} ${of} ${atMost}`, (model, { stage }) => {
      const { clock } = stage.time;
      const fields = scope === "fields" ? ["/repo"] : undefined;
      const verdict = { type: "allow", lifetime, scope, fields, atMost } as const;
      const { id } = stage.grants.add(call(of, model.run), verdict);
      const [wall, mono] = [clock.now(), clock.monotonic()];
      const run = `run_${model.run}`;
      const at = { wall, mono, usedWall: wall, usedMono: mono };
      model.given.set(id, { lifetime, scope, of, run, atMost, ...at, uses: 0, ended: false });
    }),
  );

const use = fc.integer({ min: 0, max: 3 }).map((n) =>
  step(`use ${n}`, (model, { stage }) => {
    const found = stage.grants.use(call(n, model.run));
    if (found === undefined) return;
    const given = model.given.get(found.id);
    if (given === undefined) throw new Error("a grant that nobody gave");
    const { clock } = stage.time;
    expect(given.ended, "it was revoked, locked, or its run ended").toBe(false);
    if (given.scope === "arguments") expect(n).toBe(given.of);
    if (given.scope === "fields") expect(n % 2).toBe(given.of % 2);
    if (given.lifetime === "this-run") expect(given.run).toBe(`run_${model.run}`);
    for (const [now, born, used] of [
      [clock.now(), given.wall, given.usedWall],
      [clock.monotonic(), given.mono, given.usedMono],
    ] as const) {
      expect(now - born).toBeLessThan(HARD[given.lifetime]);
      expect(now - used).toBeLessThan(IDLE[given.lifetime]);
    }
    given.uses++;
    if (given.atMost !== null) expect(given.uses).toBeLessThanOrEqual(given.atMost);
    [given.usedWall, given.usedMono] = [clock.now(), clock.monotonic()];
  }),
);

const pass = fc
  .integer({ min: 0, max: 14 * MINUTE })
  .map((ms) => step(`pass ${ms}`, (_, { stage }) => stage.time.advance(ms)));
const jump = fc
  .integer({ min: -30 * 60 * MINUTE, max: 30 * 60 * MINUTE })
  .map((ms) => step(`jump ${ms}`, (_, { stage }) => stage.time.setWall(ms)));
const lock = fc.constant(
  step("lock", (model, { stage }) => {
    stage.grants.lapseAll();
    for (const given of model.given.values()) given.ended = true;
  }),
);
const newRun = fc.constant(
  step("another run", (model, { stage }) => {
    stage.endRun(`run_${model.run}`);
    for (const given of model.given.values()) {
      if (given.lifetime === "this-run") given.ended = true;
    }
    model.run++;
  }),
);
const revoke = fc.constant(
  step("revoke", (model, { stage }) => {
    const [first] = stage.grants.list();
    if (first === undefined) return;
    stage.grants.revoke(first.id);
    const given = model.given.get(first.id);
    if (given !== undefined) given.ended = true;
  }),
);

it("no grant covers what it was not given for, however clocks jump, runs end and locks fall (400 walks)", () => {
  fc.assert(
    fc.property(
      fc.commands([give, use, use, pass, jump, lock, newRun, revoke], { maxCommands: 60 }),
      (steps) => {
        fc.modelRun(
          () => ({ model: { given: new Map(), run: 1 }, real: { stage: openPermissions() } }),
          steps,
        );
      },
    ),
    { numRuns: 400 },
  );
});
