// An issuer on paper, for judging halves: its metadata, its answers, tokens that nobody has signed.
import { Refusal } from "../../../electron/core/errors.ts";
import { checkIssuer, type CheckedIssuer } from "../../../electron/core/oauth/issuer.ts";
import { Ruling } from "../../../electron/core/oauth/ruling.ts";
import type { OAuthClient, TlsIdentity } from "../../../electron/core/oauth/types.ts";
import type { TokenAsk } from "../../../electron/core/oauth/grant.ts";
import { Secret } from "../../../electron/core/secret.ts";

export const ISSUER = "https://issuer.example/tenant";

export const metadata = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
  registration_endpoint: `${ISSUER}/register`,
  revocation_endpoint: `${ISSUER}/revoke`,
  device_authorization_endpoint: `${ISSUER}/device`,
  code_challenge_methods_supported: ["S256"],
  authorization_response_iss_parameter_supported: true,
  ...change,
});

export const paperIssuer = (change: Record<string, unknown> = {}): CheckedIssuer => {
  const document = metadata(change);
  const name = String(document["issuer"]);
  return checkIssuer(name, document, `${name}/.well-known`, false, new Ruling());
};

export const SECRET = "s3cret-of-Countersign-77";

export const owner: OAuthClient = {
  issuer: ISSUER,
  clientId: "countersign",
  auth: { method: "client_secret_basic", secret: new Secret(SECRET) },
  allowPlainHttpOnLoopback: false,
};

export const THUMBPRINT = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0";

export const identity: TlsIdentity = {
  id: "crt_paper",
  certificateChainPem: "unused",
  privateKey: new Secret("unused"),
  thumbprint: THUMBPRINT,
  subject: "CN=paper",
  notAfter: Number.MAX_SAFE_INTEGER,
};

export const ask = (change: Partial<TokenAsk> = {}): TokenAsk => ({
  issuer: paperIssuer(),
  owner,
  tls: null,
  dpop: null,
  scope: [],
  resource: null,
  certificateBound: false,
  ...change,
});

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A JWT with a signature that means nothing. */
export const jwt = (payload: unknown, header: Record<string, unknown> = {}): string =>
  `${part({ alg: "ES256", typ: "at+jwt", ...header })}.${part(payload)}.${"c2ln".repeat(16)}`;

/** The refusal that the work ends with; anything else fails the test. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  const outcome: unknown = await work.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );
  if (outcome instanceof Refusal) return outcome;
  throw new Error(`expected a refusal, got ${JSON.stringify(outcome)}`, { cause: outcome });
}
