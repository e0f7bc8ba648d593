// What a call was authenticated with, for people, the journal and its readers. Facts only: no secret, no token.
import { asRefusal, type Refusal } from "./errors.ts";
import type { ActorOutcome } from "./oauth/token-exchange.ts";

export interface CallEvidence {
  /** Exact issuer identifier. */
  readonly issuer: string;
  readonly clientId: string;
  /** How Countersign proved itself at the issuer (RFC 6749 section 2.3, RFC 7523, RFC 8705 section 2). */
  readonly clientAuth: string;
  /** On whose behalf; `who` is what the issuer claims of the person. */
  readonly account: {
    readonly id: string;
    readonly who: string;
    readonly sub: string | null;
  } | null;
  /** `sub` of the token sent. */
  readonly subject: string | null;
  /** Outermost actor first (RFC 8693 section 4.1). */
  readonly actors: readonly string[];
  readonly actorOutcome: ActorOutcome | null;
  readonly audience: readonly string[];
  readonly scope: readonly string[];
  /** Null where no token came about. */
  readonly binding: "none" | "mtls" | "dpop" | null;
  /** Thumbprint (RFC 7638) of the key that a DPoP token is bound to; only there for one. */
  readonly jkt?: string;
  readonly certificate: {
    readonly id: string;
    readonly subject: string;
    /** x5t#S256 */
    readonly thumbprint: string;
    /** UTC instant. */
    readonly notAfter: string;
  } | null;
  /** UTC instant; null where no token came about. */
  readonly tokenExpiresAt: string | null;
  /** Which recorded flow brought the token, or failed to: the X-ray. */
  readonly flow: string | null;
}

// Beside the refusal and not in its facts: those fill sentences, and these are for the journal alone.
const flows = new WeakMap<Refusal, string>();
const evidence = new WeakMap<Refusal, CallEvidence>();

/** Notes in which recorded flow this went wrong. The innermost flow stands: there it shows what failed. */
export function failedIn(flow: string, error: unknown): Refusal {
  const refusal = asRefusal(error);
  if (!flows.has(refusal)) flows.set(refusal, flow);
  return refusal;
}

/** Notes what was being proved to whom when this went wrong. */
export function failedWith(tried: Omit<CallEvidence, "flow">, error: unknown): Refusal {
  const refusal = asRefusal(error);
  evidence.set(refusal, { ...tried, flow: flows.get(refusal) ?? null });
  return refusal;
}

/** What a call that ended so was to be authenticated with; null where no issuer took part. */
export const evidenceOfFailure = (refusal: Refusal): CallEvidence | null =>
  evidence.get(refusal) ?? null;
