// Encryption with a passphrase as PKCS#12 files and encrypted PKCS#8 keys use it: the modern form (PBES2, RFC 8018
// section 6.2) and the two old ones that Windows, Java and OpenSSL 1 write (RFC 7292 appendix C). The runtime's
// own ciphers are used wherever it has them: OpenSSL 3 no longer has RC2.
import { createDecipheriv, createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { Refusal } from "../../core/errors.ts";
import { damaged, type Der } from "./der.ts";

const derive = promisify(pbkdf2);

/**
 * Rounds of key stretching that a file may ask for. Common writers use 2,048 to 600,000; without a bound, one number
 * in the file would keep the program busy for hours.
 */
export const MOST_ROUNDS = 5_000_000;
/** The old stretching runs on this thread, in slices. */
const MOST_OLD_ROUNDS = 1_000_000;
const SLICE = 4096;

/** The passphrase did not fit: what came out has wrong padding. Not an error of the file. */
export class WrongPassphrase extends Error {}

/** @throws WrongPassphrase; Refusal `certificate_invalid` for a damaged file or an unknown encryption */
export async function decrypt(
  algorithm: Der,
  ciphertext: Buffer,
  passphrase: string | null,
): Promise<Buffer> {
  const oid = algorithm.child(0).oid();
  const parameters = algorithm.child(1);
  if (oid === "1.2.840.113549.1.5.13") return pbes2(parameters, ciphertext, passphrase ?? "");
  const old = OLD[oid];
  if (old === undefined) throw unknown(oid);
  const salt = parameters.child(0).octets();
  const rounds = parameters.child(1).integer();
  const key = await pkcs12Key("sha1", 1, passphrase, salt, rounds, old.keyBytes);
  const iv = await pkcs12Key("sha1", 2, passphrase, salt, rounds, 8);
  if (old.cipher === "rc2") return rc2(key, iv, ciphertext);
  return decipher("des-ede3-cbc", old.keyBytes === 16 ? twoKey(key) : key, iv, ciphertext);
}

const unknown = (oid: string): Refusal =>
  new Refusal("certificate_invalid", { reason: `its encryption (${oid}) is not known here` });
const tooManyRounds = (rounds: number): Refusal =>
  new Refusal("certificate_invalid", { reason: `its passphrase is stretched ${rounds} times` });

const OLD: Readonly<
  Record<string, { readonly cipher: "des3" | "rc2"; readonly keyBytes: number }>
> = {
  "1.2.840.113549.1.12.1.3": { cipher: "des3", keyBytes: 24 },
  "1.2.840.113549.1.12.1.4": { cipher: "des3", keyBytes: 16 },
  "1.2.840.113549.1.12.1.5": { cipher: "rc2", keyBytes: 16 },
  "1.2.840.113549.1.12.1.6": { cipher: "rc2", keyBytes: 5 },
};
const CIPHERS: Readonly<Record<string, readonly [string, number]>> = {
  "2.16.840.1.101.3.4.1.2": ["aes-128-cbc", 16],
  "2.16.840.1.101.3.4.1.22": ["aes-192-cbc", 24],
  "2.16.840.1.101.3.4.1.42": ["aes-256-cbc", 32],
  "1.2.840.113549.3.7": ["des-ede3-cbc", 24],
};
const PRFS: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.8": "sha224",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

async function pbes2(parameters: Der, ciphertext: Buffer, passphrase: string): Promise<Buffer> {
  const scheme = parameters.child(1);
  const oid = scheme.child(0).oid();
  const [cipher, keyBytes] = CIPHERS[oid] ?? [];
  if (cipher === undefined || keyBytes === undefined) throw unknown(oid);
  const key = await pbkdf2Key(parameters.child(0), passphrase, keyBytes);
  return decipher(cipher, key, scheme.child(1).octets(), ciphertext);
}

/**
 * The key that a PBKDF2 AlgorithmIdentifier describes. The passphrase counts as UTF-8 here (RFC 8018 section 3), and
 * as UTF-16 in the old forms: one file can use both.
 */
export async function pbkdf2Key(
  algorithm: Der,
  passphrase: string,
  bytes: number,
): Promise<Buffer> {
  const oid = algorithm.child(0).oid();
  if (oid !== "1.2.840.113549.1.5.12") throw unknown(oid);
  const parameters = algorithm.child(1);
  const rounds = parameters.child(1).integer();
  if (rounds < 1 || rounds > MOST_ROUNDS) throw tooManyRounds(rounds);
  const last = parameters.children().at(-1);
  const prf = last?.isSequence() === true ? PRFS[last.child(0).oid()] : "sha1";
  if (prf === undefined) throw unknown(last?.child(0).oid() ?? "");
  return derive(Buffer.from(passphrase, "utf8"), parameters.child(0).octets(), rounds, bytes, prf);
}

function decipher(cipher: string, key: Buffer, iv: Buffer, ciphertext: Buffer): Buffer {
  let reader;
  try {
    reader = createDecipheriv(cipher, key, iv);
  } catch (error) {
    throw damaged(error);
  }
  try {
    return Buffer.concat([reader.update(ciphertext), reader.final()]);
  } catch {
    throw new WrongPassphrase();
  }
}

const twoKey = (key: Buffer): Buffer => Buffer.concat([key, key.subarray(0, 8)]);

async function rc2(key: Buffer, iv: Buffer, ciphertext: Buffer): Promise<Buffer> {
  const { decryptRc2 } = await import("./rc2.ts");
  const plain = decryptRc2(key, iv, ciphertext);
  if (plain === null) throw new WrongPassphrase();
  return plain;
}

const BLOCK: Readonly<Record<string, number>> = {
  md5: 64,
  sha1: 64,
  sha224: 64,
  sha256: 64,
  sha384: 128,
  sha512: 128,
};

/**
 * Key stretching of PKCS#12 (RFC 7292 appendix B.2). The passphrase counts as UTF-16 with a closing zero (appendix
 * B.1); no passphrase at all is something else than an empty one.
 * @param purpose 1 for a key, 2 for an initial vector, 3 for a MAC key
 */
export async function pkcs12Key(
  hash: string,
  purpose: 1 | 2 | 3,
  passphrase: string | null,
  salt: Buffer,
  rounds: number,
  bytes: number,
): Promise<Buffer> {
  if (rounds < 1 || rounds > MOST_OLD_ROUNDS) throw tooManyRounds(rounds);
  const v = BLOCK[hash] ?? 64;
  const secret =
    passphrase === null ? Buffer.alloc(0) : Buffer.from(`${passphrase}\0`, "utf16le").swap16();
  const input = Buffer.concat([fill(salt, v), fill(secret, v)]);
  const out: Buffer[] = [];
  for (let made = 0; made < bytes;) {
    let a = createHash(hash).update(Buffer.alloc(v, purpose)).update(input).digest();
    for (let round = 1; round < rounds; round++) {
      a = createHash(hash).update(a).digest();
      if (round % SLICE === 0) await breathe();
    }
    out.push(a);
    made += a.length;
    const b = fill(a, v).subarray(0, v);
    for (let at = 0; at < input.length; at += v) addOne(input.subarray(at, at + v), b);
  }
  return Buffer.concat(out).subarray(0, bytes);
}

/** Repeats the bytes up to a multiple of `v`. */
function fill(bytes: Buffer, v: number): Buffer {
  const length = v * Math.ceil(bytes.length / v);
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}

/** block = block + b + 1, as big-endian numbers modulo 2^(8·length). */
function addOne(block: Buffer, b: Buffer): void {
  let carry = 1;
  for (let i = block.length - 1; i >= 0; i--) {
    carry += (block[i] ?? 0) + (b[i] ?? 0);
    block[i] = carry & 0xff;
    carry >>= 8;
  }
}

/** Lets other work of this thread go first. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const HASHES: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.5": "md5",
  "1.3.14.3.2.26": "sha1",
  "2.16.840.1.101.3.4.2.4": "sha224",
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};
const HASH_BYTES: Readonly<Record<string, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};

/**
 * Whether the MAC over the file's content holds (RFC 7292 section 4; RFC 9579 for PBMAC1).
 * @param mac the MacData
 * @throws Refusal `certificate_invalid` for a damaged or unknown one
 */
export async function macHolds(
  mac: Der,
  content: Buffer,
  passphrase: string | null,
): Promise<boolean> {
  const algorithm = mac.child(0).child(0);
  const expected = mac.child(0).child(1).octets();
  const oid = algorithm.child(0).oid();
  let made: Buffer;
  if (oid === "1.2.840.113549.1.5.14") {
    const parameters = algorithm.child(1);
    const hash = PRFS[parameters.child(1).child(0).oid()];
    if (hash === undefined) throw unknown(oid);
    const bytes = parameters.child(0).child(1).child(2).integer();
    if (bytes < 1 || bytes > 128) throw damaged();
    const key = await pbkdf2Key(parameters.child(0), passphrase ?? "", bytes);
    made = createHmac(hash, key).update(content).digest();
  } else {
    const hash = HASHES[oid];
    if (hash === undefined) throw unknown(oid);
    const rounds = mac.children().length > 2 ? mac.child(2).integer() : 1;
    const bytes = HASH_BYTES[hash] ?? 20;
    const key = await pkcs12Key(hash, 3, passphrase, mac.child(1).octets(), rounds, bytes);
    made = createHmac(hash, key).update(content).digest();
  }
  return made.length === expected.length && timingSafeEqual(made, expected);
}
