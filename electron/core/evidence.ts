// What a call was authenticated with, for people, the journal and its readers. Facts only: no secret, no token.
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
  readonly binding: "none" | "mtls" | "dpop";
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
  /** UTC instant. */
  readonly tokenExpiresAt: string;
  /** Which recorded flow brought the token: the X-ray. */
  readonly flow: string | null;
}
