// Refresh tokens. Each is sent once; its successor is in the vault, and read back, before the access token
// that came with it is used or the old one is let go. So whatever is cut off, one of the two is at hand.
//
// One process works on a data folder at a time (the instance lock), and shims and the command line ask that
// process. A queue per account is therefore all the exclusion that is needed: no lease is kept on disk.
import type { Clock } from "../../clock.ts";
import { Refusal } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { Secret } from "../../secret.ts";
import type { SecretRef, Vault } from "../../vault.ts";
import type { CheckedToken } from "../types.ts";
import { type Account, checkSameAccount, faceOf, identityOf } from "./accounts.ts";
import type { Sorted } from "./failures.ts";
import {
  accessOf,
  decodeGrant,
  encodeGrant,
  type Grant,
  type GrantOwner,
  grantOf,
} from "./grant-record.ts";
import type { ObtainReason } from "./kept-token.ts";
import { createTurns } from "./turns.ts";

export interface GrantPorts {
  readonly vault: Vault;
  readonly clock: Clock;
  /** `settings.installation` */
  readonly installation: string;
  readonly classify: (error: unknown) => Sorted;
  /**
   * The checker's: a token with the same facts as one that it made, which came out of the vault or lost its
   * refresh token. It judges them again as far as it can.
   */
  readonly readmit: (facts: CheckedToken) => CheckedToken;
  /** The account as it stands now; undefined once removed. */
  readonly account: (id: string) => Account | undefined;
  /** This grant of the account is dead: it must sign in again. Durable when it resolves. */
  readonly needsSignIn: (id: string, secret: string) => Promise<void>;
  readonly log: Log;
}

/** What a sign-out leaves to be revoked at the issuer (RFC 7009 section 2.1). */
export interface ToRevoke {
  readonly issuer: string;
  readonly clientId: string;
  readonly token: Secret;
  readonly hint: "refresh_token" | "access_token";
}

/**
 * Sends a refresh token. `received` hears of its successor before anything else of the answer is judged: even if the
 * access token is refused then, the old refresh token is spent.
 */
export type Refresh = (
  refreshToken: Secret,
  received: (successor: Secret) => Promise<void>,
) => Promise<CheckedToken>;

export interface Grants {
  /**
   * Keeps what a sign-in brought, read back before it resolves.
   * @param resource what its access token is for (RFC 8707); null where none was asked
   * @throws Refusal `vault_*`
   */
  save(
    ref: SecretRef,
    owner: Omit<GrantOwner, "installation">,
    token: CheckedToken,
    resource?: string | null,
  ): Promise<void>;
  /**
   * The account's own access token; made for TokenKeeper.get(). One at a time for an account.
   * @param refresh sends this refresh token (RFC 6749 section 6); never called twice with one that was replaced
   * @param resource what the token is for: one that was kept for another resource is not handed out (RFC 8707)
   * @throws Refusal `sign_in_needed`, `account_changed`, `vault_*`, and what `refresh` throws
   */
  obtain(
    accountId: string,
    reason: ObtainReason,
    refresh: Refresh,
    resource?: string | null,
  ): Promise<CheckedToken>;
  /**
   * Takes the grant out of the vault. Waits for a renewal under way: its new refresh token must be revoked, too.
   * @throws Refusal `vault_*`: then nothing was taken out
   */
  take(account: Account): Promise<ToRevoke[]>;
}

export function createGrants(ports: GrantPorts): Grants {
  const { vault, clock, installation } = ports;
  const inTurn = createTurns();
  // Rotated, and not in the vault yet because that failed. The only copy: it stays here even while the vault is
  // locked, since sending its predecessor again would end the sign-in (RFC 9700 section 4.14.2).
  const unsaved = new Map<string, Grant>();
  // Refused by the issuer; holds even where the account's state could not be written.
  const dead = new Set<string>();

  async function write(ref: SecretRef, grant: Grant): Promise<void> {
    const secret = encodeGrant(grant);
    await vault.set(ref, secret);
    const back = await vault.get(ref);
    if (back?.reveal() !== secret.reveal()) throw new Refusal("vault_write_unverified");
  }

  const ownerOf = (account: Omit<GrantOwner, "installation">): GrantOwner => ({
    id: account.id,
    tenant: account.tenant,
    issuer: account.issuer,
    clientId: account.clientId,
    installation,
  });
  const signInNeeded = (account: Account): Refusal =>
    new Refusal("sign_in_needed", { issuer: account.issuer, server: faceOf(account).who });

  /** The account and where its grant lies, if it may be used. */
  function standing(id: string): { account: Account; ref: SecretRef } {
    const account = ports.account(id);
    if (account === undefined) throw new Refusal("account_unknown", { account: id });
    const { secret, tenant } = account;
    if (account.state !== "signed-in" || secret === null || dead.has(secret)) {
      throw signInNeeded(account);
    }
    return { account, ref: { tenant, id: secret } };
  }

  async function bury(account: Account, ref: SecretRef): Promise<void> {
    dead.add(ref.id);
    unsaved.delete(ref.id);
    try {
      await ports.needsSignIn(account.id, ref.id);
      await vault.delete(ref);
    } catch (error) {
      ports.log.error("grant.bury", error, { account: account.id });
    }
  }

  /** Without its refresh token: that has its place in the vault and no other. */
  function bare(token: CheckedToken): CheckedToken {
    if (token.refreshToken === null) return token;
    if (token.expiresAt <= clock.now()) {
      const reason = "it ended before it could be stored";
      throw new Refusal("token_refused", { issuer: token.issuer, reason, retry: "later" });
    }
    return ports.readmit({ ...token, refreshToken: null });
  }

  /** The access token in the vault, if it is good for this; null otherwise. */
  function remembered(grant: Grant, resource: string | null): CheckedToken | null {
    const facts = accessOf(grant, resource, clock.now());
    try {
      return facts && ports.readmit(facts);
    } catch {
      // What the checker does not take back is as good as none.
      return null;
    }
  }

  async function renew(
    account: Account,
    ref: SecretRef,
    grant: Grant,
    reason: ObtainReason,
    refresh: Refresh,
  ): Promise<CheckedToken> {
    if (grant.refreshToken === null) {
      // Over for good only once its one access token is; until then it serves what it was made for.
      const left = accessOf(grant, grant.access?.resource ?? null, clock.now());
      if (left === null || reason === "rejected") await bury(account, ref);
      throw signInNeeded(account);
    }
    let token: CheckedToken;
    let current = grant;
    const received = async (successor: Secret): Promise<void> => {
      const refreshToken = successor.reveal();
      if (refreshToken === current.refreshToken) return;
      const savedAt = new Date(clock.now()).toISOString();
      current = { ...current, refreshToken, access: null, version: current.version + 1, savedAt };
      unsaved.set(ref.id, current);
      await write(ref, current);
      unsaved.delete(ref.id);
    };
    try {
      token = await refresh(new Secret(grant.refreshToken), received);
      // OpenID Connect Core section 12.2: a new ID token names the same subject.
      if (token.idClaims !== null) checkSameAccount(account, identityOf(token));
    } catch (error) {
      // A refresh token that is refused is sent once and never again, not even after a restart.
      if (ports.classify(error).retry === "after-sign-in") await bury(account, ref);
      throw error;
    }
    // RFC 6749 section 6: without a new one, the old one goes on.
    if (token.refreshToken !== null) await received(token.refreshToken);
    return bare(token);
  }

  return {
    save: (ref, owner, token, resource = null) =>
      inTurn(owner.id, () => write(ref, grantOf(ownerOf(owner), token, resource, clock.now()))),

    obtain: (accountId, reason, refresh, resource = null) =>
      inTurn(accountId, async () => {
        const { account, ref } = standing(accountId);
        const waiting = unsaved.get(ref.id);
        if (waiting !== undefined) {
          await write(ref, waiting);
          unsaved.delete(ref.id);
        }
        const secret = await vault.get(ref);
        const grant = secret === undefined ? null : decodeGrant(secret, ownerOf(account));
        if (grant === null) throw signInNeeded(account);
        const kept = reason === "first" ? remembered(grant, resource) : null;
        if (kept !== null) return kept;
        const token = await renew(account, ref, grant, reason, refresh);
        // Signed out, or signed in anew, while the issuer answered.
        if (standing(accountId).ref.id !== ref.id) throw signInNeeded(account);
        return token;
      }),

    take: (account) =>
      inTurn(account.id, async () => {
        if (account.secret === null) return [];
        const ref = { tenant: account.tenant, id: account.secret };
        const secret = await vault.get(ref);
        const grant =
          unsaved.get(ref.id) ??
          (secret === undefined ? null : decodeGrant(secret, ownerOf(account)));
        await vault.delete(ref);
        unsaved.delete(ref.id);
        dead.add(ref.id);
        const { issuer, clientId } = account;
        const found: ToRevoke[] = [];
        if (grant?.refreshToken) {
          found.push({
            issuer,
            clientId,
            token: new Secret(grant.refreshToken),
            hint: "refresh_token",
          });
        }
        if (grant?.access) {
          found.push({
            issuer,
            clientId,
            token: new Secret(grant.access.value),
            hint: "access_token",
          });
        }
        return found;
      }),
  };
}
