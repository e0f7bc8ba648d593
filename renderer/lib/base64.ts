// Bytes as base64 (RFC 4648 section 4), in pieces: one call with a whole file would be too many arguments.
const PIECE = 0x6000;

export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) {
    // A multiple of three: no padding but at the end.
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE))));
  }
  return parts.join("");
}
