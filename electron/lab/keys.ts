// The signing keys of a practice issuer: made at the start, kept in memory, and rotated on request.
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import {
  createLocalJWKSet,
  exportJWK,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  SignJWT,
} from "jose";

export interface SigningKeys {
  /** Newest first, private: for the issuer alone. */
  readonly privateJwks: { keys: JWK[] };
  /** Knows every key that was ever published. */
  readonly verify: JWTVerifyGetKey;
  /** Signs as the issuer does. */
  sign(payload: JWTPayload, typ: string): Promise<string>;
  /** A new key signs from now on; the old ones still verify. */
  rotate(): Promise<void>;
}

/** ES256 keys. */
export async function createKeys(): Promise<SigningKeys> {
  const privateJwks: { keys: JWK[] } = { keys: [] };
  let current: { key: KeyObject; kid: string };
  let verifier: JWTVerifyGetKey;
  const rotate = async (): Promise<void> => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const kid = randomBytes(6).toString("hex");
    current = { key: privateKey, kid };
    privateJwks.keys.unshift({ ...(await exportJWK(privateKey)), kid, alg: "ES256", use: "sig" });
    verifier = createLocalJWKSet({ keys: privateJwks.keys.map(publicPart) });
  };
  await rotate();
  return {
    privateJwks,
    verify: (header, token) => verifier(header, token),
    sign: (payload, typ) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg: "ES256", kid: current.kid, typ })
        .sign(current.key),
    rotate,
  };
}

function publicPart(jwk: JWK): JWK {
  const { d: _private, ...rest } = jwk;
  return rest;
}
