// An Ed25519 key of a publisher.
import { generateKeyPairSync, sign } from "node:crypto";

export interface Signer {
  /** Base64 of 32 bytes. */
  readonly key: string;
  readonly pem: string;
  sign(bytes: Uint8Array): Buffer;
}
export function signer(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return {
    key: raw.toString("base64"),
    pem: publicKey.export({ format: "pem", type: "spki" }).toString(),
    sign: (bytes) => sign(null, bytes, privateKey),
  };
}
