// On whose behalf, and with which credential, an agent's traffic to a server goes: read from what is kept here. No
// issuer is asked and no token is fetched to know it, so it can be shown, and agreed to, before anything is sent.
import { limitFor } from "../agent-scopes.ts";
import type { Agent } from "../agents.ts";
import { Refusal } from "../errors.ts";
import type { Issuer } from "../issuers.ts";
import { type Account, chooseAccount, faceOf } from "../oauth/keeping/accounts.ts";
import { isOAuth, type OAuthPattern } from "../patterns.ts";
import type { PatternType, Server } from "../servers.ts";

/** Whose account it is. `issuer`, `sub` and `tenant` are proven or read; `who` may be the issuer's claim. */
export interface AccountFact {
  readonly id: string;
  readonly issuer: string;
  readonly sub: string | null;
  /** The organisation at the identity provider, `tid=…` for instance; no tenant of ours. */
  readonly tenant: string | null;
  /** A name to tell people apart by. */
  readonly who: string;
  /** Whether `who` is what the issuer claims rather than the subject itself. */
  readonly claimed: boolean;
}

export interface Standing {
  readonly pattern: PatternType | "env";
  /** The exact issuer string of who gives the token; null where there is no issuer. */
  readonly issuer: string | null;
  readonly clientId: string | null;
  /** Null for a server that is used with no account, and where none is there yet. */
  readonly account: AccountFact | null;
  /** Why there is no account to use, where one is needed; null where all is well. */
  readonly missing: "none" | "signed-out" | "several" | null;
  /** The registration (`iss_…`) at which the account signs in, and its issuer; null where none is needed. */
  readonly signInAt: { readonly registration: string; readonly issuer: string } | null;
  /** What the token is for (RFC 8707 resource, or RFC 8693 audience). */
  readonly audience: string | null;
  /** What this agent's token may do there; sorted. */
  readonly scopes: readonly string[];
  /** Whether the token names the agent as who acts for the person (RFC 8693 section 4.1). */
  readonly acts: "required" | "if-supported" | null;
}

export interface StandingSources {
  readonly issuers: () => readonly Issuer[];
  readonly accounts: () => readonly Account[];
}

const BARE = {
  issuer: null,
  clientId: null,
  account: null,
  missing: null,
  signInAt: null,
  audience: null,
  scopes: [],
  acts: null,
} as const;

const factOf = (account: Account): AccountFact => {
  const { id, who, claimed, issuer, sub, idpTenant } = faceOf(account);
  return { id, issuer, sub, tenant: idpTenant, who, claimed };
};

/** Never throws: what is not known is null. */
export function standingOf(agent: Agent | null, server: Server, from: StandingSources): Standing {
  if (server.kind === "stdio") return { ...BARE, pattern: "env" };
  const { pattern } = server;
  if (!isOAuth(pattern)) return { ...BARE, pattern: pattern.type };
  const own = (id: string): Issuer | undefined =>
    from.issuers().find((one) => one.id === id && one.tenant === server.tenant);
  const record = own(pattern.issuer);
  const exchanges =
    pattern.type === "token-exchange" || (pattern.type === "composite" && pattern.exchange);
  const needsAccount = pattern.type === "account" || exchanges;
  const at = "home" in pattern && pattern.home !== null ? pattern.home : pattern.issuer;
  const home = own(at);
  const choice =
    !needsAccount || home === undefined || !("account" in pattern)
      ? null
      : chooseAccount(from.accounts(), {
          tenant: server.tenant,
          issuer: home.issuer,
          clientId: home.clientId,
          account: pattern.account,
        });
  const known = choice?.type === "one" || choice?.type === "signed-out" ? choice.account : null;
  const acting = exchanges && at === pattern.issuer && "actor" in pattern ? pattern.actor : "none";
  return {
    pattern: pattern.type,
    issuer: record?.issuer ?? null,
    clientId: record?.clientId ?? null,
    account: known === null ? null : factOf(known),
    missing: !needsAccount || choice?.type === "one" ? null : (choice?.type ?? "none"),
    signInAt:
      needsAccount && home !== undefined ? { registration: home.id, issuer: home.issuer } : null,
    audience: pattern.resource ?? pattern.audience,
    scopes: scopesFor(pattern, agent, server.name),
    acts: acting === "none" ? null : acting,
  };
}

function scopesFor(pattern: OAuthPattern, agent: Agent | null, name: string): readonly string[] {
  try {
    return (limitFor(pattern, agent, name) ?? pattern.scopes).toSorted();
  } catch (error) {
    // Nothing is left for this agent: the broker says so when it comes to it.
    if (error instanceof Refusal) return [];
    throw error;
  }
}
