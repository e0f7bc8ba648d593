// RC2 (RFC 2268), which OpenSSL 3 no longer has by default: Windows and Java wrote certificates with it for
// twenty years, and people still have those files. Loaded for such an import only.
import rc2 from "node-forge/lib/rc2.js";
import util from "node-forge/lib/util.js";

/**
 * Decrypts in CBC mode.
 * @param key its length is the effective length, too
 * @returns null where the padding is wrong
 */
export function decryptRc2(key: Buffer, iv: Buffer, ciphertext: Buffer): Buffer | null {
  const cipher = rc2.createDecryptionCipher(key.toString("latin1"), key.length * 8);
  cipher.start(iv.toString("latin1"));
  cipher.update(util.createBuffer(ciphertext.toString("latin1")));
  return cipher.finish() ? Buffer.from(cipher.output.getBytes(), "latin1") : null;
}
