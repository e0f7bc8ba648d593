// The vocabulary of the practice company. Nothing here is known to the rest of the program but the words.

/** Where the lab reports to. Facts are short and never hold a token or a key. */
export interface LabLog {
  info(event: string, facts?: Readonly<Record<string, string | number>>): void;
  warn(event: string, facts?: Readonly<Record<string, string | number>>): void;
}

/** How a caller must authenticate to a practice server. */
export type LabPattern =
  | "api-key"
  | "client-credentials"
  /** Client credentials, and a token bound to a key that is proven with each request (RFC 9449). */
  | "dpop"
  | "token-exchange"
  /** A token of another company's issuer, on the word of the person's own (ID-JAG). */
  | "id-jag"
  | "mtls"
  | "composite";

export interface LabTool {
  readonly name: string;
  readonly title: string;
  readonly kind: "read" | "write" | "destructive";
  /** The scope that a token must hold for it; null where the server knows no scopes. */
  readonly scope: string | null;
}

/** What somebody must know to call one practice server. */
export interface LabServer {
  readonly name: string;
  readonly title: string;
  readonly pattern: LabPattern;
  readonly url: string;
  /** Generation of MCP: `initialize` and sessions, or 2026-07-28. */
  readonly generation: "legacy" | "modern";
  /** RFC 8707 resource indicator, which is also the `aud` it accepts. */
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly tools: readonly LabTool[];
  /** Exact issuer string whose tokens it accepts; null for a server with keys of its own. */
  readonly issuer: string | null;
  /** The header and value that open a server of pattern `api-key`. */
  readonly key: { readonly header: string; readonly value: string } | null;
  /** Client certificates: none, any whose thumbprint is in the token, or only those of the practice CA. */
  readonly certificate: CertificateRule;
  /** It wants to see an `act` claim whose outermost actor is an agent (RFC 8693 section 4.1). */
  readonly wantsActor: boolean;
  /** It takes no token that is not bound to a key by DPoP, and wants a nonce in each proof (RFC 9449 section 9). */
  readonly wantsProof: boolean;
}

export type CertificateRule = "none" | "any" | "company";

/** A person of the practice company. */
export interface LabPerson {
  readonly sub: string;
  readonly name: string;
  readonly email: string;
  /** Which practice company: the `tid` claim. */
  readonly tenant: string;
  readonly role: string;
  /** The only actor that may act for this person (RFC 8693 section 4.4); null where any registered agent may. */
  readonly mayAct: string | null;
}

/** A registered client of the practice issuer, with whatever it proves itself by. */
export interface LabClient {
  readonly id: string;
  readonly method:
    | "client_secret_basic"
    | "client_secret_post"
    | "private_key_jwt"
    | "tls_client_auth"
    | "self_signed_tls_client_auth"
    | "none";
  readonly secret?: string;
  /** For `private_key_jwt`. */
  readonly key?: { readonly pkcs8: string; readonly alg: string; readonly kid: string };
  /** For both TLS methods. */
  readonly certificate?: { readonly certificatePem: string; readonly privateKeyPem: string };
}

/** Thrown for what the caller of the lab did wrong; `code` is stable. */
export class LabError extends Error {
  readonly code: "folder-in-use" | "certificate-request" | "unknown-person" | "no-way-on";
  constructor(code: LabError["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "LabError";
    this.code = code;
  }
}
