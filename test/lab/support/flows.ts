// The lab driven by the libraries that the product uses, as a stranger would use them.
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomUUID,
  type KeyObject,
} from "node:crypto";
import { exportJWK, SignJWT, type JWK } from "jose";
import * as oidc from "openid-client";
import type { Lab } from "../../../electron/lab/index.ts";
import type { LabClient } from "../../../electron/lab/types.ts";
import { tlsFetch } from "./lab.ts";

const METHODS: Record<
  LabClient["method"],
  (client: LabClient) => Promise<oidc.ClientAuth> | oidc.ClientAuth
> = {
  none: () => oidc.None(),
  client_secret_basic: ({ secret }) => oidc.ClientSecretBasic(secret ?? ""),
  client_secret_post: ({ secret }) => oidc.ClientSecretPost(secret ?? ""),
  private_key_jwt: async ({ key }) => {
    const der = createPrivateKey(key?.pkcs8 ?? "").export({ type: "pkcs8", format: "der" });
    const imported = await crypto.subtle.importKey(
      "pkcs8",
      new Uint8Array(der),
      { name: "ECDSA", namedCurve: "P-256" },
      false,
      ["sign"],
    );
    return oidc.PrivateKeyJwt({ key: imported, kid: key?.kid ?? "" });
  },
  tls_client_auth: () => oidc.TlsClientAuth(),
  self_signed_tls_client_auth: () => oidc.TlsClientAuth(),
};

/** openid-client as it is documented, discovered from the issuer alone. */
export async function configure(
  lab: Lab,
  client: LabClient,
  metadata: Partial<oidc.ClientMetadata> = {},
): Promise<oidc.Configuration> {
  const tls = client.certificate ? tlsFetch(lab.ca.certificatePem, client.certificate) : null;
  const config = await oidc.discovery(
    new URL(lab.issuer.url),
    client.id,
    { ...metadata, ...(tls ? { use_mtls_endpoint_aliases: true } : {}) },
    await METHODS[client.method](client),
    { execute: [oidc.allowInsecureRequests] },
  );
  if (tls) {
    config[oidc.customFetch] = (url, options) =>
      (url.startsWith("https:") ? tls : fetch)(url, options as RequestInit);
  }
  return config;
}

export const REDIRECT = "http://127.0.0.1:49152/callback";

/** Code + PKCE S256 + state + nonce, clicked through by a robot in the place of a person. */
export async function signIn(
  lab: Lab,
  client: LabClient,
  person: string,
  parameters: Record<string, string> = {},
): Promise<{
  tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;
  config: oidc.Configuration;
}> {
  const config = await configure(lab, client);
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: "openid profile mail:read mail:send treasury:read treasury:transfer",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...parameters,
  });
  const back = await lab.signIn(url.href, person);
  const tokens = await oidc.authorizationCodeGrant(config, new URL(back ?? ""), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  return { tokens, config };
}

/** An agent's identity: a key of its own, and tokens that it signs for each exchange. */
export interface AgentKey {
  readonly jwk: JWK;
  sign(claims: Record<string, unknown>): Promise<string>;
}

export async function agentKey(issuer: string, audience: string): Promise<AgentKey> {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: "ES256" };
  return {
    jwk,
    sign: (claims) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: issuer,
        aud: audience,
        sub: "agent:rover",
        jti: randomUUID(),
        iat: now,
        exp: now + 60,
        ...claims,
      })
        .setProtectedHeader({ alg: "ES256", kid: jwk.kid })
        .sign(privateKey);
    },
  };
}

/** A DPoP key and its proofs, made by hand so that they can be made wrong. */
export async function dpopKey(): Promise<{
  proof(
    method: string,
    url: string,
    token?: string,
    changes?: Record<string, unknown>,
  ): Promise<string>;
}> {
  const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } =
    generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = await exportJWK(publicKey);
  return {
    proof: (method, url, token, changes = {}) =>
      new SignJWT({
        htm: method,
        htu: url,
        jti: randomUUID(),
        iat: Math.floor(Date.now() / 1000),
        ...(token === undefined
          ? {}
          : { ath: createHash("sha256").update(token).digest("base64url") }),
        ...changes,
      })
        .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
        .sign(privateKey),
  };
}
