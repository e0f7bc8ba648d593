// The publisher's key, as a person gives it, and the signature that stands beside a manifest.
import { type Digest, hex } from "../digest.ts";
import { Refusal } from "../errors.ts";

/** What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410 section 4). */
const SPKI = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const KEY_BYTES = 32;
/** RFC 8032 section 5.1.6. */
const SIGNATURE_BYTES = 64;

const wrong = (reason: string): Refusal => new Refusal("update_source_invalid", { reason });

/** Null where it is no Base64 (RFC 4648 section 4, padding may be missing). */
function fromBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}
const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/**
 * Reads an Ed25519 public key: Base64 of its 32 bytes, or PEM (RFC 8410).
 * @returns Base64 of the 32 bytes, with padding: one form for each key
 * @throws Refusal `update_source_invalid`; of a private key nothing is repeated
 */
export function readPublisherKey(text: string): string {
  if (text.includes("PRIVATE KEY")) throw wrong("this is a private key: give the public one");
  const pem = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/.exec(
    text,
  );
  const bytes = fromBase64((pem?.[1] ?? text).replaceAll(/\s/g, ""));
  if (pem === null) {
    if (bytes?.length !== KEY_BYTES) {
      throw wrong("the key must be an Ed25519 public key, in PEM or as Base64 of its 32 bytes");
    }
    return toBase64(bytes);
  }
  const isEd25519 =
    bytes?.length === SPKI.length + KEY_BYTES && SPKI.every((byte, i) => bytes[i] === byte);
  if (!isEd25519) throw wrong("the key in this PEM is no Ed25519 public key");
  return toBase64(bytes.subarray(SPKI.length));
}

/** The 32 bytes of a key that readPublisherKey() returned. */
export const publisherBytes = (key: string): Uint8Array => fromBase64(key) ?? new Uint8Array();

/** What a person compares: SHA-256 over the 32 bytes, in hex. */
export const fingerprintOf = (key: string, digest: Digest): string =>
  hex(digest.sha256(publisherBytes(key)));

/** Raw, or Base64 with line breaks; empty where it is neither, which nothing verifies. */
export function readSignature(bytes: Uint8Array): Uint8Array {
  if (bytes.length === SIGNATURE_BYTES) return bytes;
  if (bytes.length > 256) return new Uint8Array();
  const text = String.fromCharCode(...bytes).replaceAll(/\s/g, "");
  const read = fromBase64(text);
  return read?.length === SIGNATURE_BYTES ? read : new Uint8Array();
}
