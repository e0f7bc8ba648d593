// Stages and what they ask for; the advice; what a thief is left with.
import { describe, expect, it } from "vitest";
import { asRefusal } from "../../../../electron/core/errors.ts";
import { advise, type Answers, thiefOf } from "../../../../electron/core/oauth/keeping/advice.ts";
import {
  accepts,
  checkStage,
  nameOf,
  type PatternShape,
  strength,
} from "../../../../electron/core/oauth/keeping/ladder.ts";
import type { Stage } from "../../../../electron/core/servers.ts";
import { fc, test } from "../../property.ts";

const STAGES: readonly Stage[] = ["development", "staging", "production"];
const simple: readonly PatternShape[] = [
  { type: "none" },
  { type: "env" },
  { type: "api-key" },
  { type: "mtls" },
  ...(["client-credentials", "account", "token-exchange"] as const).flatMap((type) =>
    (["none", "mtls", "dpop"] as const).map((bound) => ({ type, bound })),
  ),
];
const { shape } = fc.letrec<{ shape: PatternShape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    fc.constantFrom(...simple),
    fc.record({
      type: fc.constant("composite" as const),
      parts: fc.array(tie("shape"), { maxLength: 3 }),
    }),
  ),
}));

describe("the ladder", () => {
  const rows: readonly (readonly [PatternShape, boolean, boolean, boolean])[] = [
    [{ type: "none" }, true, false, false],
    [{ type: "api-key" }, true, false, false],
    [{ type: "env" }, true, false, false],
    [{ type: "client-credentials", bound: "none" }, true, true, false],
    [{ type: "account", bound: "none" }, true, true, false],
    [{ type: "token-exchange", bound: "none" }, true, true, false],
    [{ type: "client-credentials", bound: "mtls" }, true, true, true],
    [{ type: "client-credentials", bound: "dpop" }, true, true, true],
    [{ type: "token-exchange", bound: "mtls" }, true, true, true],
    [{ type: "mtls" }, true, true, true],
    [
      {
        type: "composite",
        parts: [{ type: "mtls" }, { type: "client-credentials", bound: "none" }],
      },
      true,
      true,
      true,
    ],
    // Exchange and limits: still a token that anyone can carry away.
    [{ type: "composite", parts: [{ type: "token-exchange", bound: "none" }] }, true, true, false],
    [{ type: "composite", parts: [] }, true, false, false],
  ];
  it.each(rows)("%o: development %s, staging %s, production %s", (pattern, ...expected) => {
    expect(STAGES.map((stage) => accepts(stage, pattern))).toEqual(expected);
  });

  it("refuses by name: the stage, the least it wants, and what it got", () => {
    try {
      checkStage("production", { type: "token-exchange", bound: "none" });
      expect.unreachable();
    } catch (error) {
      expect(asRefusal(error)).toMatchObject({
        code: "pattern_too_weak",
        facts: { stage: "production", least: "a token bound to a key", pattern: "token-exchange" },
      });
    }
    expect(
      nameOf({
        type: "composite",
        parts: [{ type: "token-exchange", bound: "dpop" }, { type: "mtls" }],
      }),
    ).toBe("token-exchange bound by dpop + mtls");
  });

  test(
    "a stronger pattern is never refused where a weaker one is accepted",
    [shape, shape, fc.constantFrom(...STAGES)],
    (a, b, stage) => {
      const [weak, strong] = strength(a) <= strength(b) ? [a, b] : [b, a];
      if (accepts(stage, weak)) expect(accepts(stage, strong)).toBe(true);
    },
  );

  test("what a higher stage accepts, a lower one accepts", [shape], (pattern) => {
    const [development, staging, production] = STAGES.map((stage) => accepts(stage, pattern));
    if (production) expect(staging).toBe(true);
    if (staging) expect(development).toBe(true);
  });

  test(
    "another part never makes a composite weaker",
    [fc.array(shape, { maxLength: 3 }), shape],
    (parts, more) => {
      const before = strength({ type: "composite", parts });
      expect(strength({ type: "composite", parts: [...parts, more] })).toBeGreaterThanOrEqual(
        before,
      );
      expect(strength({ type: "composite", parts: [more] })).toBe(strength(more));
    },
  );
});

describe("the advice", () => {
  const ask = (change: Partial<Answers>): string =>
    nameOf(
      advise({ tenants: "one", stakes: "low", onBehalf: false, stage: "development", ...change })
        .pattern,
    );

  it("follows the five rules of the decision heuristic", () => {
    expect(ask({})).toBe("api-key");
    expect(ask({ tenants: "several", stakes: "standard" })).toBe("client-credentials");
    expect(ask({ onBehalf: true })).toBe("token-exchange");
    expect(ask({ stakes: "critical" })).toBe("mtls");
    expect(ask({ stakes: "regulated" })).toBe("token-exchange bound by mtls + mtls");
  });

  it("meets two needs together, and lifts to the stage", () => {
    expect(ask({ stage: "staging" })).toBe("client-credentials");
    expect(ask({ stage: "production" })).toBe("mtls");
    expect(ask({ onBehalf: true, stage: "production" })).toBe(
      "token-exchange bound by mtls + mtls",
    );
    expect(ask({ onBehalf: true, stakes: "critical" })).toBe("token-exchange bound by mtls + mtls");
  });

  const TENANTS = ["one", "several"] as const;
  const STAKES = ["low", "standard", "critical", "regulated"] as const;
  const every: Answers[] = TENANTS.flatMap((tenants) =>
    STAKES.flatMap((stakes) =>
      [false, true].flatMap((onBehalf) =>
        STAGES.map((stage) => ({ tenants, stakes, onBehalf, stage })),
      ),
    ),
  );

  it("always passes its stage, gives a reason for each answer that asked, and names the thief's chances", () => {
    expect(every).toHaveLength(48);
    for (const answers of every) {
      const { pattern, why, thief } = advise(answers);
      checkStage(answers.stage, pattern);
      expect(why.length).toBeGreaterThan(0);
      expect(new Set(why).size).toBe(why.length);
      expect(thief).toEqual(thiefOf(pattern));
    }
  });

  it("never answers a greater need with a weaker pattern", () => {
    const rank = (a: Answers): number[] => [
      TENANTS.indexOf(a.tenants),
      STAKES.indexOf(a.stakes),
      Number(a.onBehalf),
      STAGES.indexOf(a.stage),
    ];
    for (const a of every) {
      for (const b of every) {
        if (!rank(a).every((value, i) => value <= rank(b)[i]!)) continue;
        expect(strength(advise(b).pattern)).toBeGreaterThanOrEqual(strength(advise(a).pattern));
      }
    }
  });

  it("tells a thief of a bound token that it is of no use, and of no other", () => {
    for (const pattern of simple) {
      expect(thiefOf(pattern).can.startsWith("Nothing with the token alone")).toBe(
        accepts("production", pattern),
      );
    }
    expect(thiefOf({ type: "api-key" }).until).toBe("until somebody revokes it");
  });

  test("has an answer for whatever is put together", [shape], (pattern) => {
    const thief = thiefOf(pattern);
    expect(Object.values(thief).every((text) => text.length > 5)).toBe(true);
  });
});
