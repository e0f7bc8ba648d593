// One request for however many callers; early, spread, and nothing left behind.
import { describe, expect, it } from "vitest";
import type { Obtain } from "../../../../electron/core/oauth/keeping/token-keeper.ts";
import type { CheckedToken } from "../../../../electron/core/oauth/types.ts";
import {
  bench,
  codeOf,
  down,
  gate,
  HOUR,
  ISSUER,
  issuer,
  keyOf,
  Machine,
  MINUTE,
  seeded,
  settle,
  tokenAt,
} from "./world.ts";

describe("one request for all (R1, negative test 102's neighbour)", () => {
  it("asks once for 1,000 callers of 20 agents, at each of 100 expiries", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    for (let expiry = 1; expiry <= 100; expiry++) {
      const calls = Array.from({ length: 1000 }, () => keeper.get(keyOf(), as.obtain));
      const tokens = new Set(await Promise.all(calls));
      expect(tokens.size).toBe(1);
      expect(as.reasons).toHaveLength(expiry);
      // Past its end in one step, and nobody called meanwhile: this token was not worth renewing.
      await machine.advance(2 * HOUR);
    }
  });

  it("gives every caller the same typed failure, and asks nobody again until the wait is over", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    as.fail(down());
    const codes = await Promise.all(
      Array.from({ length: 200 }, () => codeOf(keeper.get(keyOf(), as.obtain))),
    );
    expect(new Set(codes)).toEqual(new Set(["issuer_unreachable"]));
    expect(as.reasons).toHaveLength(1);
    expect(await codeOf(keeper.get(keyOf(), as.obtain))).toBe("issuer_unreachable");
    expect(as.reasons).toHaveLength(1);
    as.fail(null);
    await machine.advance(2_001);
    await keeper.get(keyOf(), as.obtain);
    expect(as.reasons).toHaveLength(2);
  });

  it("shares nothing between keys that differ in any one member", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    const base = keyOf();
    const others = [
      { tenant: "work" },
      { issuer: `${ISSUER}/` },
      { clientId: "other" },
      { credentialVersion: "sec_2" },
      { server: "srv_000000002" },
      { account: "acc_000000001" },
      { agent: "agt_000000001" },
      { resource: null },
      { scope: ["mcp:invoke", "admin"] },
      { identity: "crt_000000001" },
    ].map((change) => ({ ...base, ...change }));
    const tokens = await Promise.all([base, ...others].map((key) => keeper.get(key, as.obtain)));
    expect(new Set(tokens).size).toBe(11);
    const again = await keeper.get({ ...base, scope: ["mcp:invoke", "mcp:invoke"] }, as.obtain);
    expect(again).toBe(tokens[0]);
  });
});

describe("early and spread (R2)", () => {
  it("renews each of 100,000 tokens at 50 to 75 % of its life, at most 3 % of them in any hundredth of that span", async () => {
    const machine = new Machine();
    const { keeper } = bench({ clock: machine, timers: machine, random: seeded(2026) });
    const lives = [5 * MINUTE, HOUR, 24 * HOUR];
    const seen: number[] = [];
    const made = new Map<CheckedToken, number>();
    const born = new Map<string, number>();
    const N = 100_000;
    // The keeper holds 10,000 keys at most; ten rounds, each with a machine that is ten days older.
    for (let round = 0; round < N / 10_000; round++) {
      for (let i = 0; i < 10_000; i++) {
        const life = lives[i % 3]!;
        const key = keyOf({ server: `srv_${round}_${i}` });
        const obtain: Obtain = (reason, before) => {
          if (reason === "early") {
            const at = machine.monotonic() - born.get(key.server ?? "")!;
            seen.push(at / made.get(before!)!);
            // Lives so short from here on that it is not asked for again.
            return Promise.resolve(tokenAt(machine.now(), 1));
          }
          const token = tokenAt(machine.now(), life);
          made.set(token, life);
          born.set(key.server ?? "", machine.monotonic());
          return Promise.resolve(token);
        };
        await keeper.get(key, obtain);
        // A second use: it is in use, so it is renewed without being asked for.
        await keeper.get(key, obtain);
      }
      await machine.advance(25 * HOUR);
    }
    expect(seen).toHaveLength(N);
    expect(Math.min(...seen.slice(0, 50_000))).toBeGreaterThanOrEqual(0.5);
    expect(seen.every((share) => share >= 0.5 && share <= 0.7501)).toBe(true);
    const windows = new Map<number, number>();
    for (const share of seen) {
      const window = Math.floor((share - 0.5) * 400);
      windows.set(window, (windows.get(window) ?? 0) + 1);
    }
    expect(windows.size).toBeGreaterThanOrEqual(100);
    expect(Math.max(...windows.values()) / N).toBeLessThanOrEqual(0.03);
  }, 60_000);

  it("serves the old token while the new one is on its way", async () => {
    const { machine, keeper } = bench();
    const slow = gate<CheckedToken>();
    const reasons: string[] = [];
    const first = tokenAt(machine.now(), HOUR);
    const obtain: Obtain = (reason) => {
      reasons.push(reason);
      return reason === "first" ? Promise.resolve(first) : slow.promise;
    };
    await keeper.get(keyOf(), obtain);
    await keeper.get(keyOf(), obtain);
    await machine.advance(50 * MINUTE);
    expect(reasons).toEqual(["first", "early"]);
    expect(await keeper.get(keyOf(), obtain)).toBe(first);
    const second = tokenAt(machine.now(), HOUR);
    slow.open(second);
    await settle();
    expect(await keeper.get(keyOf(), obtain)).toBe(second);
    expect(reasons).toHaveLength(2);
  });

  it("lets those who come after the old one's end wait for the renewal that runs", async () => {
    const { machine, keeper } = bench();
    const slow = gate<CheckedToken>();
    let asked = 0;
    const obtain: Obtain = (reason) => {
      asked++;
      return reason === "first" ? Promise.resolve(tokenAt(machine.now(), HOUR)) : slow.promise;
    };
    await keeper.get(keyOf(), obtain);
    await keeper.get(keyOf(), obtain);
    await machine.advance(HOUR - 9_000);
    const late = keeper.get(keyOf(), obtain);
    const fresh = tokenAt(machine.now(), HOUR);
    slow.open(fresh);
    expect(await late).toBe(fresh);
    expect(asked).toBe(2);
  });

  it("does not renew what nobody uses, and forgets it when it ends", async () => {
    const { machine, keeper, owners } = bench();
    const as = issuer(machine);
    await keeper.get(keyOf(), as.obtain);
    expect(keeper.view()).toHaveLength(1);
    await machine.advance(2 * HOUR);
    expect(as.reasons).toEqual(["first"]);
    expect(keeper.view()).toEqual([]);
    expect(machine.alarms).toBe(0);
    expect(owners.counts.size).toBe(0);
  });

  it("stops renewing once the callers are gone", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    await keeper.get(keyOf(), as.obtain);
    await keeper.get(keyOf(), as.obtain);
    await machine.advance(24 * HOUR);
    expect(as.reasons).toEqual(["first", "early"]);
    expect(machine.alarms).toBe(0);
  });
});

describe("callers and owners", () => {
  it("a caller that hangs up leaves alone; the others get the token, and it is kept", async () => {
    const { machine, keeper } = bench();
    const slow = gate<CheckedToken>();
    let asked = 0;
    const obtain: Obtain = () => (asked++, slow.promise);
    const patience = [new AbortController(), new AbortController(), new AbortController()];
    const waiting = patience.map((p) => keeper.get(keyOf(), obtain, p.signal));
    await settle();
    patience[0]!.abort();
    expect(await codeOf(waiting[0]!)).toBe("agent_hung_up");
    const token = tokenAt(machine.now(), HOUR);
    slow.open(token);
    expect(await waiting[1]).toBe(token);
    expect(await waiting[2]).toBe(token);
    expect(asked).toBe(1);
    expect(await codeOf(keeper.get(keyOf(), obtain, patience[0]!.signal))).toBe("agent_hung_up");
  });

  it("even when all hang up, the work is not lost", async () => {
    const { machine, keeper } = bench();
    const slow = gate<CheckedToken>();
    let asked = 0;
    const obtain: Obtain = () => (asked++, slow.promise);
    const patience = new AbortController();
    const waiting = keeper.get(keyOf(), obtain, patience.signal);
    await settle();
    patience.abort();
    expect(await codeOf(waiting)).toBe("agent_hung_up");
    const token = tokenAt(machine.now(), HOUR);
    slow.open(token);
    await settle();
    expect(await keeper.get(keyOf(), obtain)).toBe(token);
    expect(asked).toBe(1);
  });

  it("forgets everything when the vault is locked: who waits is refused, and a late answer stays away", async () => {
    const { machine, keeper, owners } = bench();
    const slow = gate<CheckedToken>();
    await keeper.get(keyOf({ server: "srv_other" }), () =>
      Promise.resolve(tokenAt(machine.now(), HOUR)),
    );
    const waiting = keeper.get(keyOf(), () => slow.promise);
    await settle();
    keeper.forgetAll();
    slow.open(tokenAt(machine.now(), HOUR));
    expect(await codeOf(waiting)).toBe("vault_locked");
    expect(keeper.view()).toEqual([]);
    expect(owners.counts.size).toBe(0);
    expect(machine.alarms).toBe(0);
  });

  it("after forget, the next request waits for the one under way: never two at once for one credential", async () => {
    const { machine, keeper } = bench();
    const first = gate<CheckedToken>();
    let open = 0;
    let most = 0;
    const obtain =
      (work: Promise<CheckedToken>): Obtain =>
      async () => {
        most = Math.max(most, ++open);
        try {
          return await work;
        } finally {
          open--;
        }
      };
    const waiting = keeper.get(keyOf(), obtain(first.promise));
    await settle();
    keeper.forget(keyOf());
    const token = tokenAt(machine.now(), HOUR);
    const next = keeper.get(keyOf(), obtain(Promise.resolve(token)));
    await settle();
    expect(open).toBe(1);
    first.open(tokenAt(machine.now(), HOUR));
    expect(await codeOf(waiting)).toBe("call_denied");
    expect(await next).toBe(token);
    expect(most).toBe(1);
  });

  it("hands over the tokens that it forgets, for revocation, and knows every secret while it lives", async () => {
    const { machine, keeper, owners } = bench();
    const as = issuer(machine);
    const first = await keeper.get(keyOf({ account: "acc_1" }), as.obtain);
    await keeper.get(keyOf({ account: "acc_2" }), as.obtain);
    keeper.invalidate(keyOf({ account: "acc_1" }), first);
    const second = await keeper.get(keyOf({ account: "acc_1" }), as.obtain);
    // A server may still echo the former one.
    expect([...owners.counts.keys()]).toContain(first.value.reveal());
    expect(owners.counts.size).toBe(3);
    expect(keeper.forgetWhere((key) => key.account === "acc_1")).toEqual([second]);
    expect(owners.counts.size).toBe(1);
  });

  it("holds no more than ten thousand keys, and lets the one go that was idle longest", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    for (let i = 0; i < 10_050; i++) {
      await keeper.get(keyOf({ server: `srv_${i}` }), as.obtain);
      if (i % 100 === 0) await keeper.get(keyOf({ server: "srv_0" }), as.obtain);
    }
    const servers = new Set(keeper.view().map((v) => v.key.server));
    expect(servers.size).toBe(10_000);
    expect(servers.has("srv_0")).toBe(true);
    expect(servers.has("srv_1")).toBe(false);
  });

  it("shows how each token is doing, by the wall clock", async () => {
    const { machine, keeper } = bench();
    const as = issuer(machine);
    const token = await keeper.get(keyOf(), as.obtain);
    expect(keeper.view()).toEqual([
      { key: keyOf(), state: "good", expiresAt: token.expiresAt, code: null },
    ]);
    as.fail(down());
    await codeOf(keeper.get(keyOf({ server: "srv_b" }), as.obtain));
    expect(keeper.view()[1]).toMatchObject({
      state: "failing",
      expiresAt: null,
      code: "issuer_unreachable",
    });
  });
});
