// Ed25519 (RFC 8032) by the runtime.
import { createPublicKey, verify } from "node:crypto";

/** What stands before the 32 bytes of a key (RFC 8410 section 4). */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** False for a key or a signature that is none. */
export async function verifyEd25519(
  key: Uint8Array,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  if (key.length !== 32 || signature.length !== 64) return false;
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI, key]),
    format: "der",
    type: "spki",
  });
  return verify(null, bytes, publicKey, signature);
}
