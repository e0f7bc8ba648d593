// Whether a subject token may be exchanged, and what it says. Why it may not is for the lab's log alone: the
// asker gets one fixed sentence, or the answers would tell a thief which of his tokens are still good.
import { jwtVerify, type JWTPayload } from "jose";
import type { Provider, TokenModel } from "oidc-provider";
import { ACCESS_TOKEN_TYPE, ID_TOKEN_TYPE } from "./grants.ts";
import type { SigningKeys } from "./keys.ts";

/** An actor as it stands in an `act` claim (RFC 8693 section 4.1); the innermost acted first. */
export interface Act {
  readonly sub: string;
  readonly iss?: string;
  /** Stamped by the issuer from its own register, never taken from the actor's word. */
  readonly sub_profile?: string;
  readonly act?: Act;
}

export interface Subject {
  readonly sub: string;
  readonly scopes: ReadonlySet<string>;
  /** Seconds since 1970. */
  readonly exp: number;
  readonly tenant: string | null;
  readonly act: Act | null;
  readonly mayAct: { readonly sub: string; readonly iss: string | null } | null;
  /** How the subject token itself is bound: its exchange needs the same proof. */
  readonly thumbprint: string | null;
  readonly jkt: string | null;
}

export interface SubjectRules {
  readonly provider: Provider;
  readonly keys: SigningKeys;
  /** The `aud` values that make a JWT a token for this client to exchange. */
  readonly audiences: readonly string[];
  readonly clientId: string;
  /** Public clients of the same company, whose sign-ins this client may build on. */
  readonly siblings: readonly string[];
  isRevoked(jti: string): boolean;
}

/** @throws Error with the reason, for the log. */
export async function judgeSubject(
  token: string,
  type: string,
  rules: SubjectRules,
): Promise<Subject> {
  if (type === ID_TOKEN_TYPE) return idToken(token, rules);
  if (type !== ACCESS_TOKEN_TYPE) throw new Error("a type of token that is not exchanged here");
  return token.split(".").length === 3 ? jwtToken(token, rules) : opaqueToken(token, rules);
}

async function jwtToken(token: string, rules: SubjectRules): Promise<Subject> {
  const { payload } = await jwtVerify(token, rules.keys.verify, {
    issuer: rules.provider.issuer,
    typ: "at+jwt",
    algorithms: ["ES256"],
    // A token for a server is that server's alone: whoever else holds it has stolen it.
    audience: [...rules.audiences],
    requiredClaims: ["exp", "sub", "jti", "client_id"],
  });
  if (rules.isRevoked(String(payload.jti))) throw new Error("revoked");
  return fromClaims(payload);
}

async function idToken(token: string, rules: SubjectRules): Promise<Subject> {
  const { payload, protectedHeader } = await jwtVerify(token, rules.keys.verify, {
    issuer: rules.provider.issuer,
    algorithms: ["ES256"],
    audience: rules.clientId,
    requiredClaims: ["exp", "sub"],
  });
  // Every access token of ours has a type of its own (RFC 9068 section 2.1): it cannot pass for an ID token.
  if (protectedHeader.typ !== undefined && protectedHeader.typ !== "JWT")
    throw new Error("not an ID token");
  return fromClaims(payload);
}

function fromClaims(payload: JWTPayload): Subject {
  const cnf = record(payload["cnf"]);
  return {
    sub: String(payload.sub),
    scopes: words(payload["scope"]),
    exp: payload.exp ?? 0,
    tenant: text(payload["tid"]),
    act: actOf(payload["act"]),
    mayAct: mayActOf(payload["may_act"]),
    thumbprint: text(cnf["x5t#S256"]),
    jkt: text(cnf["jkt"]),
  };
}

async function opaqueToken(value: string, rules: SubjectRules): Promise<Subject> {
  const token: TokenModel | undefined = await rules.provider.AccessToken.find(value);
  if (!token?.accountId) throw new Error("unknown, expired or revoked");
  if (token.clientId !== rules.clientId && !rules.siblings.includes(token.clientId)) {
    throw new Error("issued to another client");
  }
  if (token.aud !== undefined && !rules.audiences.includes(token.aud))
    throw new Error("for another audience");
  const grant =
    token.grantId === undefined ? undefined : await rules.provider.Grant.find(token.grantId);
  if (!grant || grant.isExpired) throw new Error("signed out");
  return {
    sub: token.accountId,
    scopes: words(token.scope),
    exp: token.exp,
    tenant: text(token.extra?.["tid"]),
    act: actOf(token.extra?.["act"]),
    mayAct: mayActOf(token.extra?.["may_act"]),
    thumbprint: token["x5t#S256"] ?? null,
    jkt: token.jkt ?? null,
  };
}

/** Keeps who acted and drops everything else: exp, aud and the like mean nothing inside `act` (RFC 8693 section 4.1). */
function actOf(value: unknown, depth = 0): Act | null {
  const { sub, iss, sub_profile: profile, act } = record(value);
  if (typeof sub !== "string") return null;
  // Ten hands are more than any practice needs; a chain without an end is refused.
  if (depth >= 10) throw new Error("too many actors");
  const inner = actOf(act, depth + 1);
  return {
    sub,
    ...(typeof iss === "string" ? { iss } : {}),
    ...(typeof profile === "string" ? { sub_profile: profile } : {}),
    ...(inner ? { act: inner } : {}),
  };
}

function mayActOf(value: unknown): Subject["mayAct"] {
  const { sub, iss } = record(value);
  return typeof sub === "string" ? { sub, iss: text(iss) } : null;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function words(value: unknown): ReadonlySet<string> {
  return new Set(typeof value === "string" ? value.split(" ").filter(Boolean) : []);
}
