// How Countersign proves who it is at a token endpoint. One method per request, never two (OAuth 2.1, negative
// test 25), and an assertion that no other issuer can use.
import { importPKCS8, type CryptoKey as JoseKey } from "jose";
import * as oauth from "oauth4webapi";
import { Refusal } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { ClientAuth, OAuthClient, TlsIdentity } from "./types.ts";

/** Algorithms that a key made or imported here may sign with. */
export const ASSERTION_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"] as const;

const keys = new WeakMap<Secret, Map<string, Promise<JoseKey>>>();

/**
 * The signing key of a PKCS#8 PEM, imported once per secret.
 * @throws Refusal `issuer_refused_client` when the PEM is no key for this algorithm
 */
export function signingKey(pem: Secret, alg: string, issuer: string): Promise<JoseKey> {
  const refuse = (): Refusal =>
    new Refusal("issuer_refused_client", {
      issuer,
      error: `the private key is no ${alg} key`,
      retry: "never",
    });
  if (!(ASSERTION_ALGORITHMS as readonly string[]).includes(alg)) return Promise.reject(refuse());
  let known = keys.get(pem);
  if (known === undefined) keys.set(pem, (known = new Map()));
  let pending = known.get(alg);
  if (pending === undefined) {
    // What the import throws may quote the PEM: it is not kept as a cause.
    pending = importPKCS8(pem.reveal(), alg).catch(() => {
      throw refuse();
    });
    known.set(alg, pending);
  }
  return pending;
}

/**
 * The proof for one request.
 * @param nowMs UTC milliseconds, as the issuer counts them
 * @throws Refusal `issuer_refused_client`
 */
export async function clientAuthentication(
  owner: OAuthClient,
  tls: TlsIdentity | null,
  nowMs: number,
): Promise<oauth.ClientAuth> {
  const { auth, issuer } = owner;
  if (auth.method === "private_key_jwt") return assertionFor(issuer, auth, nowMs);
  if (auth.method === "client_secret_basic") return basic(auth.secret);
  if (auth.method === "client_secret_post") return oauth.ClientSecretPost(auth.secret.reveal());
  if (auth.method === "none") return oauth.None();
  if (tls === null) {
    throw new Refusal("issuer_refused_client", {
      issuer,
      error: "there is no certificate to present",
      retry: "never",
    });
  }
  // RFC 8705 section 2: client_id is always sent, so that the issuer can find whom the certificate belongs to.
  return oauth.TlsClientAuth();
}

/** As a form would encode it: letters, digits and `*-._` stay (RFC 6749 appendix B; the URL standard). */
const formEncoded = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);

/**
 * RFC 6749 section 2.3.1. The library's own also encodes `-`, `_` and `.`, which is not wrong; but issuers that do not
 * decode at all are met in the wild, and then refuse every id with a hyphen.
 */
function basic(secret: Secret): oauth.ClientAuth {
  return (_server, owner, _body, headers) => {
    const pair = `${formEncoded(owner.client_id)}:${formEncoded(secret.reveal())}`;
    headers.set("authorization", `Basic ${btoa(pair)}`);
  };
}

async function assertionFor(
  issuer: string,
  auth: Extract<ClientAuth, { method: "private_key_jwt" }>,
  nowMs: number,
): Promise<oauth.ClientAuth> {
  const key = await signingKey(auth.privateKey, auth.alg, issuer);
  return oauth.PrivateKeyJwt(
    { key, kid: auth.kid },
    {
      [oauth.modifyAssertion](header, payload) {
        // The registered name of the algorithm: the library writes Ed25519 (RFC 9864) where issuers have EdDSA on file.
        header["alg"] = auth.alg;
        // draft-ietf-oauth-rfc7523bis section 4: one string, the issuer. A token endpoint or a list would let a
        // hostile issuer use the assertion at an honest one (threat 39).
        payload["aud"] = issuer;
        const now = Math.floor(nowMs / 1000);
        payload["iat"] = now;
        // Without nbf: a clock a second ahead of the issuer's must not make the assertion one of the future.
        delete payload["nbf"];
        payload["exp"] = now + ASSERTION_LIFE_S;
      },
    },
  );
}

/** Seconds. Long enough for a slow line, too short to be worth stealing. */
const ASSERTION_LIFE_S = 60;

/** True when this client's proof carries a time, so that a wrong clock can be the reason of a refusal. */
export const provesByTime = (owner: OAuthClient): boolean =>
  owner.auth.method === "private_key_jwt";
