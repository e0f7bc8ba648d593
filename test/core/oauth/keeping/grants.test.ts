// Refresh tokens against an issuer that rotates strictly, with the power cut at every step.
import { describe, expect, it } from "vitest";
import { Refusal } from "../../../../electron/core/errors.ts";
import {
  createAccountRegister,
  grantRefs,
} from "../../../../electron/core/oauth/keeping/account-register.ts";
import { type Account, accountsSchema } from "../../../../electron/core/oauth/keeping/accounts.ts";
import { sortFailure } from "../../../../electron/core/oauth/keeping/failures.ts";
import { createGrants } from "../../../../electron/core/oauth/keeping/grants.ts";
import type { CheckedToken } from "../../../../electron/core/oauth/types.ts";
import { Secret } from "../../../../electron/core/secret.ts";
import type { SecretRef, Vault } from "../../../../electron/core/vault.ts";
import { digest } from "../../../support/ports.ts";
import { fc } from "../../property.ts";
import {
  bench,
  codeOf,
  gate,
  HOUR,
  ISSUER,
  keyOf,
  Machine,
  MINUTE,
  quiet,
  settle,
  tokenAt,
} from "./world.ts";

/**
 * An issuer with one grant. Each refresh token works once; within `graceMs` its successor is given again, as
 * some issuers do for answers that got lost. Any other second use ends the family (RFC 9700 section 4.14.2).
 */
class RotatingIssuer {
  readonly seen: string[] = [];
  dead = false;
  #number = 1;
  #rotatedAt = -Infinity;
  readonly #machine: Machine;
  readonly #graceMs: number;

  constructor(machine: Machine, graceMs: number) {
    this.#machine = machine;
    this.#graceMs = graceMs;
  }
  get current(): string {
    return `refresh-${this.#number}`;
  }
  token(): CheckedToken {
    return tokenAt(this.#machine.now(), HOUR, {
      refreshToken: new Secret(this.current),
      subject: "user-17",
    });
  }
  refresh(sent: string): CheckedToken {
    this.seen.push(sent);
    const former = `refresh-${this.#number - 1}`;
    const graced = sent === former && this.#machine.truth - this.#rotatedAt <= this.#graceMs;
    if (this.dead || (sent !== this.current && !graced)) {
      this.dead = true;
      throw new Refusal("sign_in_needed", { issuer: ISSUER, server: "", retry: "after-sign-in" });
    }
    if (!graced) {
      this.#number++;
      this.#rotatedAt = this.#machine.truth;
    }
    return this.token();
  }
}

class PowerCut extends Error {}

/** What survives a restart: the vault's entries and the accounts document. `cutAt` counts operations down to the cut. */
class Disk {
  readonly secrets = new Map<string, string>();
  accounts: readonly Account[] = [];
  cutAt = Infinity;
  fail: Refusal | null = null;
  readonly ops: string[] = [];

  /** `half`: the effect took place, but nobody heard. */
  #step(what: string, effect: () => void): void {
    if (this.fail !== null) throw this.fail;
    this.cutAt -= 0.5;
    if (this.cutAt < 0) throw new PowerCut(`before ${what}`);
    effect();
    this.ops.push(what);
    this.cutAt -= 0.5;
    if (this.cutAt < 0) throw new PowerCut(`after ${what}`);
  }
  get vault(): Vault {
    const at = (ref: SecretRef): string => `${ref.tenant}/${ref.id}`;
    return {
      kind: "memory",
      get: async (ref) => {
        await Promise.resolve();
        let found: string | undefined;
        this.#step("get", () => (found = this.secrets.get(at(ref))));
        return found === undefined ? undefined : new Secret(found);
      },
      set: async (ref, value) => {
        await Promise.resolve();
        this.#step("set", () => this.secrets.set(at(ref), value.reveal()));
      },
      delete: async (ref) => {
        await Promise.resolve();
        let had = false;
        this.#step("delete", () => (had = this.secrets.delete(at(ref))));
        return had;
      },
    };
  }
  write(next: (now: readonly Account[]) => readonly Account[]): Promise<void> {
    const value = accountsSchema.parse(next(this.accounts));
    this.#step("write", () => (this.accounts = value));
    return Promise.resolve();
  }
}

/** One run of the program on this disk. */
function start(disk: Disk, machine: Machine) {
  const dropped: string[] = [];
  const grants = createGrants({
    vault: disk.vault,
    clock: machine,
    installation: "0123456789abcdef",
    classify: sortFailure,
    readmit: (facts) => Object.freeze({ ...facts }),
    account: (id) => disk.accounts.find((a) => a.id === id),
    needsSignIn: (id, secret) => register.needsSignIn(id, secret),
    log: quiet,
  });
  const register = createAccountRegister({
    store: { read: () => disk.accounts, write: async (next) => disk.write(next) },
    grants,
    clock: machine,
    digest,
    dropTokens: (id) => (dropped.push(id), []),
    signedIn: () => undefined,
  });
  return { grants, register, dropped };
}

async function signedIn(graceMs = 0, change: Partial<CheckedToken> = {}) {
  const machine = new Machine();
  const disk = new Disk();
  const issuer = new RotatingIssuer(machine, graceMs);
  const app = start(disk, machine);
  const token = { ...issuer.token(), ...change };
  const { account } = await app.register.add({
    tenant: "personal",
    clientId: "countersign",
    token,
  });
  const refresh = async (sent: Secret): Promise<CheckedToken> => {
    await Promise.resolve();
    return issuer.refresh(sent.reveal());
  };
  return { machine, disk, issuer, app, account, refresh };
}

describe("persist before use (negative test 102)", () => {
  it("has the new refresh token in the vault, read back, before the access token is handed over", async () => {
    const { disk, app, account, refresh, issuer } = await signedIn();
    disk.ops.length = 0;
    const token = await app.grants.obtain(account.id, "expired", refresh);
    expect(disk.ops).toEqual(["get", "set", "get"]);
    expect([...disk.secrets.values()].join()).toContain(issuer.current);
    expect([...disk.secrets.values()].join()).not.toContain("refresh-1");
    // It has its place in the vault and no other.
    expect(token.refreshToken).toBeNull();
  });

  it("never sends a refresh token again that was replaced, for 500 renewals by 20 at a time", async () => {
    const { app, account, refresh, issuer } = await signedIn();
    for (let i = 0; i < 25; i++) {
      await Promise.all(
        Array.from({ length: 20 }, () => app.grants.obtain(account.id, "expired", refresh)),
      );
    }
    expect(issuer.seen).toHaveLength(500);
    expect(new Set(issuer.seen).size).toBe(500);
    expect(issuer.dead).toBe(false);
  });

  it("R1: 1,000 callers of 20 agents at each of 50 expiries, strict rotation: one refresh each, no sign-in", async () => {
    const { machine, app, account, refresh, issuer } = await signedIn();
    const { keeper, asked } = bench({ clock: machine, timers: machine });
    for (let expiry = 0; expiry < 50; expiry++) {
      const subjects = Array.from({ length: 1000 }, (_, i) =>
        keeper.get(keyOf({ agent: `agt_${i % 20}`, account: account.id }), async () => {
          const subject = await keeper.get(keyOf({ server: null, account: account.id }), (reason) =>
            app.grants.obtain(account.id, reason, refresh),
          );
          return tokenAt(machine.now(), HOUR, { subject: subject.value.reveal() });
        }),
      );
      const tokens = await Promise.all(subjects);
      expect(new Set(tokens).size).toBe(20);
      expect(new Set(tokens.map((t) => t.subject)).size).toBe(1);
      await machine.advance(2 * HOUR);
    }
    expect(issuer.seen).toHaveLength(50);
    expect(issuer.dead).toBe(false);
    expect(asked).toEqual([]);
  });

  it("keeps using the refresh token where the issuer gives no new one, without writing", async () => {
    const { disk, app, account, machine } = await signedIn();
    const sent: string[] = [];
    disk.ops.length = 0;
    for (let i = 0; i < 3; i++) {
      await app.grants.obtain(account.id, "expired", (token) => {
        sent.push(token.reveal());
        return Promise.resolve(tokenAt(machine.now(), HOUR));
      });
    }
    expect(sent).toEqual(["refresh-1", "refresh-1", "refresh-1"]);
    expect(disk.ops).toEqual(["get", "get", "get"]);
  });
});

describe("cut off at every step (R3)", () => {
  /** Cuts the power in the nth half step of a renewal and starts anew on what is left. */
  async function cut(halfSteps: number, graceMs: number) {
    const world = await signedIn(graceMs);
    const { disk, app, account, refresh, machine, issuer } = world;
    disk.cutAt = halfSteps / 2;
    const first = await app.grants.obtain(account.id, "expired", refresh).then(
      () => "done",
      (error: unknown) => (error instanceof PowerCut ? error.message : "?"),
    );
    const rotated = issuer.current === "refresh-2";
    disk.cutAt = Infinity;
    await machine.advance(5_000);
    const again = start(disk, machine);
    const outcome = await codeOf(again.grants.obtain(account.id, "first", refresh));
    return { ...world, first, rotated, again, outcome };
  }

  it("recovers without a sign-in wherever it was cut, where the issuer has grace", async () => {
    const cuts: string[] = [];
    for (let halfSteps = 0; halfSteps <= 6; halfSteps++) {
      const { first, outcome, issuer, again, account, refresh } = await cut(halfSteps, MINUTE);
      cuts.push(first);
      expect(outcome).toBe("nothing was refused");
      expect(issuer.dead).toBe(false);
      for (let i = 0; i < 3; i++) await again.grants.obtain(account.id, "expired", refresh);
      expect(issuer.dead).toBe(false);
    }
    expect(cuts).toEqual([
      "before get",
      "after get",
      "before set",
      "after set",
      "before get",
      "after get",
      "done",
    ]);
  });

  it("with a strict issuer loses the family only where the answer was lost, asks once, and never loops", async () => {
    for (let halfSteps = 0; halfSteps <= 6; halfSteps++) {
      const { first, rotated, outcome, issuer, again, account, refresh, disk } = await cut(
        halfSteps,
        0,
      );
      const lost = rotated && first === "before set";
      expect(outcome).toBe(lost ? "sign_in_needed" : "nothing was refused");
      expect(issuer.dead).toBe(lost);
      if (!lost) continue;
      const sent = issuer.seen.length;
      for (let i = 0; i < 5; i++) {
        expect(await codeOf(again.grants.obtain(account.id, "expired", refresh))).toBe(
          "sign_in_needed",
        );
      }
      const third = start(disk, new Machine());
      expect(await codeOf(third.grants.obtain(account.id, "first", refresh))).toBe(
        "sign_in_needed",
      );
      expect(issuer.seen).toHaveLength(sent);
      expect(disk.accounts[0]?.state).toBe("needs-sign-in");
      expect(disk.secrets.size).toBe(0);
    }
  });

  it("any number of cuts at any steps: a token that the vault knows as replaced is never sent", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 15 }),
        async (cuts) => {
          const { disk, account, refresh, machine, issuer } = await signedIn(MINUTE);
          for (const halfSteps of cuts) {
            const stored = /refresh-\d+/.exec([...disk.secrets.values()].join())?.[0];
            const before = issuer.seen.length;
            disk.cutAt = halfSteps / 2;
            const app = start(disk, machine);
            await app.grants.obtain(account.id, "first", refresh).catch(() => null);
            expect(issuer.seen.slice(before).every((sent) => sent === stored)).toBe(true);
            disk.cutAt = Infinity;
            await machine.advance(1_000);
          }
          expect(issuer.dead).toBe(false);
          await start(disk, machine).grants.obtain(account.id, "first", refresh);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("a vault that fails just then: the token is not used, the successor is kept and written later, the old one not sent again", async () => {
    const { disk, app, account, refresh, issuer } = await signedIn();
    const failing = (code: Refusal["code"]) => {
      return async (sent: Secret): Promise<CheckedToken> => {
        const token = await refresh(sent);
        disk.fail = new Refusal(code);
        return token;
      };
    };
    expect(
      await codeOf(app.grants.obtain(account.id, "expired", failing("vault_unavailable"))),
    ).toBe("vault_unavailable");
    expect(await codeOf(app.grants.obtain(account.id, "expired", refresh))).toBe(
      "vault_unavailable",
    );
    disk.fail = null;
    const token = await app.grants.obtain(account.id, "expired", refresh);
    expect(token.refreshToken).toBeNull();
    expect(issuer.seen).toEqual(["refresh-1", "refresh-2"]);
    expect(issuer.dead).toBe(false);
  });

  it("an access token that is refused still leaves its refresh token in the vault, and the old one unsent", async () => {
    const { disk, app, account, refresh, issuer } = await signedIn();
    const refusing = app.grants.obtain(account.id, "expired", async (sent, received) => {
      const token = await refresh(sent);
      await received(token.refreshToken!);
      throw new Refusal("token_not_bound", { issuer: ISSUER });
    });
    expect(await codeOf(refusing)).toBe("token_not_bound");
    expect([...disk.secrets.values()].join()).toContain("refresh-2");
    await start(disk, new Machine()).grants.obtain(account.id, "first", refresh);
    expect(issuer.seen).toEqual(["refresh-1", "refresh-2"]);
    expect(issuer.dead).toBe(false);
  });

  it("a token that ended while it was stored is not handed out, and the next try is soon", async () => {
    const { app, account, refresh, machine, issuer } = await signedIn();
    const slept = app.grants.obtain(account.id, "expired", async (sent) => {
      const token = await refresh(sent);
      machine.sleep(8 * HOUR);
      return token;
    });
    const error: unknown = await slept.catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "token_refused" });
    expect(sortFailure(error).retry).toBe("later");
    await app.grants.obtain(account.id, "expired", refresh);
    expect(issuer.dead).toBe(false);
  });

  it("a vault that answers with something else than was written is not believed", async () => {
    const { disk, app, account, refresh } = await signedIn();
    const lying = disk.secrets.set.bind(disk.secrets);
    disk.secrets.set = (key, value) => lying(key, value.slice(0, -1));
    expect(await codeOf(app.grants.obtain(account.id, "expired", refresh))).toBe(
      "vault_write_unverified",
    );
    disk.secrets.set = lying;
    await app.grants.obtain(account.id, "expired", refresh);
  });
});

describe("refusals of the grant (negative test 103)", () => {
  it("keeps the refresh token through network failures and 5xx", async () => {
    const { app, account, refresh, issuer, disk } = await signedIn();
    const before = [...disk.secrets.values()];
    for (const refusal of [
      new Refusal("issuer_unreachable", { issuer: ISSUER }),
      new Refusal("issuer_error", { issuer: ISSUER, retry: "later" }),
      new Refusal("issuer_refused_client", { issuer: ISSUER }),
    ]) {
      const failing = (): Promise<CheckedToken> => Promise.reject(refusal);
      expect(await codeOf(app.grants.obtain(account.id, "expired", failing))).toBe(refusal.code);
    }
    expect([...disk.secrets.values()]).toEqual(before);
    await app.grants.obtain(account.id, "expired", refresh);
    expect(issuer.dead).toBe(false);
  });

  it("stops a renewal that comes back as somebody else, and asks to sign in", async () => {
    const { app, account, disk, machine } = await signedIn(0, {
      idClaims: { iss: ISSUER, sub: "17" },
    });
    const other = tokenAt(machine.now(), HOUR, { idClaims: { iss: ISSUER, sub: "18" } });
    expect(
      await codeOf(app.grants.obtain(account.id, "expired", () => Promise.resolve(other))),
    ).toBe("account_changed");
    expect(disk.accounts[0]?.state).toBe("needs-sign-in");
  });

  it("a late refusal of an old grant does not touch the sign-in that replaced it", async () => {
    const { app, account, refresh, issuer, disk } = await signedIn();
    const slow = gate<CheckedToken>();
    const renewal = codeOf(app.grants.obtain(account.id, "expired", () => slow.promise));
    await settle();
    const replacing = app.register.replace(account.id, {
      clientId: "countersign",
      token: issuer.token(),
    });
    slow.fail(new Refusal("sign_in_needed", { issuer: ISSUER, retry: "after-sign-in" }));
    expect(await renewal).toBe("sign_in_needed");
    await replacing;
    expect(disk.accounts[0]?.state).toBe("signed-in");
    await app.grants.obtain(account.id, "first", refresh);
  });

  it("a sign-out while the issuer answers: the caller gets nothing, and the newest refresh token is revoked", async () => {
    const { app, account, refresh, disk } = await signedIn();
    const slow = gate<null>();
    const renewal = codeOf(
      app.grants.obtain(account.id, "expired", async (sent) => {
        await slow.promise;
        return refresh(sent);
      }),
    );
    await settle();
    const out = app.register.signOut(account.id);
    await settle();
    expect(disk.accounts[0]?.state).toBe("signed-out");
    slow.open(null);
    expect(await renewal).toBe("sign_in_needed");
    const { revoke, unread } = await out;
    expect(revoke.map((r) => [r.hint, r.token.reveal()])).toEqual([["refresh_token", "refresh-2"]]);
    expect(unread).toBeNull();
    expect(disk.secrets.size).toBe(0);
  });

  it("a sign-out with the vault locked holds at once, says what could not be read, and can be finished later", async () => {
    const { app, account, disk, refresh } = await signedIn();
    const write = disk.write.bind(disk);
    disk.fail = new Refusal("vault_locked");
    disk.write = (next) => {
      disk.accounts = accountsSchema.parse(next(disk.accounts));
      return Promise.resolve();
    };
    const out = await app.register.signOut(account.id);
    expect(out.revoke).toEqual([]);
    expect(out.unread?.code).toBe("vault_locked");
    expect(await codeOf(app.register.remove(account.id))).toBe("vault_locked");
    expect(disk.accounts).toHaveLength(1);
    disk.fail = null;
    disk.write = write;
    expect(await codeOf(app.grants.obtain(account.id, "first", refresh))).toBe("sign_in_needed");
    const finished = await app.register.signOut(account.id);
    expect(finished.revoke).toHaveLength(1);
    expect(finished.account.secret).toBeNull();
  });
});

describe("an access token survives a restart only where losing it costs a sign-in", () => {
  it("takes it up again where there is no refresh token, and not once it ended", async () => {
    const { disk, machine, account, refresh } = await signedIn(0, { refreshToken: null });
    const again = start(disk, machine);
    const token = await again.grants.obtain(account.id, "first", refresh);
    expect(token.value.reveal()).toMatch(/^access-token-/);
    await machine.advance(HOUR);
    const third = start(disk, machine);
    expect(await codeOf(third.grants.obtain(account.id, "first", refresh))).toBe("sign_in_needed");
    expect(disk.accounts[0]?.state).toBe("needs-sign-in");
  });

  it("hands it out for the resource that it was asked for, and for no other", async () => {
    const { app, refresh, issuer } = await signedIn();
    const notes = "https://notes.example/mcp";
    const token = { ...issuer.token(), refreshToken: null, subject: "user-18" };
    const input = { tenant: "personal", clientId: "countersign", token, resource: notes };
    const { account } = await app.register.add(input);
    const ask = (resource: string | null) =>
      codeOf(app.grants.obtain(account.id, "first", refresh, resource));
    expect(await ask("https://other.example/mcp")).toBe("sign_in_needed");
    expect(await ask(null)).toBe("sign_in_needed");
    expect(await ask(notes)).toBe("nothing was refused");
  });

  it("a server's 401 is not answered with the same token from the vault, not even after a restart", async () => {
    const { app, account, refresh, disk, machine } = await signedIn(0, { refreshToken: null });
    expect(await codeOf(app.grants.obtain(account.id, "rejected", refresh))).toBe("sign_in_needed");
    const again = start(disk, machine);
    expect(await codeOf(again.grants.obtain(account.id, "first", refresh))).toBe("sign_in_needed");
    expect(disk.secrets.size).toBe(0);
  });

  it("keeps none beside a refresh token", async () => {
    const { disk } = await signedIn();
    expect([...disk.secrets.values()].join()).not.toContain("access-token");
  });
});

describe("what else must know of a grant", () => {
  it("names where it lies, for moving secrets between vaults", async () => {
    const { disk, account } = await signedIn();
    expect(grantRefs(account).map((ref) => `${ref.tenant}/${ref.id}`)).toEqual([
      ...disk.secrets.keys(),
    ]);
  });
});
