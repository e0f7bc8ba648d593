// Proof of possession by a signed header (RFC 9449), for the token exchange and for the servers without TLS.
import { createHash, randomBytes } from "node:crypto";
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from "jose";

export interface Proof {
  /** SHA-256 thumbprint of the key: what `cnf.jkt` must equal (RFC 9449 section 6.1). */
  readonly jkt: string;
  readonly jti: string;
  readonly iat: number;
  readonly nonce: string | null;
}

/** How far the proof's `iat` may lie from our clock, seconds. */
export const PROOF_WINDOW = 60;

/**
 * Judges one DPoP proof (RFC 9449 section 4.3) but for its being used once: the caller remembers `jti`.
 * @param token the access token that it accompanies; null at the token endpoint.
 * @throws Error with a short reason.
 */
export async function checkProof(
  proof: string,
  method: string,
  url: string,
  token: string | null,
): Promise<Proof> {
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    typ: "dpop+jwt",
    algorithms: ["ES256", "EdDSA", "Ed25519"],
  });
  const { jti, iat } = payload;
  if (typeof jti !== "string" || jti.length === 0 || jti.length > 256)
    throw new Error("the proof has no jti");
  if (typeof iat !== "number" || Math.abs(Date.now() / 1000 - iat) > PROOF_WINDOW) {
    throw new Error("the proof is not from just now");
  }
  if (payload["htm"] !== method) throw new Error("the proof is for another method");
  if (bare(payload["htu"]) !== bare(url)) throw new Error("the proof is for another address");
  if (token !== null && payload["ath"] !== createHash("sha256").update(token).digest("base64url")) {
    throw new Error("the proof is for another token");
  }
  if (!protectedHeader.jwk) throw new Error("the proof has no key");
  const { nonce } = payload;
  return {
    jkt: await calculateJwkThumbprint(protectedHeader.jwk),
    jti,
    iat,
    nonce: typeof nonce === "string" ? nonce : null,
  };
}

/** Without query and fragment (RFC 9449 section 4.3, check 9). */
function bare(url: unknown): string | null {
  try {
    const parsed = new URL(String(url));
    return parsed.origin + parsed.pathname;
  } catch {
    return null;
  }
}

/** Remembers each proof until its time is over. */
export function onlyOnce(): (proof: Proof) => boolean {
  const seen = new Map<string, number>();
  return (proof) => {
    const now = Date.now() / 1000;
    for (const [key, until] of seen) if (until < now) seen.delete(key);
    const key = `${proof.jkt} ${proof.jti}`;
    if (seen.has(key)) return false;
    seen.set(key, proof.iat + 2 * PROOF_WINDOW);
    return true;
  };
}

/** Seconds that a nonce is given out; it is taken for as long again. */
const NONCE_LIFE = 60;

export interface Nonces {
  current(): string;
  good(nonce: string | null): boolean;
}

/** A server's own nonces (RFC 9449 section 9): a proof that was made ahead of time is worth nothing. */
export function createNonces(): Nonces {
  const fresh = (): { value: string; at: number } => ({
    value: randomBytes(16).toString("base64url"),
    at: Date.now() / 1000,
  });
  let now = fresh();
  let before = fresh();
  const turn = (): void => {
    const age = Date.now() / 1000 - now.at;
    if (age < NONCE_LIFE) return;
    before = age < 2 * NONCE_LIFE ? now : fresh();
    now = fresh();
  };
  return {
    current() {
      turn();
      return now.value;
    },
    good(nonce) {
      turn();
      return nonce === now.value || nonce === before.value;
    },
  };
}
