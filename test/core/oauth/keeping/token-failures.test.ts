// What the keeper does when there is no token, or when a server does not want it.
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../electron/core/errors.ts";
import { retryWait, sortFailure } from "../../../../electron/core/oauth/keeping/failures.ts";
import { fc } from "../../property.ts";
import { bench, codeOf, down, HOUR, ISSUER, issuer, keyOf, MINUTE, settle } from "./world.ts";

describe("failures, by what must happen next (negative tests 103 and 105)", () => {
  it("keeps the token through 5xx, tries again in the background, and fails typed only at its end", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    const first = await keeper.get(keyOf(), as.obtain);
    await keeper.get(keyOf(), as.obtain);
    as.fail(new Refusal("issuer_error", { issuer: ISSUER, error: "HTTP 503", retry: "later" }));
    await machine.advance(50 * MINUTE);
    expect(await keeper.get(keyOf(), as.obtain)).toBe(first);
    expect(as.reasons.length).toBeGreaterThan(5);
    // 60 s is the longest wait: no more than the ramp and one a minute, as an average of the jitter two.
    expect(as.reasons.length).toBeLessThan(80);
    await machine.advance(10 * MINUTE - 1_000);
    expect(await codeOf(keeper.get(keyOf(), as.obtain))).toBe("issuer_error");
    as.fail(null);
    await machine.advance(MINUTE);
    expect(await keeper.get(keyOf(), as.obtain)).not.toBe(first);
  });

  it("asks a dead issuer at most twice a minute in the long run, however often it is called (R4)", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    as.fail(down());
    let calls = 0;
    for (let t = 0; t < 10 * MINUTE; t += 250) {
      calls++;
      expect(await codeOf(keeper.get(keyOf(), as.obtain))).toBe("issuer_unreachable");
      await machine.advance(250);
    }
    expect(as.reasons.length).toBeGreaterThan(8);
    expect(as.reasons.length / calls).toBeLessThan(0.02);
  });

  it("103: stops at a refused grant, asks for one sign-in whoever calls, and goes on once told", async () => {
    const { machine, keeper, asked } = bench();
    const as = issuer(machine);
    as.fail(new Refusal("sign_in_needed", { issuer: ISSUER, retry: "after-sign-in" }));
    const keys = Array.from({ length: 20 }, (_, i) =>
      keyOf({ account: "acc_000000001", agent: `agt_00000000${i}` }),
    );
    for (let round = 0; round < 5; round++) {
      const codes = await Promise.all(keys.map((key) => codeOf(keeper.get(key, as.obtain))));
      expect(new Set(codes)).toEqual(new Set(["sign_in_needed"]));
      await machine.advance(HOUR);
    }
    expect(as.reasons).toHaveLength(20);
    expect(asked).toEqual(["acc_000000001"]);
    as.fail(null);
    keeper.retry((key) => key.account === "acc_000000001");
    await Promise.all(keys.map((key) => keeper.get(key, as.obtain)));
    expect(as.reasons).toHaveLength(40);
  });

  it("never asks again for what only a person can mend, until told", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    as.fail(new Refusal("issuer_refused_client", { issuer: ISSUER, error: "invalid_client" }));
    for (let i = 0; i < 30; i++) {
      expect(await codeOf(keeper.get(keyOf(), as.obtain))).toBe("issuer_refused_client");
      await machine.advance(HOUR);
    }
    expect(as.reasons).toHaveLength(1);
    expect(keeper.view().map((v) => v.state)).toEqual(["stopped"]);
    as.fail(null);
    keeper.retry(() => true);
    await keeper.get(keyOf(), as.obtain);
    expect(as.reasons).toHaveLength(2);
  });

  it("holds a locked vault against nobody", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    as.fail(new Refusal("vault_locked"));
    expect(await codeOf(keeper.get(keyOf(), as.obtain))).toBe("vault_locked");
    as.fail(null);
    await keeper.get(keyOf(), as.obtain);
    expect(as.reasons).toHaveLength(2);
  });

  it("a vault that fails while it renews unasked is not asked without end", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    const token = await keeper.get(keyOf(), as.obtain);
    await keeper.get(keyOf(), as.obtain);
    as.fail(new Refusal("vault_unavailable"));
    await machine.advance(50 * MINUTE);
    for (let i = 0; i < 100; i++) expect(await keeper.get(keyOf(), as.obtain)).toBe(token);
    await settle();
    expect(as.reasons.length).toBeGreaterThan(2);
    expect(as.reasons.length).toBeLessThan(80);
  });

  it("105: leaves the issuer alone as long as it asks, and no longer than fifteen minutes", async () => {
    for (const [asked, least, most] of [
      [90_000, 90_000, 99_001],
      [48 * HOUR, 15 * MINUTE, 16.6 * MINUTE],
    ] as const) {
      const { machine, keeper } = bench();
      const as = issuer(machine);
      const busy = { issuer: ISSUER, error: "HTTP 429", retry: "later", retryAfterMs: asked };
      as.fail(new Refusal("issuer_error", busy));
      await codeOf(keeper.get(keyOf(), as.obtain));
      as.fail(null);
      await machine.advance(least - 1);
      expect(await codeOf(keeper.get(keyOf(), as.obtain))).toBe("issuer_error");
      await machine.advance(most - least + 1);
      await keeper.get(keyOf(), as.obtain);
      expect(as.reasons).toHaveLength(2);
    }
  });

  it("waits between one second and sixty, more with each failure, never less than asked", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: -1e12, max: 1e12, noNaN: true }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, afterMs, r) => {
          const wait = retryWait(attempt, afterMs, () => r);
          expect(wait).toBeGreaterThanOrEqual(1_000);
          expect(wait).toBeLessThanOrEqual(15 * MINUTE * 1.1);
          if (afterMs <= 1_000) {
            expect(wait).toBeLessThanOrEqual(
              Math.min(60_000, Math.max(2_000, 1_000 * 2 ** attempt)),
            );
          } else expect(wait).toBeGreaterThanOrEqual(Math.min(afterMs, 15 * MINUTE));
        },
      ),
      { numRuns: 5_000 },
    );
    const third = Array.from({ length: 4_000 }, (_, i) => retryWait(3, 0, () => i / 4_000));
    // Full jitter: the whole span is used, evenly.
    expect(Math.min(...third)).toBeLessThan(1_010);
    expect(Math.max(...third)).toBeGreaterThan(7_990);
  });

  it("sorts each refusal by who can mend it", () => {
    const said = (code: Refusal["code"], facts = {}): string =>
      sortFailure(new Refusal(code, facts)).retry;
    expect(said("issuer_unreachable")).toBe("later");
    expect(said("issuer_timeout")).toBe("later");
    expect(said("issuer_tls_failed")).toBe("later");
    expect(said("issuer_error", { retry: "later" })).toBe("later");
    expect(said("issuer_error", { retry: "never" })).toBe("never");
    expect(said("issuer_metadata_invalid", { retry: "never" })).toBe("never");
    expect(said("issuer_refused_client")).toBe("never");
    expect(said("token_not_bound")).toBe("never");
    expect(said("certificate_expired")).toBe("never");
    expect(said("sign_in_needed")).toBe("after-sign-in");
    expect(said("account_changed")).toBe("after-sign-in");
    expect(said("vault_unavailable")).toBe("now");
    expect(sortFailure(new TypeError("a bug"))).toEqual({ retry: "later" });
    expect(sortFailure(new Refusal("issuer_error", { retry: "later", retryAfterMs: 7 }))).toEqual({
      retry: "later",
      afterMs: 7,
    });
  });
});

describe("a server's 401", () => {
  it("makes 20 agents with the same stale token cause one renewal", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    const stale = await keeper.get(keyOf(), as.obtain);
    const tokens = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        for (let turn = 0; turn < i; turn++) await Promise.resolve();
        expect(keeper.invalidate(keyOf(), stale)).toBe(true);
        return keeper.get(keyOf(), as.obtain);
      }),
    );
    expect(new Set(tokens).size).toBe(1);
    expect(tokens[0]).not.toBe(stale);
    expect(as.reasons).toEqual(["first", "rejected"]);
    expect(as.previous[1]).toBe(stale);
  });

  it("72: forces one new token, and lets the second 401 stand", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    const first = await keeper.get(keyOf(), as.obtain);
    expect(keeper.invalidate(keyOf(), first)).toBe(true);
    const second = await keeper.get(keyOf(), as.obtain);
    for (let i = 0; i < 50; i++) expect(keeper.invalidate(keyOf(), second)).toBe(false);
    expect(await keeper.get(keyOf(), as.obtain)).toBe(second);
    expect(as.reasons).toHaveLength(2);
    await machine.advance(61_000);
    expect(keeper.invalidate(keyOf(), second)).toBe(true);
    await keeper.get(keyOf(), as.obtain);
    expect(as.reasons).toEqual(["first", "rejected", "rejected"]);
  });

  it("a server that always says 401 costs at most one token a minute", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    for (let t = 0; t < 10 * MINUTE; t += 1_000) {
      const token = await keeper.get(keyOf(), as.obtain);
      if (keeper.invalidate(keyOf(), token)) await keeper.get(keyOf(), as.obtain);
      await machine.advance(1_000);
    }
    expect(as.reasons.length).toBeLessThanOrEqual(12);
  });

  it("never serves the rejected token again, even while no other is to be had", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    const token = await keeper.get(keyOf(), as.obtain);
    keeper.invalidate(keyOf(), token);
    as.fail(down());
    expect(await codeOf(keeper.get(keyOf(), as.obtain))).toBe("issuer_unreachable");
    expect(await codeOf(keeper.get(keyOf(), as.obtain))).toBe("issuer_unreachable");
  });
});
