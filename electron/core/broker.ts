// From a server's pattern to a token that may be sent: finds the issuer, takes the secrets, runs the flow, keeps
// the token, and says what it rests on. One place, so that no pattern can skip a check of another.
import { keptFrom, limitFor } from "./agent-scopes.ts";
import type { Agent } from "./agents.ts";
import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import { type CallEvidence, failedIn, failedWith } from "./evidence.ts";
import type { Issuer } from "./issuers.ts";
import { clientCredentials } from "./oauth/client-credentials.ts";
import { type Possession, possessionOf } from "./oauth/dpop.ts";
import { ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE } from "./oauth/grant.ts";
import { enterpriseToken } from "./oauth/id-jag.ts";
import { type Account, chooseAccount, faceOf } from "./oauth/keeping/accounts.ts";
import type { ActorKeys } from "./oauth/keeping/actor-keys.ts";
import type { Grants, Refresh } from "./oauth/keeping/grants.ts";
import { checkStage } from "./oauth/keeping/ladder.ts";
import type { TokenKey } from "./oauth/keeping/token-key.ts";
import type { Obtain, TokenKeeper } from "./oauth/keeping/token-keeper.ts";
import { refreshToken } from "./oauth/refresh.ts";
import { stepUp } from "./oauth/step-up.ts";
import { type ActorOutcome, exchangeToken } from "./oauth/token-exchange.ts";
import type { CheckedToken, TlsIdentity } from "./oauth/types.ts";
import { ownedBy, type Parties, type ProofKey } from "./parties.ts";
import { shapeOf } from "./pattern-shape.ts";
import type { OAuthPattern } from "./patterns.ts";
import type { Secret } from "./secret.ts";
import type { HttpServer } from "./servers.ts";
import { createStepUps, notGranted } from "./step-ups.ts";

export interface BrokerPorts {
  readonly clock: Clock;
  readonly parties: Parties;
  readonly keeper: TokenKeeper;
  readonly grants: Grants;
  readonly actorKeys: ActorKeys;
  /** Countersign's own issuer identifier for a tenant, which signs for its agents. */
  readonly ownIssuer: (tenant: string) => string;
  readonly issuers: () => readonly Issuer[];
  readonly accounts: () => readonly Account[];
}

/** A token for one server and agent, with the certificate or the proofs that it is sent with. */
export interface Brokered {
  readonly token: CheckedToken;
  readonly tls: TlsIdentity | null;
  /** Null where the token is not bound to a key of ours by DPoP. */
  readonly possession: Possession | null;
  readonly evidence: CallEvidence;
  /** A server answered 401 to this token: true if asking again is worth it. */
  rejected(): boolean;
  /**
   * A server answered 403: the scopes to ask for before the call goes again; null where it names none.
   * @param rounds how often this call has asked for more before
   * @throws Refusal `scope_insufficient`, `scope_kept_from_agent` where asking again is pointless
   */
  stepUp(challenge: string, rounds: number): readonly string[] | null;
  /** The server took it: what a call asked for on top is asked for from now on. */
  accepted(): void;
}

export interface Broker {
  /**
   * @param wider what stepUp() said, for a call that goes again
   * @throws Refusal `pattern_too_weak`, `sign_in_needed`, `issuer_*`, `token_*`, `certificate_*`, `scope_*`, `vault_*`
   */
  token(
    server: HttpServer,
    pattern: OAuthPattern,
    agent: Agent | null,
    signal?: AbortSignal,
    wider?: readonly string[],
  ): Promise<Brokered>;
}

/** An ID token that ends within this many milliseconds would be over before the issuers have looked at it. */
const ID_TOKEN_WORTH_MS = 30_000;

export function createBroker(ports: BrokerPorts): Broker {
  const { keeper, parties } = ports;
  const stepUps = createStepUps();
  const outcomes = new WeakMap<CheckedToken, { actor: ActorOutcome | null; flow: string }>();

  function accountFor(record: Issuer, wanted: string | null, server: string): Account {
    const { tenant, issuer, clientId } = record;
    const choice = chooseAccount(ports.accounts(), { tenant, issuer, clientId, account: wanted });
    if (choice.type === "one") return choice.account;
    throw new Refusal("sign_in_needed", { issuer, server });
  }

  /** The account's own token: refreshed when it must be, and the subject of every exchange. */
  function accountToken(
    record: Issuer,
    account: Account,
    resource: string | null,
    proof: ProofKey | null,
    signal: AbortSignal | undefined,
  ): Promise<CheckedToken> {
    const obtain: Obtain = (reason) =>
      ports.grants.obtain(
        account.id,
        reason,
        refreshing(record, account, resource, proof),
        resource,
      );
    return keeper.get(accountKey(record, account, resource, proof), obtain, signal);
  }

  const accountKey = (
    record: Issuer,
    account: Account,
    resource: string | null,
    proof: ProofKey | null,
  ): TokenKey =>
    keyFor(record, {
      server: null,
      account: account.id,
      agent: null,
      resource,
      scope: account.scopes,
      identity: proof?.id ?? null,
    });

  const refreshing =
    (record: Issuer, account: Account, resource: string | null, proof: ProofKey | null): Refresh =>
    async (token, received) => {
      const run = parties.context(
        record.tenant,
        `${record.name}: refresh for ${faceOf(account).who}`,
      );
      try {
        const own = await parties.party(record, run.ctx, proof !== null);
        const fresh = await refreshToken(run.ctx, {
          ...own,
          scope: [],
          granted: account.scopes,
          resource,
          certificateBound: own.tls !== null,
          refreshToken: token,
          received,
          ...(account.sub !== null && { expectedSubject: account.sub }),
        });
        run.end(true);
        return fresh;
      } catch (error) {
        run.end(false);
        throw failedIn(run.flow, error);
      }
    };

  function keyFor(
    record: Issuer,
    rest: Pick<TokenKey, "server" | "account" | "agent" | "resource" | "scope" | "identity">,
  ): TokenKey {
    const { tenant, issuer, clientId, auth } = record;
    const version =
      "secretAddedAt" in auth
        ? auth.secretAddedAt
        : "certificate" in auth
          ? auth.certificate
          : record.createdAt;
    return { tenant, issuer, clientId, credentialVersion: `${record.id} ${version}`, ...rest };
  }

  /**
   * What the token is proven with at the server. Looked at once more before it is sent: it may come from a sign-in,
   * and one that is bound to nothing is never sent in the place of one that is.
   * @throws Refusal `token_not_bound`, `token_binding_mismatch`
   */
  async function proofsFor(
    record: Issuer,
    token: CheckedToken,
    wanted: boolean,
  ): Promise<Possession | null> {
    const { binding, value } = token;
    const { issuer } = record;
    if (binding.type !== "dpop") {
      if (wanted) throw new Refusal("token_not_bound", { issuer, retry: "after-sign-in" });
      return null;
    }
    const key = await parties.proofKey(record);
    // RFC 9449 section 6.1: what the token names is the key that it will be shown with.
    if (key.jkt !== binding.jkt)
      throw new Refusal("token_binding_mismatch", { issuer, found: "another key" });
    return possessionOf(key, value, () => ports.clock.now());
  }

  /**
   * Who is signed in, said by the issuer to us (OpenID Connect Core section 2): it comes with a renewal, so one that
   * is over, or was not kept, brings a renewal about.
   * @throws Refusal `token_refused` where the issuer gives none, `sign_in_needed`
   */
  async function idTokenOf(record: Issuer, account: Account): Promise<Secret> {
    const good = ({ idToken, idClaims }: CheckedToken): Secret | null => {
      const exp = idClaims?.["exp"];
      const lives = typeof exp === "number" && exp * 1000 > ports.clock.now() + ID_TOKEN_WORTH_MS;
      return lives ? (idToken ?? null) : null;
    };
    const kept = good(await accountToken(record, account, null, null, undefined));
    if (kept !== null) return kept;
    const refresh = refreshing(record, account, null, null);
    const fresh = good(await ports.grants.obtain(account.id, "early", refresh, null));
    if (fresh !== null) return fresh;
    throw new Refusal("token_refused", {
      issuer: record.issuer,
      reason: "no ID token comes with it; sign in again with the scope openid",
      retry: "after-sign-in",
    });
  }

  function registration(tenant: string, id: string): Issuer {
    const record = ownedBy(ports.issuers(), tenant, id);
    if (record !== undefined) return record;
    throw new Refusal("issuer_metadata_invalid", {
      issuer: id,
      reason: "it is not registered here",
    });
  }

  /** What is to be proved to whom, as far as it is known before a token is there. */
  function tried(server: HttpServer, pattern: OAuthPattern): Omit<CallEvidence, "flow"> | null {
    const record = ownedBy(ports.issuers(), server.tenant, pattern.issuer);
    if (record === undefined) return null;
    const { issuer, clientId, auth } = record;
    const wanted = "account" in pattern ? pattern.account : null;
    const home = "home" in pattern && pattern.home !== null ? pattern.home : pattern.issuer;
    const whose = ownedBy(ports.issuers(), server.tenant, home) ?? record;
    const choice = chooseAccount(ports.accounts(), { ...whoseAccounts(whose), account: wanted });
    const account = "account" in pattern && choice.type === "one" ? choice.account : null;
    return {
      issuer,
      clientId,
      clientAuth: auth.method,
      account: account === null ? null : evidenceFor(account),
      subject: null,
      actors: [],
      actorOutcome: null,
      audience: [],
      scope: [],
      binding: null,
      certificate: null,
      tokenExpiresAt: null,
    };
  }

  const bare: Broker = {
    async token(server, pattern, agent, signal, wider) {
      checkStage(server.stage, shapeOf(pattern));
      const record = registration(server.tenant, pattern.issuer);
      // Where the person is signed in elsewhere, that issuer vouches for them at the server's.
      const home =
        pattern.type === "token-exchange" && pattern.home !== null
          ? registration(server.tenant, pattern.home)
          : null;
      // A registration that proves itself by certificate gets tokens bound to it (RFC 8705 section 3.4): they are
      // worth something only with the same certificate at the server.
      const certificate =
        "certificate" in pattern
          ? pattern.certificate
          : "certificate" in record.auth
            ? record.auth.certificate
            : null;
      const tls = certificate === null ? null : await parties.identity(server.tenant, certificate);
      const proven = "bound" in pattern && pattern.bound === "dpop";
      const proof = proven ? await parties.proofKey(record) : null;
      const exchanges =
        pattern.type === "token-exchange" || (pattern.type === "composite" && pattern.exchange);
      const account =
        pattern.type === "account" || exchanges
          ? accountFor(home ?? record, "account" in pattern ? pattern.account : null, server.name)
          : null;
      // An assertion of the one issuer for the other names no actors.
      const actorUse = exchanges && home === null && "actor" in pattern ? pattern.actor : "none";
      const acting = actorUse === "none" ? null : agent;
      const { resource, audience } = pattern;
      // A narrowed agent asks for its part and nothing else; the others share what their server wanted of them.
      const limit = limitFor(pattern, agent, server.name);
      const stepKey = JSON.stringify([server.id, account?.id, acting?.id, pattern.scopes]);
      const scope = limit ?? wider ?? stepUps.scope(stepKey, pattern.scopes);
      // The account's own token is kept once for all servers; any other is for this one alone.
      const key =
        pattern.type === "account" && account !== null
          ? accountKey(record, account, resource, proof)
          : keyFor(record, {
              server: server.id,
              account: account?.id ?? null,
              agent: acting?.id ?? null,
              resource: resource ?? audience,
              scope,
              identity: proof?.id ?? tls?.id ?? null,
            });

      const token =
        pattern.type === "account" && account !== null
          ? await accountToken(record, account, resource, proof, signal)
          : await keeper.get(
              key,
              async () => {
                const run = parties.context(server.tenant, server.name);
                try {
                  const own = await parties.party(record, run.ctx, proven);
                  // Our own certificate at the issuer and at the server are one: the token is bound to it.
                  const ask = {
                    ...own,
                    tls: tls ?? own.tls,
                    scope,
                    resource,
                    certificateBound: tls !== null,
                  };
                  let fresh: CheckedToken;
                  let actor: ActorOutcome | null = null;
                  if (account === null)
                    fresh = await clientCredentials(run.ctx, {
                      ...ask,
                      audience,
                      widerScopeAllowed: limit === null,
                    });
                  else if (home !== null) {
                    const token = await idTokenOf(home, account);
                    fresh = await enterpriseToken(run.ctx, {
                      home: {
                        ...(await parties.party(home, run.ctx)),
                        subject: { token, type: ID_TOKEN_TYPE },
                      },
                      target: ask,
                      widerScopeAllowed: limit === null,
                    });
                  } else {
                    const subject = await accountToken(record, account, null, null, undefined);
                    const signer =
                      acting === null
                        ? null
                        : {
                            subject: acting.id,
                            issuer: ports.ownIssuer(server.tenant),
                            sign: (aud: string) => ports.actorKeys.sign(acting, aud),
                          };
                    ({ token: fresh, actor } = await exchangeToken(run.ctx, {
                      ...ask,
                      subject: { token: subject.value, type: ACCESS_TOKEN_TYPE },
                      actor: signer,
                      audience,
                      actorRequired: actorUse === "required",
                      widerScopeAllowed: false,
                    }));
                  }
                  outcomes.set(fresh, { actor, flow: run.flow });
                  run.end(true);
                  return fresh;
                } catch (error) {
                  run.end(false);
                  const refusal = failedIn(run.flow, error);
                  throw wider === undefined
                    ? refusal
                    : failedIn(run.flow, notGranted(refusal, server.name, wider));
                }
              },
              signal,
            );

      const possession = await proofsFor(record, token, proven);
      const outcome = outcomes.get(token);
      const evidence: CallEvidence = {
        issuer: record.issuer,
        clientId: record.clientId,
        clientAuth: record.auth.method,
        account: account === null ? null : evidenceFor(account),
        subject: token.subject,
        actors: token.actors,
        actorOutcome: outcome?.actor ?? null,
        audience: token.audience,
        scope: token.scope,
        binding: token.binding.type,
        ...(token.binding.type === "dpop" && { jkt: token.binding.jkt }),
        certificate:
          tls === null
            ? null
            : {
                id: tls.id,
                subject: tls.subject,
                thumbprint: tls.thumbprint,
                notAfter: new Date(tls.notAfter).toISOString(),
              },
        tokenExpiresAt: new Date(token.expiresAt).toISOString(),
        flow: outcome?.flow ?? null,
      };
      return {
        token,
        tls,
        possession,
        evidence,
        rejected: () => keeper.invalidate(key, token),
        stepUp(challenge, rounds) {
          const next = stepUp({ asked: scope, rounds }, 403, challenge, server.name);
          if (next === null) return null;
          const more = next.ask.filter((one) => !scope.includes(one));
          if (limit !== null && agent !== null) throw keptFrom(agent, server.name, more);
          if (pattern.type === "account") {
            // Only the person can grant more of her own: by signing in again.
            throw new Refusal("scope_insufficient", { server: server.name, scope: more.join(" ") });
          }
          // United with what other calls got meanwhile.
          return [...new Set([...stepUps.scope(stepKey, pattern.scopes), ...next.ask])];
        },
        accepted() {
          if (limit === null) stepUps.accepted(stepKey, pattern.scopes, scope, token);
        },
      };
    },
  };

  return {
    async token(server, pattern, ...rest) {
      try {
        return await bare.token(server, pattern, ...rest);
      } catch (error) {
        const about = tried(server, pattern);
        throw about === null ? error : failedWith(about, error);
      }
    },
  };
}

const evidenceFor = (account: Account): NonNullable<CallEvidence["account"]> => ({
  id: account.id,
  who: faceOf(account).who,
  sub: account.sub,
});

const whoseAccounts = ({ tenant, issuer, clientId }: Issuer) => ({ tenant, issuer, clientId });
