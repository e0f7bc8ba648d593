/** Port: the few primitives that core needs from the platform. */
export interface Digest {
  /** SHA-256 of bytes or of UTF-8 text. */
  sha256(data: Uint8Array | string): Uint8Array;
  /** Compares without telling by its time where two values differ. False for different lengths. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
  /** Bytes from the platform's CSPRNG. */
  random(n: number): Uint8Array;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** RFC 4648 section 5, without padding. */
export function base64url(bytes: Uint8Array): string {
  let out = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const left = bytes.length - i;
    out += ALPHABET.charAt(a >> 2) + ALPHABET.charAt(((a & 3) << 4) | (b >> 4));
    if (left > 1) out += ALPHABET.charAt(((b & 15) << 2) | (c >> 6));
    if (left > 2) out += ALPHABET.charAt(c & 63);
  }
  return out;
}

/** Lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0");
  return out;
}
