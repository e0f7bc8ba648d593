// What went wrong, sorted by what a person (or the token keeper) does next. An issuer's `error` is a code of a
// known grammar; its `error_description` is text from outside and stays in the X-ray.
import { Refusal, type RefusalCode } from "../errors.ts";
import { readObject } from "./answer.ts";
import { challengeOf, parseChallenges } from "./challenge.ts";
import type { FlowResponse } from "./types.ts";

export type Retry = "never" | "later" | "after-sign-in";

/** On whose standing a token was asked for: decides what a refused grant means. */
export type FlowKind =
  /** Countersign's own: nobody can sign in to mend it. */
  | "service"
  /** A person is at the browser now. */
  | "sign-in"
  /** A person signed in earlier: the grant may have ended. */
  | "account";

/** Longest wait that an issuer may ask for (negative test 105). */
export const LONGEST_WAIT_MS = 15 * 60_000;
/** Clocks that differ by less agree well enough for every token. */
export const CLOCK_TOLERANCE_MS = 60_000;

const WIRE_ERROR = /^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$/;

/** RFC 6749 section 5.2: the error code of an answer, if it is one. */
export function wireErrorOf(response: FlowResponse): string | null {
  const read = readObject(response);
  const error = read.ok ? read.value["error"] : undefined;
  if (typeof error === "string" && WIRE_ERROR.test(error)) return error;
  const challenge = challengeOf(response.headers["www-authenticate"], "bearer", "dpop", "basic");
  const named = challenge?.params.get("error");
  return named !== undefined && WIRE_ERROR.test(named) ? named : null;
}

/** Milliseconds to wait as the answer asks (RFC 9110 section 10.2.3), capped; null when it does not ask. */
export function retryAfterOf(response: FlowResponse, nowMs: number): number | null {
  const text = response.headers["retry-after"]?.trim();
  if (text === undefined || text === "") return null;
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : (httpDate(text) - nowMs) / 1000;
  if (!Number.isFinite(seconds)) return null;
  return Math.min(Math.max(seconds * 1000, 0), LONGEST_WAIT_MS);
}

const httpDate = (text: string): number =>
  /^[A-Z][a-z]{2,8}[, ]/.test(text) ? Date.parse(text) : Number.NaN;

/** How far the issuer's clock is ahead of ours, by its Date field; null without one. */
export function clockSkewOf(response: FlowResponse, nowMs: number): number | null {
  const date = response.headers["date"];
  const theirs = date === undefined ? Number.NaN : httpDate(date);
  if (!Number.isFinite(theirs)) return null;
  // The field has whole seconds and was written a moment ago.
  const skew = theirs + 500 - nowMs;
  return Math.abs(skew) < 1500 ? 0 : Math.round(skew / 1000) * 1000;
}

/** 429 and 5xx: the issuer is busy or broken, and nothing was decided about our credential. Null otherwise. */
export function unavailable(issuer: string, response: FlowResponse, nowMs: number): Refusal | null {
  const { status } = response;
  const error = wireErrorOf(response);
  const busy = error === "temporarily_unavailable" || error === "server_error";
  if (status !== 429 && status !== 408 && status < 500 && !busy) return null;
  const wait = retryAfterOf(response, nowMs);
  return new Refusal("issuer_error", {
    issuer,
    error: error ?? `HTTP ${status}`,
    status,
    retry: "later",
    ...(wait === null ? {} : { retryAfterMs: wait }),
  });
}

const SCHEMES = new Set(["basic", "bearer", "digest", "dpop", "negotiate"]);
const REFUSED_CLIENT = new Set(["invalid_client", "unauthorized_client"]);
const NEEDS_PERSON = new Set(["login_required", "interaction_required", "consent_required"]);
const GRANT_ENDED = new Set(["invalid_grant", "invalid_token"]);

function codeFor(error: string | null, status: number, kind: FlowKind): RefusalCode {
  if (error === null) return status === 401 ? "issuer_refused_client" : "issuer_error";
  if (REFUSED_CLIENT.has(error)) return "issuer_refused_client";
  if (NEEDS_PERSON.has(error)) return "sign_in_needed";
  if (GRANT_ENDED.has(error)) {
    return kind === "service"
      ? "issuer_error"
      : kind === "sign-in"
        ? "sign_in_failed"
        : "sign_in_needed";
  }
  if (error === "access_denied" || error === "expired_token") {
    return kind === "service" ? "issuer_error" : "sign_in_failed";
  }
  return "issuer_error";
}

/**
 * The refusal that an answer of a token endpoint stands for; null when it is 200 and has to be judged itself.
 * @param server what the token is for, for the sentence
 */
export function judgeFailure(
  issuer: string,
  response: FlowResponse,
  kind: FlowKind,
  server: string,
  nowMs: number,
): Refusal | null {
  if (response.status === 200) return null;
  const busy = unavailable(issuer, response, nowMs);
  if (busy !== null) return busy;
  const error = wireErrorOf(response);
  const code = codeFor(error, response.status, kind);
  const skew = clockSkewOf(response, nowMs);
  const off = skew !== null && Math.abs(skew) > CLOCK_TOLERANCE_MS ? skew : null;
  let words = error ?? `HTTP ${response.status}`;
  if (error === null && response.status === 401) {
    // Some issuers answer a bad secret with a bare challenge (RFC 6749 section 5.2 allows the field, asks for the body).
    const scheme = parseChallenges(response.headers["www-authenticate"] ?? "")[0]?.scheme;
    if (scheme !== undefined)
      words = `HTTP 401, ${SCHEMES.has(scheme) ? scheme : "unknown"} challenge`;
  }
  if (response.status >= 300 && response.status < 400) words += ", a redirect that is not followed";
  if (off !== null) {
    const seconds = Math.abs(off) / 1000;
    words += `; this machine's clock is ${seconds} s ${off > 0 ? "behind" : "ahead of"} the issuer's`;
  }
  return new Refusal(code, {
    issuer,
    server,
    error: words,
    reason: words,
    status: response.status,
    retry: code.startsWith("sign_in") ? "after-sign-in" : "never",
    ...(error === null ? {} : { wireError: error }),
    ...(off === null ? {} : { clockSkewMs: off }),
  });
}

const BY_CODE: Partial<Record<RefusalCode, Retry>> = {
  issuer_unreachable: "later",
  issuer_timeout: "later",
  sign_in_needed: "after-sign-in",
  sign_in_failed: "after-sign-in",
  account_changed: "after-sign-in",
  vault_locked: "later",
  vault_slow: "later",
  vault_unavailable: "later",
};

/** What to do about a refusal of this room. What is not known is not tried again. */
export function retryOf(refusal: Refusal): Retry {
  const said = refusal.facts["retry"];
  if (said === "later" || said === "after-sign-in" || said === "never") return said;
  return BY_CODE[refusal.code] ?? "never";
}

/** How long the issuer asked to be left alone; null when it did not say. */
export function waitOf(refusal: Refusal): number | null {
  const said = refusal.facts["retryAfterMs"];
  return typeof said === "number" ? said : null;
}
