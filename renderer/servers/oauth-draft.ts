// The part of the add-a-server form that asks for tokens: what it holds, what is wrong, what it becomes. Pure.
import {
  EMPTY_ISSUER,
  type IssuerDraft,
  issuerFaults,
  type IssuerFaults,
} from "../identities/issuer-draft.ts";
import { isHttpUrl } from "../lib/names.ts";
import { scopesFit, scopesOf } from "../lib/scopes.ts";
import type { InputOf, OAuthPattern, PatternType } from "../types.ts";
import { words } from "../words.ts";

export type OAuthType = OAuthPattern["type"];
const OAUTH: readonly PatternType[] = [
  "client-credentials",
  "account",
  "token-exchange",
  "mtls",
  "composite",
];
export const isOAuthType = (type: PatternType): type is OAuthType => OAUTH.includes(type);

/** Stands for a registration that does not exist yet. */
export const NEW_ISSUER = "new";
/** Stands for one that Countersign makes by itself at the issuer that the server named. */
export const FOUND_ISSUER = "found";

export interface FoundIssuer {
  readonly issuer: string;
  /** Hosts of its endpoints that the person saw. */
  readonly hosts: readonly string[];
  readonly confirmed: boolean;
  /** What a sign-in there asks for. */
  readonly scopes: readonly string[];
}

export interface OAuthDraft {
  /** Id of a registration, `NEW_ISSUER`, or empty. */
  readonly issuer: string;
  readonly newIssuer: IssuerDraft;
  /** What the server named, where that registers us by itself. */
  readonly found: FoundIssuer | null;
  readonly scopes: string;
  /** Null until the person writes one: the server's own address is proposed. */
  readonly resource: string | null;
  readonly audience: string;
  /** Id of the registration that the person is signed in at; empty: the server's own issuer. */
  readonly home: string;
  /** Empty: whoever is signed in. */
  readonly account: string;
  readonly actor: "required" | "if-supported" | "none";
  readonly certificate: string;
  /** Of a composite: an exchanged token; otherwise client credentials. */
  readonly exchange: boolean;
  readonly perUser: string;
  /** Bound to a key by DPoP: only of patterns without a certificate. */
  readonly dpop: boolean;
}

export const EMPTY_OAUTH: OAuthDraft = {
  issuer: "",
  newIssuer: EMPTY_ISSUER,
  found: null,
  scopes: "",
  resource: null,
  audience: "",
  home: "",
  account: "",
  actor: "if-supported",
  certificate: "",
  exchange: true,
  perUser: "",
  dpop: false,
};

export type OAuthFaults = IssuerFaults &
  Readonly<
    Partial<Record<"oauthIssuer" | "scopes" | "resource" | "certificate" | "perUser", string>>
  >;

/** What each pattern asks of the person. */
export const asksAccount = (type: OAuthType, draft: OAuthDraft): boolean =>
  type === "account" || type === "token-exchange" || (type === "composite" && draft.exchange);
export const asksActor = (type: OAuthType, draft: OAuthDraft): boolean =>
  (type === "token-exchange" && draft.home === "") || (type === "composite" && draft.exchange);
export const asksLimit = (type: PatternType): boolean =>
  type === "token-exchange" || type === "composite";
export const asksCertificate = (type: PatternType): boolean =>
  type === "mtls" || type === "composite";

/** A certificate binds the token already. */
export const asksDpop = (type: PatternType): boolean => isOAuthType(type) && !asksCertificate(type);

/** The server's own address without what a resource may not have (RFC 8707 section 2), until another is written. */
export function resourceOf(draft: OAuthDraft, url: string): string {
  if (draft.resource !== null) return draft.resource.trim();
  return isHttpUrl(url) ? url.trim().split("#", 1)[0]! : "";
}

export function oauthFaults(type: OAuthType, draft: OAuthDraft, url: string): OAuthFaults {
  const w = words.servers.form;
  const faults: Record<string, string> = {};
  if (draft.issuer === "") faults["oauthIssuer"] = w.issuerNeeded;
  if (!scopesFit(draft.scopes)) {
    faults["scopes"] = words.identities.accounts.form.scopesInvalid;
  }
  const resource = resourceOf(draft, url);
  if (resource !== "" && !isHttpUrl(resource)) faults["resource"] = w.resourceInvalid;
  if (asksCertificate(type) && draft.certificate === "") {
    faults["certificate"] = words.identities.issuers.form.certificateNeeded;
  }
  if (asksLimit(type) && draft.perUser.trim() !== "") {
    const count = Number(draft.perUser.trim());
    if (!Number.isInteger(count) || count < 1 || count > 100_000) {
      faults["perUser"] = w.perUserInvalid;
    }
  }
  if (draft.issuer === NEW_ISSUER) Object.assign(faults, issuerFaults(draft.newIssuer));
  return faults;
}

type Auth = Extract<InputOf<"servers.add">, { kind: "http" }>["auth"];

/** The contract's `auth`. Only for a draft without faults whose registration exists. */
export function toAuth(type: OAuthType, draft: OAuthDraft, url: string): Auth {
  const text = (value: string): string | null => (value.trim() === "" ? null : value.trim());
  const asked = {
    issuer: draft.issuer,
    scopes: scopesOf(draft.scopes),
    resource: text(resourceOf(draft, url)),
    audience: text(draft.audience),
  };
  const account = draft.account === "" ? null : draft.account;
  const { actor, certificate, exchange } = draft;
  const bound = draft.dpop ? "dpop" : "none";
  const perUserPerMinute = draft.perUser.trim() === "" ? null : Number(draft.perUser.trim());
  switch (type) {
    case "client-credentials":
      return { type, ...asked, bound };
    case "account":
      return { type, ...asked, account, bound };
    case "token-exchange":
      return {
        type,
        ...asked,
        account,
        // An assertion for another issuer names no actors.
        actor: draft.home === "" ? actor : "none",
        perUserPerMinute,
        bound,
        home: draft.home === "" ? null : draft.home,
      };
    case "mtls":
      return { type, ...asked, certificate };
    case "composite":
      return {
        type,
        ...asked,
        account: exchange ? account : null,
        exchange,
        actor: exchange ? actor : "none",
        certificate,
        perUserPerMinute,
      };
  }
  return type satisfies never;
}
