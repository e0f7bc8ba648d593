// Who signed in: the ID token (OpenID Connect Core 1.0 section 3.1.3.7). Its signature is always verified, over
// TLS too: what it says decides whose account this is.
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from "jose";
import { Refusal } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { isObject, readObject, type JsonObject } from "./answer.ts";
import { unavailable } from "./failures.ts";
import { inStep, type FlowContext } from "./flow.ts";
import { endpointOf, type CheckedIssuer } from "./issuer.ts";
import { audienceOf, decodeJwt, shownClaims } from "./jwt.ts";
import type { Ruling } from "./ruling.ts";
import type { FlowResponse } from "./types.ts";

/** Asymmetric only: whoever knows the shared secret of `HS256` could write ID tokens. */
const ALGORITHMS = [
  "ES256",
  "ES384",
  "ES512",
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "EdDSA",
  "Ed25519",
];
const TOLERANCE_S = 60;

export interface IdTokenWant {
  readonly issuer: string;
  readonly clientId: string;
  /** Null after a refresh and in the device flow, where none was sent. */
  readonly nonce: string | null;
  /** Issuer's list of algorithms; null where it does not say. */
  readonly algorithms: readonly string[] | null;
  /** By the issuer's clock, UTC milliseconds. */
  readonly nowMs: number;
}

const failed = (issuer: string, reason: string): Refusal =>
  new Refusal("sign_in_failed", { issuer, reason, retry: "after-sign-in" });

/** @throws Refusal `sign_in_failed` */
export function judgeKeys(
  issuer: string,
  response: FlowResponse,
  nowMs: number,
  ruling: Ruling,
): JSONWebKeySet {
  const busy = unavailable(issuer, response, nowMs);
  if (busy !== null) throw busy;
  const read = readObject(response);
  const keys = read.ok ? read.value["keys"] : undefined;
  const ok = response.status === 200 && Array.isArray(keys) && keys.every(isObject);
  ruling.must(
    "keys-readable",
    "RFC 7517 §5",
    ok,
    { expected: "a key set", found: `HTTP ${response.status}` },
    () => failed(issuer, "its keys cannot be read, so that nobody can say who signed in"),
  );
  return { keys: keys };
}

/**
 * Judges an ID token with the issuer's keys at hand.
 * @throws Refusal `sign_in_failed`
 */
export async function judgeIdToken(
  idToken: Secret,
  keys: JSONWebKeySet,
  want: IdTokenWant,
  ruling: Ruling,
): Promise<JsonObject> {
  const text = idToken.reveal();
  const decoded = decodeJwt(text);
  if (decoded !== null) ruling.claims = shownClaims(decoded);
  const allowed = ALGORITHMS.filter(
    (alg) => want.algorithms === null || want.algorithms.includes(alg),
  );
  let problem: string | null = null;
  try {
    await jwtVerify(text, createLocalJWKSet(keys), {
      algorithms: allowed,
      clockTolerance: TOLERANCE_S,
      currentDate: new Date(want.nowMs),
      requiredClaims: ["iss", "sub", "aud", "exp", "iat"],
    });
  } catch (error) {
    // The library's messages name claims, never values; even so only the code is kept.
    problem = error instanceof errors.JOSEError ? error.code : "it cannot be read";
  }
  ruling.must(
    "id-token-signature",
    "OpenID Connect Core 1.0 §3.1.3.7",
    problem === null && decoded !== null,
    { expected: "a valid signature and time", found: problem ?? "valid" },
    () => failed(want.issuer, `the ID token does not hold (${problem ?? "unreadable"})`),
  );
  if (decoded === null) throw failed(want.issuer, "the ID token cannot be read");
  const claims = decoded.payload;
  const must = (id: string, ok: boolean, expected: unknown, found: unknown, reason: string): void =>
    ruling.must(
      id,
      "OpenID Connect Core 1.0 §3.1.3.7",
      ok,
      { expected: String(expected), found },
      () => failed(want.issuer, reason),
    );
  must(
    "id-token-iss",
    claims["iss"] === want.issuer,
    want.issuer,
    claims["iss"],
    "the ID token has another issuer",
  );
  const audience = audienceOf(claims);
  must(
    "id-token-aud",
    audience.includes(want.clientId),
    want.clientId,
    claims["aud"],
    "the ID token is for someone else",
  );
  must(
    "id-token-azp",
    audience.length === 1
      ? claims["azp"] === undefined || claims["azp"] === want.clientId
      : claims["azp"] === want.clientId,
    want.clientId,
    claims["azp"],
    "the ID token was made for someone else",
  );
  must(
    "id-token-sub",
    typeof claims["sub"] === "string" && claims["sub"] !== "",
    "a subject",
    claims["sub"],
    "the ID token names nobody",
  );
  if (want.nonce !== null) {
    must(
      "id-token-nonce",
      claims["nonce"] === want.nonce,
      "the nonce of this sign-in",
      claims["nonce"] === want.nonce ? "the same" : "another",
      "the ID token belongs to another sign-in",
    );
  }
  return claims;
}

/** @throws Refusal `sign_in_failed`, `issuer_*` */
export async function checkIdToken(
  ctx: FlowContext,
  issuer: CheckedIssuer,
  idToken: Secret,
  want: Pick<IdTokenWant, "clientId" | "nonce"> & { readonly skewMs: number },
): Promise<JsonObject> {
  return inStep(ctx, "check-id-token", issuer.issuer, async (step) => {
    step.hide(idToken);
    if (want.nonce !== null) step.hide(want.nonce);
    const response = await step.send(
      endpointOf(issuer, "jwks_uri", null),
      { method: "GET", headers: { accept: "application/json" }, body: null },
      null,
    );
    const now = ctx.clock.now();
    const keys = judgeKeys(issuer.issuer, response, now, step.ruling);
    return judgeIdToken(
      idToken,
      keys,
      {
        issuer: issuer.issuer,
        clientId: want.clientId,
        nonce: want.nonce,
        algorithms: issuer.metadata.idTokenAlgorithms,
        nowMs: now + want.skewMs,
      },
      step.ruling,
    );
  });
}
