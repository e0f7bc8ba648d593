// Who is signed in, whether it is still the same one, and which account serves a server.
import { describe, expect, it } from "vitest";
import { asRefusal, Refusal } from "../../../../electron/core/errors.ts";
import { createAccountRegister } from "../../../../electron/core/oauth/keeping/account-register.ts";
import {
  type Account,
  accountsSchema,
  checkSameAccount,
  chooseAccount,
  describeIdentity,
  faceOf,
  identityOf,
  sameIdentity,
} from "../../../../electron/core/oauth/keeping/accounts.ts";
import { sortFailure } from "../../../../electron/core/oauth/keeping/failures.ts";
import { createGrants } from "../../../../electron/core/oauth/keeping/grants.ts";
import type { CheckedToken } from "../../../../electron/core/oauth/types.ts";
import { Secret } from "../../../../electron/core/secret.ts";
import { digest, mapVault } from "../../../support/ports.ts";
import { fc, test } from "../../property.ts";
import { codeOf, HOUR, ISSUER, Machine, quiet, tokenAt } from "./world.ts";

const NOW = Date.UTC(2026, 10, 24);
const idToken = (claims: Record<string, unknown>): CheckedToken =>
  tokenAt(NOW, HOUR, {
    idClaims: { iss: ISSUER, sub: "17", tid: "org-1", ...claims },
    refreshToken: new Secret("refresh-token-of-17"),
  });

const ada: Account = {
  id: "acc_000000001",
  tenant: "personal",
  issuer: ISSUER,
  sub: "17",
  subFrom: "id-token",
  idpTenant: "tid=org-1",
  name: "Ada",
  email: "ada@example.com",
  clientId: "countersign",
  scopes: ["openid"],
  signedInAt: "2026-11-24T00:00:00.000Z",
  state: "signed-in",
  secret: "sec_000000001",
};

describe("the account guard", () => {
  const refused = (token: CheckedToken): Refusal | null => {
    try {
      checkSameAccount(ada, identityOf(token));
      return null;
    } catch (error) {
      return asRefusal(error);
    }
  };

  it("lets the same subject of the same organisation through, under whatever name", () => {
    expect(refused(idToken({ name: "Ada L.", email: "ada@new.example" }))).toBeNull();
  });

  it("stops another subject, organisation or issuer, and shows both", () => {
    for (const token of [
      idToken({ sub: "18" }),
      idToken({ sub: "17 " }),
      idToken({ tid: "org-2" }),
      idToken({ tid: undefined }),
      tokenAt(NOW, HOUR, { subject: "17" }),
      tokenAt(NOW, HOUR),
      { ...idToken({ iss: `${ISSUER}/` }), issuer: `${ISSUER}/` },
    ]) {
      const refusal = refused(token);
      expect(refusal?.code).toBe("account_changed");
      expect(refusal?.facts["expected"]).toContain("sub 17, tid=org-1");
      expect(refusal?.facts["found"]).not.toBe(refusal?.facts["expected"]);
    }
  });

  it("reads no identity from an ID token of another issuer, or without a usable subject", () => {
    for (const claims of [
      { iss: "https://evil.example" },
      { iss: undefined },
      { sub: "" },
      { sub: 17 },
      { sub: undefined },
      { sub: "é" },
      { sub: "x".repeat(256) },
    ]) {
      expect(refused(idToken(claims))?.code).toBe("sign_in_failed");
    }
  });

  it("keeps apart what is proven and what is claimed", () => {
    expect(identityOf(idToken({})).subFrom).toBe("id-token");
    expect(identityOf(tokenAt(NOW, HOUR, { subject: "17" })).subFrom).toBe("access-token");
    expect(identityOf(tokenAt(NOW, HOUR))).toMatchObject({ sub: null, subFrom: null });
    expect(faceOf(ada)).toMatchObject({ who: "ada@example.com", claimed: true, sub: "17" });
    expect(faceOf({ ...ada, name: null, email: null })).toMatchObject({
      who: "17",
      claimed: false,
    });
  });

  test(
    "whatever an issuer claims as a name can be stored, and hides nothing of the subject",
    [fc.string({ unit: "binary" }), fc.string({ unit: "binary" })],
    (name, email) => {
      const identity = identityOf(idToken({ name, email }));
      accountsSchema.parse([{ ...ada, ...identity }]);
      const line = describeIdentity(identity);
      expect(line).toMatch(/\(sub 17, tid=org-1\) at https:\/\/issuer\.example$/);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    },
  );

  test(
    "an identity is the same as itself, and changes with any proven part",
    [
      fc.string({ minLength: 1 }),
      fc.option(fc.string({ minLength: 1 })),
      fc.string({ minLength: 1 }),
    ],
    (sub, idpTenant, other) => {
      const one = {
        issuer: ISSUER,
        sub,
        subFrom: "id-token",
        idpTenant,
        name: null,
        email: null,
      } as const;
      expect(sameIdentity(one, { ...one })).toBe(true);
      expect(sameIdentity(one, { ...one, sub: sub + other })).toBe(false);
      expect(sameIdentity(one, { ...one, issuer: ISSUER + other })).toBe(false);
      expect(sameIdentity(one, { ...one, idpTenant: (idpTenant ?? "") + other })).toBe(false);
    },
  );
});

describe("which account serves a server", () => {
  const need = { tenant: "personal", issuer: ISSUER, clientId: "countersign", account: null };
  const bob = { ...ada, id: "acc_000000002", sub: "18" };

  it("the only one that is signed in", () => {
    expect(chooseAccount([ada], need)).toEqual({ type: "one", account: ada });
    const out = { ...bob, state: "signed-out" as const };
    expect(chooseAccount([ada, out], need)).toEqual({ type: "one", account: ada });
    expect(chooseAccount([out], need)).toEqual({ type: "signed-out", account: out });
  });

  it("of several, the one that the person chose, and none by guessing", () => {
    expect(chooseAccount([ada, bob], need)).toEqual({ type: "several", accounts: [ada, bob] });
    expect(chooseAccount([ada, bob], { ...need, account: bob.id })).toEqual({
      type: "one",
      account: bob,
    });
    const lapsed = { ...bob, state: "needs-sign-in" as const };
    expect(chooseAccount([ada, lapsed], { ...need, account: bob.id }).type).toBe("signed-out");
  });

  it("never one of another tenant, issuer or registration, even if it is named", () => {
    for (const change of [{ tenant: "work" }, { issuer: `${ISSUER}/` }, { clientId: "other" }]) {
      expect(chooseAccount([{ ...ada, ...change }], { ...need, account: ada.id })).toEqual({
        type: "none",
      });
      expect(chooseAccount([{ ...ada, ...change }], need)).toEqual({ type: "none" });
    }
  });
});

describe("the register of accounts", () => {
  function make() {
    const vault = mapVault();
    let accounts: readonly Account[] = [];
    const told: string[] = [];
    const clock = new Machine();
    const grants = createGrants({
      vault,
      clock,
      installation: "0123456789abcdef",
      classify: sortFailure,
      readmit: (facts) => facts,
      account: (id) => accounts.find((a) => a.id === id),
      needsSignIn: (id, secret) => register.needsSignIn(id, secret),
      log: quiet,
    });
    let full: Refusal | null = null;
    const kept = tokenAt(NOW, HOUR);
    const register = createAccountRegister({
      store: {
        read: () => accounts,
        write: async (next) => {
          await Promise.resolve();
          const value = accountsSchema.parse(next(accounts));
          if (full !== null) throw full;
          accounts = value;
        },
      },
      grants,
      clock,
      digest,
      dropTokens: (id) => (told.push(`drop ${id}`), [kept]),
      signedIn: (id) => told.push(`in ${id}`),
    });
    return {
      register,
      vault,
      told,
      kept,
      all: () => accounts,
      fill: (refusal: Refusal | null) => (full = refusal),
    };
  }
  const input = (token: CheckedToken) => ({ tenant: "personal", clientId: "countersign", token });

  it("adds an account, its grant in the vault and nothing secret in the document", async () => {
    const { register, vault, all } = make();
    const { account, revoke } = await register.add(input(idToken({ name: "Ada" })));
    expect(account).toMatchObject({ sub: "17", idpTenant: "tid=org-1", state: "signed-in" });
    expect(revoke).toHaveLength(1);
    expect([...vault.entries.keys()]).toEqual([`personal/${account.secret}`]);
    expect(JSON.stringify(all())).not.toContain("refresh-token-of-17");
  });

  it("signs in whom it knows already instead of adding them twice, and revokes the grant before", async () => {
    const { register, vault, all } = make();
    const first = await register.add(input(idToken({})));
    const second = await register.add(input(idToken({ name: "Ada" })));
    expect(second.account.id).toBe(first.account.id);
    expect(second.revoke.map((r) => r.hint)).toEqual(["refresh_token", "access_token"]);
    expect(all()).toHaveLength(1);
    expect(vault.entries.size).toBe(1);
    expect((await register.add({ ...input(idToken({})), tenant: "work" })).account.id).not.toBe(
      first.account.id,
    );
    expect((await register.add(input(idToken({ tid: "org-2" })))).account.id).not.toBe(
      first.account.id,
    );
  });

  it("replaces only by the same person; otherwise nothing changes, in document or vault", async () => {
    const { register, vault, all, told } = make();
    const { account } = await register.add(input(idToken({})));
    const before = { accounts: all(), secrets: [...vault.entries.keys()], told: [...told] };
    const other = register.replace(account.id, {
      clientId: "countersign",
      token: idToken({ sub: "18" }),
    });
    expect(await codeOf(other)).toBe("account_changed");
    expect({ accounts: all(), secrets: [...vault.entries.keys()], told }).toEqual(before);
    const same = await register.replace(account.id, {
      clientId: "countersign",
      token: idToken({}),
    });
    expect(same.account.secret).not.toBe(account.secret);
    expect(vault.entries.size).toBe(1);
  });

  it("leaves no secret behind where the document cannot be written", async () => {
    const { register, vault, fill } = make();
    fill(new Refusal("settings_unwritable"));
    expect(await codeOf(register.add(input(idToken({}))))).toBe("settings_unwritable");
    expect(vault.entries.size).toBe(0);
    fill(null);
    const { account } = await register.add(input(idToken({})));
    fill(new Refusal("settings_unwritable"));
    const again = register.replace(account.id, { clientId: "countersign", token: idToken({}) });
    expect(await codeOf(again)).toBe("settings_unwritable");
    expect([...vault.entries.keys()]).toEqual([`personal/${account.secret}`]);
  });

  it("two windows that sign the same person in at once leave one account", async () => {
    const { register, vault, all } = make();
    const outcomes = await Promise.all([
      codeOf(register.add(input(idToken({})))),
      codeOf(register.add(input(idToken({})))),
    ]);
    expect(outcomes.sort()).toEqual(["nothing was refused", "sign_in_failed"]);
    expect(all()).toHaveLength(1);
    expect(vault.entries.size).toBe(1);
  });

  it("signs out: nothing usable stays, and everything to revoke is handed over, refresh token first", async () => {
    const { register, vault, told, kept } = make();
    const { account } = await register.add(input(idToken({})));
    const out = await register.signOut(account.id);
    expect(out.account).toMatchObject({ state: "signed-out", secret: null });
    expect(out.revoke.map((r) => [r.hint, r.token.reveal()])).toEqual([
      ["refresh_token", "refresh-token-of-17"],
      ["access_token", kept.value.reveal()],
    ]);
    expect(vault.entries.size).toBe(0);
    expect(told.at(-1)).toBe(`drop ${account.id}`);
    await register.remove(account.id);
    expect(register.list()).toEqual([]);
    expect(await codeOf(register.remove(account.id))).toBe("account_unknown");
  });

  it("never adds two accounts that nobody can tell apart into one", async () => {
    const { register, all } = make();
    await register.add(input(tokenAt(NOW, HOUR)));
    await register.add(input(tokenAt(NOW, HOUR)));
    expect(all()).toHaveLength(2);
    expect(all().map((a) => a.sub)).toEqual([null, null]);
  });
});
