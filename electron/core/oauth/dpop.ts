// DPoP (RFC 9449): a key per credential, a fresh proof per request. The form of a bound token that survives
// where TLS ends on the way.
import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  SignJWT,
} from "jose";
import type { JWK } from "jose";
import { base64url, type Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { Secret } from "../secret.ts";
import { challengeOf } from "./challenge.ts";
import { wireErrorOf } from "./failures.ts";
import type { FlowResponse } from "./types.ts";

/** What our proofs are signed with; an issuer that lists what it takes must list it (RFC 9449 section 5.1). */
export const ALG = "ES256";
/** Nonces are per origin (RFC 9449 section 8.2); one credential speaks to few. */
const MOST_ORIGINS = 32;

export interface DpopKey {
  /** RFC 7638 SHA-256 thumbprint: what `cnf.jkt` must equal. */
  readonly jkt: string;
  /**
   * The value of the DPoP field for one request (RFC 9449 section 4.2).
   * @param accessToken of a request to a server; null at the token endpoint
   * @param nowMs UTC milliseconds, as the other side counts them
   */
  proof(method: string, url: string, accessToken: Secret | null, nowMs: number): Promise<string>;
  /** Keeps the nonce that an answer carries for the next proof to its origin (RFC 9449 section 8.2). */
  heed(url: string, headers: Readonly<Record<string, string>>): void;
}

/** What a token that is bound to a key is sent with: a proof for each request to the server (RFC 9449 section 7). */
export interface Possession {
  /** The value of the DPoP field for one request. */
  proof(method: string, url: string): Promise<string>;
  /**
   * Keeps the nonce that an answer carries. True where the server did nothing but ask for the same request with that
   * nonce (RFC 9449 section 9): it is to be sent again, once.
   */
  heed(url: string, status: number, headers: Readonly<Record<string, string>>): boolean;
}

/** @param now UTC milliseconds */
export const possessionOf = (key: DpopKey, token: Secret, now: () => number): Possession => ({
  proof: (method, url) => key.proof(method, url, token, now()),
  heed(url, status, headers) {
    key.heed(url, headers);
    return wantsNonce({ status, headers, body: "" });
  },
});

/** A new key as PKCS#8 PEM, for the vault. */
export async function newDpopSecret(): Promise<Secret> {
  const pair = await generateKeyPair(ALG, { extractable: true });
  return new Secret(await exportPKCS8(pair.privateKey));
}

/**
 * The key of a credential, ready to sign.
 * @param pem as newDpopSecret() made it
 * @throws Refusal `vault_entry_broken`
 */
export async function openDpopKey(
  pem: Secret,
  digest: Pick<Digest, "sha256" | "random">,
): Promise<DpopKey> {
  const { key, jwk } = await opened(pem);
  const jkt = await calculateJwkThumbprint(jwk, "sha256");
  const nonces = new Map<string, string>();
  return {
    jkt,
    async proof(method, url, accessToken, nowMs) {
      const target = new URL(url);
      const nonce = nonces.get(target.origin);
      return new SignJWT({
        jti: base64url(digest.random(18)),
        htm: method,
        // Without query and fragment (RFC 9449 section 4.2).
        htu: `${target.origin}${target.pathname}`,
        ...(nonce === undefined ? {} : { nonce }),
        ...(accessToken === null ? {} : { ath: base64url(digest.sha256(accessToken.reveal())) }),
      })
        .setProtectedHeader({ alg: ALG, typ: "dpop+jwt", jwk })
        .setIssuedAt(Math.floor(nowMs / 1000))
        .sign(key);
    },
    heed(url, headers) {
      const nonce = headers["dpop-nonce"];
      // RFC 9449 section 8.1: NQCHAR.
      if (nonce === undefined || !/^[\x21\x23-\x5b\x5d-\x7e]{1,512}$/.test(nonce)) return;
      const { origin } = new URL(url);
      nonces.delete(origin);
      if (nonces.size >= MOST_ORIGINS) nonces.delete([...nonces.keys()][0] ?? "");
      nonces.set(origin, nonce);
    },
  };
}

async function opened(pem: Secret): Promise<{ key: CryptoKey; jwk: JWK }> {
  try {
    const key = await importPKCS8(pem.reveal(), ALG, { extractable: true });
    const { kty, crv, x, y } = await exportJWK(key);
    return { key, jwk: { kty, crv, x, y } as JWK };
  } catch {
    throw new Refusal("vault_entry_broken", { reason: "it is no DPoP key" });
  }
}

/** True when an answer asks for the same request with the nonce that it carries (RFC 9449 sections 8 and 9). */
export function wantsNonce(response: FlowResponse): boolean {
  if (response.headers["dpop-nonce"] === undefined) return false;
  if (response.status === 400) return wireErrorOf(response) === "use_dpop_nonce";
  if (response.status !== 401) return false;
  const challenge = challengeOf(response.headers["www-authenticate"], "dpop");
  return (
    challenge?.params.get("error") === "use_dpop_nonce" ||
    wireErrorOf(response) === "use_dpop_nonce"
  );
}
