// Reads a PKCS#12 file (RFC 7292): the keys and certificates in it, byte for byte as they were put in. A parser
// that takes certificates apart and writes them again could change their thumbprint.
import { Refusal } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import { damaged, type Der, looksLikeDer, readDer } from "./der.ts";
import { decrypt, macHolds, WrongPassphrase } from "./pbe.ts";

export interface Pkcs12Content {
  /** PKCS#8 DER. */
  readonly keys: readonly Buffer[];
  /** X.509 DER, in the order of the file. */
  readonly certificates: readonly Buffer[];
}

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const BAGS = "1.2.840.113549.1.12.10.1.";
const X509 = "1.2.840.113549.1.9.22.1";
/** Bags may nest (RFC 7292 section 4.2.6); nobody writes more than one level. */
const DEEPEST_BAGS = 4;

/**
 * @param passphrase null where the person gave none: then both no passphrase and an empty one are tried
 * @throws Refusal `certificate_invalid`: damaged, of an unknown form, or opened with a wrong passphrase
 */
export async function readPkcs12(bytes: Buffer, passphrase: Secret | null): Promise<Pkcs12Content> {
  const pfx = readDer(bytes);
  // Version 3 is the only one that ever was.
  if (!pfx.isSequence() || pfx.child(0).integer() !== 3) throw damaged();
  const content = contentOf(pfx.child(1));
  const mac = pfx.children()[2];

  for (const candidate of candidates(passphrase)) {
    if (mac !== undefined && !(await macHolds(mac, content, candidate))) continue;
    try {
      return await readSafe(content, candidate);
    } catch (error) {
      if (!(error instanceof WrongPassphrase)) throw error;
      // The MAC held, so the passphrase is right and the encrypted part is not what was written.
      if (mac !== undefined) throw damaged(error);
    }
  }
  throw new Refusal("certificate_invalid", {
    reason: passphrase === null ? "it needs a passphrase" : "the passphrase is wrong",
  });
}

/** The same letters can be typed as different characters: macOS composes some of them from two. */
function candidates(passphrase: Secret | null): readonly (string | null)[] {
  if (passphrase === null) return [null, ""];
  const typed = passphrase.reveal();
  const forms = new Set([typed, typed.normalize("NFC"), typed.normalize("NFD")]);
  return typed === "" ? ["", null] : [...forms];
}

async function readSafe(content: Buffer, passphrase: string | null): Promise<Pkcs12Content> {
  const keys: Buffer[] = [];
  const certificates: Buffer[] = [];
  for (const part of readDer(content).children()) {
    const type = part.child(0).oid();
    let safe: Buffer;
    if (type === DATA) safe = contentOf(part);
    else if (type === ENCRYPTED_DATA) {
      const info = part.child(1).child(0).child(1);
      if (info.child(0).oid() !== DATA) throw damaged();
      safe = await decrypt(info.child(1), info.child(2).octets(), passphrase);
      // Wrong padding is noticed in 255 of 256 cases; in the rest, what comes out is no ASN.1.
      if (!looksLikeDer(safe)) throw new WrongPassphrase();
    } else {
      throw new Refusal("certificate_invalid", {
        reason: "it is locked with another certificate instead of a passphrase",
      });
    }
    await readBags(readDer(safe), passphrase, { keys, certificates }, 0);
  }
  return { keys, certificates };
}

async function readBags(
  safe: Der,
  passphrase: string | null,
  found: { keys: Buffer[]; certificates: Buffer[] },
  depth: number,
): Promise<void> {
  if (depth > DEEPEST_BAGS) throw damaged();
  for (const bag of safe.children()) {
    const type = bag.child(0).oid();
    const value = bag.child(1).child(0);
    if (type === `${BAGS}1`) found.keys.push(value.whole());
    else if (type === `${BAGS}2`) {
      const key = await decrypt(value.child(0), value.child(1).octets(), passphrase);
      if (!looksLikeDer(key)) throw new WrongPassphrase();
      found.keys.push(key);
    } else if (type === `${BAGS}3`) {
      if (value.child(0).oid() === X509) {
        found.certificates.push(value.child(1).child(0).octets());
      }
    } else if (type === `${BAGS}6`) await readBags(value, passphrase, found, depth + 1);
    // Revocation lists and other people's secrets are not ours to keep.
  }
}

/** The bytes inside a ContentInfo of type data (RFC 5652 section 4). */
function contentOf(info: Der): Buffer {
  if (info.child(0).oid() !== DATA) {
    throw new Refusal("certificate_invalid", {
      reason: "it is signed with another certificate instead of a passphrase",
    });
  }
  return info.child(1).child(0).octets();
}
