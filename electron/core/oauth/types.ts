// The vocabulary of the OAuth rooms: what is configured, what was checked, and what a flow leaves behind.
import type { Secret } from "../secret.ts";

/** How Countersign authenticates at a token endpoint (RFC 6749 section 2.3, RFC 7523, RFC 8705 section 2). */
export type ClientAuth =
  | { readonly method: "none" }
  | { readonly method: "client_secret_basic" | "client_secret_post"; readonly secret: Secret }
  | {
      readonly method: "private_key_jwt";
      /** PKCS#8 PEM. */
      readonly privateKey: Secret;
      /** JWS algorithm: ES256, RS256, PS256, EdDSA. */
      readonly alg: string;
      readonly kid: string;
    }
  /** The key is in the TLS identity that the request is sent with. */
  | { readonly method: "tls_client_auth" | "self_signed_tls_client_auth" };

/** Who we are at one issuer. Credentials are keyed by the exact issuer string and never used at another. */
export interface OAuthClient {
  /** Exact issuer identifier (RFC 8414 section 2): compared as a string, never normalised. */
  readonly issuer: string;
  readonly clientId: string;
  readonly auth: ClientAuth;
  /** Plain HTTP is allowed for this issuer because it is on loopback and a person agreed. */
  readonly allowPlainHttpOnLoopback: boolean;
}

/** A client certificate with its key, for TLS. */
export interface TlsIdentity {
  /** `crt_…`: one https.Agent per identity; a renewed certificate has a new id. */
  readonly id: string;
  /** Leaf first. */
  readonly certificateChainPem: string;
  /** PKCS#8 PEM. */
  readonly privateKey: Secret;
  /** SHA-256 of the leaf's DER, base64url without padding: what `cnf.x5t#S256` must equal (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** For people: subject as RFC 4514 text. */
  readonly subject: string;
  /** UTC milliseconds. */
  readonly notAfter: number;
}

/** Port: one HTTP exchange of a flow. No redirect is followed, the body is bounded (1 MiB), the time, too. */
export interface FlowNet {
  /**
   * @param identity TLS client certificate to present; null for none. Connections are never shared between identities.
   * @throws Refusal `issuer_unreachable`, `issuer_tls_failed`, `issuer_timeout`, `issuer_answer_too_large`
   */
  fetch(url: string, init: FlowRequest, identity: TlsIdentity | null): Promise<FlowResponse>;
}
export interface FlowRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly signal?: AbortSignal;
}
export interface FlowResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why a step is right or wrong. Everything here is safe to show: secrets are masked on entry. */
export interface FlowStep {
  /** `discover-resource`, `discover-issuer`, `token`, `exchange`, `check-token`, … */
  readonly id: string;
  /** UTC milliseconds at the start, and how long it took. */
  readonly at: number;
  readonly ms: number;
  /** `remark`: an answer that is no failure and not the wished one, such as "not yet" or "not here". */
  readonly state: "ok" | "remark" | "failed";
  /** `POST https://issuer/token` with masked headers and form fields; null for a step that sends nothing. */
  readonly request: MaskedExchange | null;
  readonly response: MaskedExchange | null;
  /** Decoded claims of a token (header and payload), never its signature. */
  readonly claims: Readonly<Record<string, unknown>> | null;
  /** What was checked, in order. */
  readonly rules: readonly FlowRule[];
}
export interface FlowRule {
  /** `issuer-equal`, `cnf-matches-certificate`, … */
  readonly id: string;
  /** `RFC 8705 §3`, … */
  readonly source: string;
  readonly ok: boolean;
  /** For a failed rule: in short, safe text. */
  readonly expected: string | null;
  readonly found: string | null;
}
export interface MaskedExchange {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Form fields or JSON members, secrets masked as `[secret]`, tokens as `[token …last4]`. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Port: keeps the steps of one flow. */
export interface FlowRecorder {
  step(step: FlowStep): void;
}

/** How a token is bound. */
export type TokenBinding =
  | { readonly type: "none" }
  /** RFC 8705: `cnf.x5t#S256`. */
  | { readonly type: "mtls"; readonly thumbprint: string }
  /** RFC 9449: `cnf.jkt`. */
  | { readonly type: "dpop"; readonly jkt: string };

/**
 * An access token that passed every check for its purpose. Only the checker in this room makes one (it keeps a
 * WeakSet); whoever attaches a token takes this and nothing else.
 */
export interface CheckedToken {
  readonly value: Secret;
  /** `Bearer` or `DPoP`, as it is written in the Authorization header. */
  readonly scheme: "Bearer" | "DPoP";
  readonly issuer: string;
  /** UTC milliseconds. */
  readonly obtainedAt: number;
  /** UTC milliseconds; a safe default where the issuer did not say (negative test 101). */
  readonly expiresAt: number;
  /** As granted: what the issuer stated, or what was asked where it stated nothing and nothing was narrowed. */
  readonly scope: readonly string[];
  readonly binding: TokenBinding;
  /** Facts for the journal and for people, from the token if it is a JWT. Claims, not proof: the server judges. */
  readonly subject: string | null;
  readonly audience: readonly string[];
  /** Outermost actor first (RFC 8693 section 4.1). */
  readonly actors: readonly string[];
  /** Refresh token that came with it, if any: goes to the vault, nowhere else. */
  readonly refreshToken: Secret | null;
  /** ID token claims after validation, for sign-in. */
  readonly idClaims: Readonly<Record<string, unknown>> | null;
  /** The ID token itself, validated: subject of an ID-JAG exchange. Only on a token fresh from a sign-in or refresh. */
  readonly idToken?: Secret;
}
