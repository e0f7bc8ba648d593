// Reading a token endpoint's answer (RFC 6749 section 5.1): what stands in it, before it is judged against what was asked.
import { Refusal } from "../errors.ts";
import { Secret } from "../secret.ts";
import { readObject } from "./answer.ts";
import { scopesOf } from "./challenge.ts";
import { decodeJwt, shownClaims, type DecodedJwt } from "./jwt.ts";
import type { Ruling } from "./ruling.ts";
import type { FlowResponse } from "./types.ts";

export interface TokenAnswer {
  readonly value: Secret;
  /** As written, in lower case: `bearer`, `dpop`, `n_a`, or anything else. */
  readonly type: string;
  /** Milliseconds; null where the issuer did not say, or said nothing usable. */
  readonly lifetimeMs: number | null;
  /** Null where the issuer said nothing. */
  readonly scope: readonly string[] | null;
  readonly issuedTokenType: string | null;
  readonly refreshToken: Secret | null;
  readonly idToken: Secret | null;
  /** Null for an opaque token. */
  readonly jwt: DecodedJwt | null;
}

const COMMON_TYPES = new Set(["bearer", "dpop", "n_a", "mac", "basic", "pop"]);

/** A token_type as it may be shown: folded, a secret in it would not be found any more. */
export const shownType = (type: string): string => (COMMON_TYPES.has(type) ? type : "another type");

/** Longest token that fits into one field beside others. */
const LONGEST_TOKEN = 32_768;
/** RFC 6749 appendix A.12 without the space, which would end the credential in its field. */
const TOKEN = /^[\x21-\x7e]+$/;

/** True when a token can stand in an Authorization field and end nothing there. */
export const isHeaderSafe = (value: string): boolean =>
  value.length <= LONGEST_TOKEN && TOKEN.test(value);

export const refused = (issuer: string, reason: string): Refusal =>
  new Refusal("token_refused", { issuer, reason, retry: "never" });

/**
 * Seconds as a number, or as digits in a string, which some issuers send (negative test 101).
 * @returns milliseconds; null for anything unusable
 */
export function lifetimeOf(value: unknown): number | null {
  const seconds = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds * 1000 : null;
}

/**
 * @param response an answer of status 200
 * @throws Refusal `token_refused`
 */
export function readTokenAnswer(
  issuer: string,
  response: FlowResponse,
  ruling: Ruling,
): TokenAnswer {
  const read = readObject(response);
  ruling.note("answer-json", "RFC 6749 §5.1", read.ok, {
    expected: "a JSON object",
    found: read.ok ? "a JSON object" : read.problem,
  });
  if (!read.ok) throw refused(issuer, `the answer is not an OAuth answer: ${read.problem}`);
  const body = read.value;
  const text = (name: string): string | null => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    if (value === undefined || value === null) return null;
    ruling.must(
      "answer-text",
      "RFC 6749 §5.1",
      typeof value === "string",
      { expected: `${name} as text`, found: typeof value },
      () => refused(issuer, `${name} is not text`),
    );
    return value;
  };
  const value = text("access_token");
  ruling.must(
    "token-present",
    "RFC 6749 §5.1",
    value !== null && isHeaderSafe(value),
    {
      expected: "a token of visible ASCII",
      found: value === null ? "none" : `${value.length} characters`,
    },
    () =>
      refused(issuer, value === null ? "the answer holds no token" : "it cannot stand in a header"),
  );
  const type = text("token_type");
  ruling.must(
    "token-type-present",
    "RFC 6749 §5.1",
    type !== null && type !== "",
    { expected: "token_type", found: type },
    () => refused(issuer, "its type is not stated"),
  );
  const scope = text("scope");
  const refresh = text("refresh_token");
  const idToken = text("id_token");
  const jwt = decodeJwt(value);
  if (jwt !== null) ruling.claims = shownClaims(jwt);
  // RFC 6749 section 5.1: no-store is the issuer's duty; a cache on the way would keep our token.
  ruling.note(
    "no-store",
    "RFC 6749 §5.1",
    /\bno-store\b/i.test(response.headers["cache-control"] ?? ""),
    { expected: "no-store", found: response.headers["cache-control"] },
  );
  return {
    value: new Secret(value),
    type: type.toLowerCase(),
    lifetimeMs: body["expires_in"] === undefined ? null : lifetimeOf(body["expires_in"]),
    scope: scope === null ? null : scopesOf(scope),
    issuedTokenType: text("issued_token_type"),
    refreshToken: refresh === null || refresh === "" ? null : new Secret(refresh),
    idToken: idToken === null || idToken === "" ? null : new Secret(idToken),
    jwt,
  };
}
