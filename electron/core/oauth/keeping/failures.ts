// Failures to get a token, sorted by what must happen before another try makes sense.
import { asRefusal, type RefusalCode } from "../../errors.ts";
import { LONGEST_WAIT_MS, retryOf, waitOf } from "../failures.ts";

/**
 * `now`: the issuer had no part in it, so nothing is held against it. `later`: it may pass by itself.
 * `after-sign-in`: a person must sign in. `never`: a person must change something here or at the issuer.
 */
export interface Sorted {
  readonly retry: "now" | "later" | "after-sign-in" | "never";
  /** Milliseconds that the issuer asked for (Retry-After, RFC 9110 section 10.2.3). */
  readonly afterMs?: number;
}

const FIRST_MS = 1_000;
const CAP_MS = 60_000;

/**
 * Milliseconds to wait after the `attempt`th failure in a row (from 1): at random between one second and a
 * ceiling that doubles from 2 s to 60 s, so that what failed together does not come back together. Where the
 * issuer named a time, never less than that, as far as it may ask (negative test 105), and up to a tenth more.
 */
export function retryWait(attempt: number, afterMs: number, random: () => number): number {
  const ceiling = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(attempt, 30));
  const jittered = FIRST_MS + (ceiling - FIRST_MS) * random();
  const asked = Math.min(LONGEST_WAIT_MS, afterMs > 0 ? afterMs : 0);
  return Math.max(jittered, asked * (1 + 0.1 * random()));
}

/** What mends itself though no issuer said so: a captive portal, a proxy that restarts, an answer cut in half. */
const PASSING: ReadonlySet<RefusalCode> = new Set([
  "issuer_tls_failed",
  "issuer_metadata_invalid",
  "issuer_answer_too_large",
  "internal",
]);

/**
 * Sorts what an obtain threw: first by what the flow said (facts `retry` and `retryAfterMs`), then by its code.
 * Whatever is not known to mend itself is `never`.
 */
export function sortFailure(error: unknown): Sorted {
  const refusal = asRefusal(error);
  const { code, facts } = refusal;
  // A locked vault opens when a person says so, and a caller that hung up says nothing about the issuer.
  if (code.startsWith("vault_") || code === "agent_hung_up" || code === "call_denied") {
    return { retry: "now" };
  }
  const wait = waitOf(refusal);
  const retry = facts["retry"] === undefined && PASSING.has(code) ? "later" : retryOf(refusal);
  return wait === null ? { retry } : { retry, afterMs: wait };
}
