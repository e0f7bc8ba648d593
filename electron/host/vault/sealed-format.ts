// The sealed file, byte for byte. Pure apart from the key derivation.
//
//   offset  size
//        0     8  "CSVAULT" and the format's number, 1
//        8     1  log2 of scrypt's N
//        9     1  scrypt's r
//       10     1  scrypt's p
//       11     1  0
//       12    16  salt, made with the passphrase
//       28    12  nonce of the check
//       40    16  the check: AES-256-GCM tag over no plaintext, with bytes 0..39 as additional data
//       56    12  nonce of the body, new for every write
//       68     4  length n of the body, big-endian
//       72     n  the body: AES-256-GCM of the contents, with bytes 0..71 as additional data
//     72+n    16  its tag
//     88+n    32  SHA-256 of all that is before
//
// The last field is no protection against a person, only against disks: it tells damage from a wrong
// passphrase before any key is derived. The check tells them apart for a header that somebody made to fit.
// The contents are JSON, padded with spaces to the next 4 KiB, so that the size says little.
import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from "node:crypto";

const MAGIC = Buffer.from("CSVAULT\u0001", "latin1");
const HEAD = 72;
const CHECKED = 40;
const TAG = 16;
const SUM = 32;
const PADDING = 4_096;
/** More than any set of secrets needs, and little enough to be read at once. */
export const MAX_FILE = 64 * 1024 * 1024;

/** scrypt's cost (RFC 7914 section 2). N = 2^logN; it takes 128 × N × r bytes of memory. */
export interface Cost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}
/** 128 MiB and about half a second on a small machine: OWASP's first choice for scrypt. */
export const DEFAULT_COST: Cost = { logN: 17, r: 8, p: 1 };
/** What a file may ask for: between 16 MiB and 256 MiB, and at most four times over. */
const bearable = ({ logN, r, p }: Cost): boolean =>
  logN >= 14 && logN <= 18 && r === 8 && p >= 1 && p <= 4;

/** What stays the same from one write to the next under one passphrase: bytes 0..55. */
export interface Lock {
  readonly cost: Cost;
  readonly salt: Buffer;
  readonly bytes: Buffer;
}

export type Parsed =
  | { readonly ok: true; readonly lock: Lock; readonly file: Buffer }
  | { readonly ok: false; readonly reason: string };

/** Reads what can be read without the passphrase. */
export function parseSealed(file: Buffer): Parsed {
  const no = (reason: string): Parsed => ({ ok: false, reason });
  if (file.length === 0) return no("it is empty");
  const magic = file.subarray(0, MAGIC.length);
  if (!magic.subarray(0, 7).equals(MAGIC.subarray(0, Math.min(7, magic.length)))) {
    return no("it is not a sealed file of Countersign");
  }
  if (file.length < HEAD + TAG + SUM) return no("it is cut short");
  if (!magic.equals(MAGIC)) return no("it has a format that this version does not know");
  const sum = createHash("sha256").update(file.subarray(0, -SUM)).digest();
  const expected = HEAD + file.readUInt32BE(68) + TAG + SUM;
  if (file.length < expected) return no("it is cut short");
  if (file.length > expected || !sum.equals(file.subarray(-SUM)))
    return no("its checksum is wrong");
  const cost = { logN: file.readUInt8(8), r: file.readUInt8(9), p: file.readUInt8(10) };
  if (!bearable(cost) || file.readUInt8(11) !== 0) return no("its header asks for the impossible");
  const bytes = Buffer.from(file.subarray(0, 56));
  return { ok: true, lock: { cost, salt: bytes.subarray(12, 28), bytes }, file };
}

/** 32 bytes. Runs in libuv's pool. NFKC first: the same passphrase typed on two systems is the same. */
export function deriveKey(passphrase: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const { logN, r, p } = cost;
  const options = { N: 2 ** logN, r, p, maxmem: 128 * 2 ** logN * r + 128 * r * (p + 2) + 2 ** 20 };
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), salt, 32, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** A fresh lock: new salt, and a check that only this passphrase's key satisfies. */
export async function makeLock(
  passphrase: string,
  cost: Cost,
): Promise<{ readonly lock: Lock; readonly key: Buffer }> {
  const head = Buffer.alloc(CHECKED);
  MAGIC.copy(head);
  head.set([cost.logN, cost.r, cost.p, 0], 8);
  randomBytes(28).copy(head, 12);
  const salt = head.subarray(12, 28);
  const key = await deriveKey(passphrase, salt, cost);
  const bytes = Buffer.concat([head, checkTag(key, head)]);
  return { lock: { cost, salt, bytes }, key };
}

function checkTag(key: Buffer, head: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, head.subarray(28, CHECKED));
  cipher.setAAD(head.subarray(0, CHECKED));
  cipher.final();
  return cipher.getAuthTag();
}

/** Whether this is the key that the lock was made with. */
export function fits(key: Buffer, lock: Lock): boolean {
  const decipher = createDecipheriv("aes-256-gcm", key, lock.bytes.subarray(28, CHECKED));
  decipher.setAAD(lock.bytes.subarray(0, CHECKED));
  decipher.setAuthTag(lock.bytes.subarray(CHECKED, CHECKED + TAG));
  return finishes(() => decipher.final());
}

/** Address → secret. A null prototype: an address is whatever it is. */
export type Contents = Record<string, string>;

/** The whole file. The nonce is random: 2^32 writes under one key are safe (NIST SP 800-38D section 8.3). */
export function seal(lock: Lock, key: Buffer, contents: Contents): Buffer {
  const json = Buffer.from(JSON.stringify(contents), "utf8");
  const plain = Buffer.alloc(Math.ceil(json.length / PADDING) * PADDING, " ");
  json.copy(plain);
  const nonce = randomBytes(12);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(plain.length);
  const head = Buffer.concat([lock.bytes, nonce, length]);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(head);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  json.fill(0);
  plain.fill(0);
  const sealed = Buffer.concat([head, body, cipher.getAuthTag()]);
  return Buffer.concat([sealed, createHash("sha256").update(sealed).digest()]);
}

/** `null` if the body was not written with this key, or was changed since. */
export function open(file: Buffer, key: Buffer): Contents | null {
  const end = file.length - SUM - TAG;
  const decipher = createDecipheriv("aes-256-gcm", key, file.subarray(56, 68));
  decipher.setAAD(file.subarray(0, HEAD));
  decipher.setAuthTag(file.subarray(end, end + TAG));
  const plain = decipher.update(file.subarray(HEAD, end));
  if (!finishes(() => decipher.final())) return null;
  const contents: unknown = JSON.parse(plain.toString("utf8"));
  plain.fill(0);
  if (typeof contents !== "object" || contents === null) return null;
  const entries = Object.entries(contents).filter(
    (e): e is [string, string] => typeof e[1] === "string",
  );
  return Object.assign(Object.create(null) as Contents, Object.fromEntries(entries));
}

/** GCM says "changed" by throwing from final(). */
function finishes(final: () => unknown): boolean {
  try {
    final();
    return true;
  } catch {
    return false;
  }
}
