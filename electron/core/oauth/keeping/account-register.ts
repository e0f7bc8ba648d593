// The accounts of each tenant: signs them in, keeps them the same person, signs them out. The grant goes to
// the vault first, then the document names it: a crash between leaves an unused secret, never a lost sign-in.
import type { Clock } from "../../clock.ts";
import type { Digest } from "../../digest.ts";
import { asRefusal, Refusal } from "../../errors.ts";
import { newId } from "../../ids.ts";
import type { SecretRef } from "../../vault.ts";
import type { CheckedToken } from "../types.ts";
import {
  type Account,
  checkSameAccount,
  type Identity,
  identityOf,
  sameIdentity,
} from "./accounts.ts";
import type { Grants, ToRevoke } from "./grants.ts";

/** Port: the accounts document. */
export interface AccountStore {
  read(): readonly Account[];
  /** Durable when it resolves. @throws Refusal `settings_*`, and what `next` throws */
  write(next: (now: readonly Account[]) => readonly Account[]): Promise<void>;
}

export interface AccountPorts {
  readonly store: AccountStore;
  readonly grants: Grants;
  readonly clock: Clock;
  readonly digest: Digest;
  /** Drops every token kept for this account and returns them: TokenKeeper.forgetWhere(). */
  readonly dropTokens: (accountId: string) => readonly CheckedToken[];
  /** The account can be used again: TokenKeeper.retry(). */
  readonly signedIn: (accountId: string) => void;
}

export interface SignIn {
  readonly tenant: string;
  readonly clientId: string;
  /** Checked, with the refresh token that came with it. */
  readonly token: CheckedToken;
  /** What the access token was asked for (RFC 8707); null or left out where for nothing in particular. */
  readonly resource?: string | null;
}

/** An account after a change, and what the issuer should now forget. */
export interface AccountChange {
  readonly account: Account;
  /** Refresh token first: revoking it ends the whole grant at most issuers (RFC 7009 section 2.1). */
  readonly revoke: readonly ToRevoke[];
  /** Why the former grant could not be read, so that it lives on at the issuer; null where it could. */
  readonly unread: Refusal | null;
}

/** Where an account's grant lies: for moving secrets between vaults. */
export const grantRefs = (account: Account): SecretRef[] =>
  account.secret === null ? [] : [{ tenant: account.tenant, id: account.secret }];

export type AccountRegister = ReturnType<typeof createAccountRegister>;

export function createAccountRegister(ports: AccountPorts) {
  const { store, grants, clock, digest } = ports;
  const make = (kind: string): string => newId(kind, clock.now(), (n) => digest.random(n));

  function find(id: string): Account {
    const account = store.read().find((a) => a.id === id);
    if (account === undefined) throw new Refusal("account_unknown", { account: id });
    return account;
  }

  async function change(id: string, next: (account: Account) => Account | null): Promise<Account> {
    let after: Account | null = find(id);
    const before = after;
    await store.write((all) => {
      const current = all.find((a) => a.id === id);
      if (current === undefined) throw new Refusal("account_unknown", { account: id });
      after = next(current);
      return all.flatMap((a) => (a.id === id ? (after === null ? [] : [after]) : [a]));
    });
    return after ?? before;
  }

  /** Puts a sign-in in the place of an account, or beside the others. */
  async function land(
    id: string,
    input: SignIn,
    identity: Identity,
    guard: (all: readonly Account[]) => Account | undefined,
  ): Promise<AccountChange> {
    const { tenant, clientId, token } = input;
    const ref = { tenant, id: make("sec") };
    const account: Account = {
      ...identity,
      id,
      tenant,
      clientId,
      scopes: grantedScopes(token),
      signedInAt: new Date(clock.now()).toISOString(),
      state: "signed-in",
      secret: ref.id,
    };
    let before: Account | undefined;
    try {
      await grants.save(ref, account, token, input.resource ?? null);
      await store.write((all) => {
        // Asked again now that the write has the document to itself.
        before = guard(all);
        return before === undefined
          ? [...all, account]
          : all.map((a) => (a.id === id ? account : a));
      });
    } catch (error) {
      await grants.take(account).catch(() => []);
      throw error;
    }
    const tokens = ports.dropTokens(id).map((t) => access(before ?? account, t));
    ports.signedIn(id);
    if (before === undefined) return { account, revoke: tokens, unread: null };
    try {
      return { account, revoke: [...(await grants.take(before)), ...tokens], unread: null };
    } catch (error) {
      return { account, revoke: tokens, unread: asRefusal(error) };
    }
  }

  const same = (all: readonly Account[], input: SignIn, who: Identity): Account | undefined =>
    who.sub === null
      ? undefined
      : all.find(
          (a) =>
            a.tenant === input.tenant &&
            a.clientId === input.clientId &&
            a.issuer === who.issuer &&
            a.sub === who.sub &&
            a.idpTenant === who.idpTenant,
        );

  /**
   * Ends the account's use here at once, then hands over what the issuer must be told.
   * @throws Refusal `account_unknown`, `settings_*`
   */
  async function signOut(id: string): Promise<AccountChange> {
    const account = await change(id, (a) => ({ ...a, state: "signed-out" }));
    const tokens = ports.dropTokens(id).map((token) => access(account, token));
    let taken: ToRevoke[];
    try {
      taken = await grants.take(account);
    } catch (error) {
      // The document still names the secret, so that another sign-out can finish the work.
      return { account, revoke: tokens, unread: asRefusal(error) };
    }
    // Where this cannot be written, the document names a secret that is gone, of an account that is signed out.
    const done = await change(id, (a) =>
      a.secret === account.secret ? { ...a, secret: null } : a,
    ).catch(() => account);
    return { account: done, revoke: [...taken, ...tokens], unread: null };
  }

  return {
    list: (tenant?: string): readonly Account[] =>
      store.read().filter((a) => tenant === undefined || a.tenant === tenant),
    find,

    /**
     * A sign-in that expects nobody in particular. Somebody who is here already is signed in again, not twice.
     * `revoke`: what the sign-in before left at the issuer.
     * @throws Refusal `sign_in_failed`, `vault_*`, `settings_*`; the caller then revokes what it got
     */
    async add(input: SignIn): Promise<AccountChange> {
      const identity = identityOf(input.token);
      const id = same(store.read(), input, identity)?.id ?? make("acc");
      return land(id, input, identity, (all) => {
        const twin = same(all, input, identity);
        // Two windows signed the same person in at once: the second one loses.
        if (twin !== undefined && twin.id !== id) {
          throw new Refusal("sign_in_failed", {
            issuer: identity.issuer,
            reason: "the same account was signed in at the same moment",
          });
        }
        return twin;
      });
    },

    /**
     * A sign-in that is to renew this account. Nothing changes where it comes back as somebody else.
     * @param agreed who stands in its place where the person agreed to that: exactly this one, and nobody else
     * @throws Refusal `account_changed`, `account_unknown`, `sign_in_failed`, `vault_*`, `settings_*`; the caller
     * then revokes what it got
     */
    async replace(
      id: string,
      input: Omit<SignIn, "tenant">,
      agreed?: { readonly from: Account; readonly to: Identity },
    ): Promise<AccountChange> {
      const before = find(id);
      const identity = identityOf(input.token);
      const check = (current: Account): void => {
        // A yes was for the two that were shown: neither may have become another one meanwhile.
        const shown =
          agreed !== undefined &&
          sameIdentity(agreed.to, identity) &&
          sameIdentity(agreed.from, current) &&
          sameIdentity(current, agreed.from);
        if (!shown) checkSameAccount(current, identity);
      };
      check(before);
      return land(id, { ...input, tenant: before.tenant }, identity, (all) => {
        const current = all.find((a) => a.id === id);
        if (current === undefined) throw new Refusal("account_unknown", { account: id });
        check(current);
        return current;
      });
    },

    signOut,

    /**
     * Signs out and removes it from the list.
     * @throws Refusal `account_unknown`, `settings_*`; `vault_*` where its grant could not be taken out: it is then
     * signed out and still listed, because nothing else would know of the grant
     */
    async remove(id: string): Promise<AccountChange> {
      const result = await signOut(id);
      if (result.unread !== null) throw result.unread;
      await change(id, () => null);
      return result;
    },

    /** For Grants: the issuer does not take this grant any more. A newer one is not touched. */
    async needsSignIn(id: string, secret: string): Promise<void> {
      await change(id, (a) =>
        a.secret === secret ? { ...a, state: "needs-sign-in", secret: null } : a,
      );
    },
  };
}

/** As many as the document holds: an issuer may state what it likes. */
const grantedScopes = (token: CheckedToken): string[] =>
  [...new Set(token.scope)]
    .filter((scope) => scope !== "" && scope.length <= 256)
    .sort()
    .slice(0, 256);

const access = ({ issuer, clientId }: Account, token: CheckedToken): ToRevoke => ({
  issuer,
  clientId,
  token: token.value,
  hint: "access_token",
});
