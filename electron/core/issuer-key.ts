// The key pair of private_key_jwt (RFC 7523): made here, or brought along.
import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from "jose";
import { Refusal } from "./errors.ts";
import type { SigningAlg, SigningAuth } from "./issuers.ts";

/** The private half for the vault, and what is shown. */
export type MadeSigningKey = Pick<SigningAuth, "alg" | "kid" | "publicJwk"> & {
  readonly pem: string;
};

/**
 * Its public half is what gets registered at the issuer (RFC 7517).
 * @param pem PKCS#8; null makes a key
 * @throws Refusal `input_invalid`
 */
export async function signingKey(pem: string | null, alg: SigningAlg): Promise<MadeSigningKey> {
  try {
    if (pem === null) {
      const pair = await generateKeyPair(alg, { extractable: true });
      return shown(await exportPKCS8(pair.privateKey), alg, await exportJWK(pair.publicKey));
    }
    const {
      d: _d,
      p: _p,
      q: _q,
      dp: _dp,
      dq: _dq,
      qi: _qi,
      ...jwk
    } = await exportJWK(await importPKCS8(pem, alg, { extractable: true }));
    return await shown(pem, alg, jwk);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("input_invalid", {
      method: "issuers.add",
      reason: `the key is not a PKCS#8 PEM private key for ${alg}`,
    });
  }
}

async function shown(pem: string, alg: SigningAlg, jwk: object): Promise<MadeSigningKey> {
  const kid = await calculateJwkThumbprint(jwk);
  const publicJwk = Object.fromEntries(
    Object.entries({ ...jwk, kid, alg, use: "sig" }).filter(([, v]) => typeof v === "string"),
  ) as Record<string, string>;
  return { pem, alg, kid, publicJwk };
}
