// The clients that the practice issuer knows from the start: one for each way of proving who one is.
import { createHash, generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import { type Authority, selfSigned } from "./ca.ts";
import { DEVICE_CODE, TOKEN_EXCHANGE } from "./grants.ts";
import type { LabClient } from "./types.ts";

export interface LabClients {
  readonly basic: LabClient;
  readonly post: LabClient;
  readonly jwt: LabClient;
  /** `tls_client_auth` by SAN URI. */
  readonly tls: LabClient;
  /** `tls_client_auth` by subject DN. */
  readonly tlsDn: LabClient;
  readonly selfSigned: LabClient;
  /** Public native client: code + PKCE, device flow, refresh. */
  readonly desktop: LabClient;
  /** The mail server's own client, with which it goes on in somebody's name. */
  readonly mailBackend: LabClient;
  /** The inventory API's own client, for introspection. */
  readonly inventory: LabClient;
}

/** Registered metadata by RFC 7591 names. */
export type ClientMetadata = Readonly<Record<string, unknown>>;

/** @param redirects loopback redirect URIs; the port is free (RFC 8252 section 7.3). */
export async function practiceClients(
  authority: Authority,
  redirects: readonly string[],
): Promise<{ clients: LabClients; metadata: ClientMetadata[] }> {
  const metadata: ClientMetadata[] = [];
  const everything = {
    application_type: "native",
    grant_types: [
      "client_credentials",
      "authorization_code",
      "refresh_token",
      DEVICE_CODE,
      TOKEN_EXCHANGE,
    ],
    response_types: ["code"],
    redirect_uris: redirects,
  };
  const register = (client: LabClient, more: ClientMetadata): LabClient => {
    metadata.push({
      client_id: client.id,
      client_name: `PRACTICE ${client.id}`,
      token_endpoint_auth_method: client.method,
      ...(client.secret === undefined ? {} : { client_secret: client.secret }),
      ...everything,
      ...more,
    });
    return client;
  };
  const secret = (): string => randomBytes(24).toString("base64url");

  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const kid = `practice-${randomBytes(4).toString("hex")}`;
  const signing = { ...publicKey.export({ format: "jwk" }), kid, alg: "ES256", use: "sig" };

  const san = "urn:larkspur:practice-tls";
  const dn = "CN=practice-tls-dn,O=Larkspur PRACTICE";
  const bound = { tls_client_certificate_bound_access_tokens: true };
  const self = await selfSigned("CN=practice-self-signed,O=Larkspur PRACTICE");
  const machine = {
    grant_types: ["client_credentials", TOKEN_EXCHANGE],
    response_types: [],
    redirect_uris: [],
  };

  const clients: LabClients = {
    basic: register({ id: "practice-basic", method: "client_secret_basic", secret: secret() }, {}),
    post: register({ id: "practice-post", method: "client_secret_post", secret: secret() }, {}),
    jwt: register(
      {
        id: "practice-jwt",
        method: "private_key_jwt",
        key: {
          pkcs8: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
          alg: "ES256",
          kid,
        },
      },
      { jwks: { keys: [signing] } },
    ),
    tls: register(
      {
        id: "practice-tls",
        method: "tls_client_auth",
        certificate: await authority.issueFor("CN=practice-tls,O=Larkspur PRACTICE", {
          uris: [san],
        }),
      },
      { ...bound, tls_client_auth_san_uri: san },
    ),
    tlsDn: register(
      {
        id: "practice-tls-dn",
        method: "tls_client_auth",
        certificate: await authority.issueFor(dn),
      },
      { ...bound, tls_client_auth_subject_dn: dn },
    ),
    selfSigned: register(
      { id: "practice-self-signed", method: "self_signed_tls_client_auth", certificate: self },
      { ...bound, jwks: { keys: [certificateJwk(self.certificatePem)] } },
    ),
    desktop: register(
      { id: "practice-desktop", method: "none" },
      { grant_types: ["authorization_code", "refresh_token", DEVICE_CODE] },
    ),
    mailBackend: register(
      { id: "mail-backend", method: "client_secret_basic", secret: secret() },
      machine,
    ),
    inventory: register(
      { id: "inventory-api", method: "client_secret_basic", secret: secret() },
      machine,
    ),
  };
  return { clients, metadata };
}

/** A self-signed certificate as it is registered: by `x5c`, in the client's JWKS (RFC 8705 section 2.2.2). */
export function certificateJwk(pem: string): Record<string, unknown> {
  const certificate = new X509Certificate(pem);
  return {
    ...certificate.publicKey.export({ format: "jwk" }),
    kid: createHash("sha256").update(certificate.raw).digest("hex").slice(0, 12),
    x5c: [certificate.raw.toString("base64")],
  };
}
