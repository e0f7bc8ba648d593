// Takes in a certificate with its key from a file: PEM in any order, or PKCS#12. The key leaves only as a Secret.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { CertificateFacts } from "../../core/certificates.ts";
import { Refusal } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";
import { damaged, looksLikeDer, readDer } from "./der.ts";
import { factsOf, thumbprintOf } from "./facts.ts";
import { toSecret } from "./make.ts";
import { pemBlocks, type PemBlock, toPem } from "./pem.ts";

/** Bytes. A chain with a large key is below 20 KiB. */
export const LARGEST_FILE = 262_144;
const MOST_CERTIFICATES = 16;
const MOST_KEYS = 8;
/** Smaller RSA keys can be taken apart. */
const LEAST_RSA_BITS = 2048;

export interface Imported {
  /** PEM, leaf first, then each one's signer as far as the file holds them; without the self-signed root. */
  readonly chainPem: string;
  /** PKCS#8 PEM. */
  readonly privateKey: Secret;
  /** Of the leaf. */
  readonly facts: CertificateFacts;
}

/**
 * Reads a certificate with its key.
 * @param data the file as it is: PEM text, or a PKCS#12 file
 * @param passphrase null where the person gave none
 * @throws Refusal `certificate_invalid`; its reason tells a wrong passphrase from a damaged file
 */
export async function importBundle(data: Uint8Array, passphrase: Secret | null): Promise<Imported> {
  const { keys, certificates } = await readAll(data, passphrase);
  if (keys.length === 0) throw invalid("there is no private key in the file");
  return assemble(keys, certificates);
}

/**
 * Reads the certificate that an authority made for a key of ours: PEM with or without its chain, or one in DER.
 * @throws Refusal `certificate_invalid`, also where the certificate belongs to another key
 */
export async function importSigned(data: Uint8Array, privateKey: Secret): Promise<Imported> {
  const { certificates } = await readAll(data, null, "certificates");
  return assemble([createPrivateKey(privateKey.reveal())], certificates);
}

/**
 * Reads certificates of authorities that a person chose to trust.
 * @returns PEM in one form, and what each certificate says, in the same order
 * @throws Refusal `certificate_invalid`
 */
export async function importAuthorities(
  data: Uint8Array,
): Promise<{ readonly caPem: string; readonly facts: readonly CertificateFacts[] }> {
  const { certificates } = await readAll(data, null, "certificates");
  if (certificates.length === 0) throw invalid("there is no certificate in the file");
  return { caPem: certificates.map(pemOf).join(""), facts: certificates.map(factsOf) };
}

const invalid = (reason: string, cause?: unknown): Refusal =>
  new Refusal("certificate_invalid", { reason }, cause);
const pemOf = (certificate: X509Certificate): string => toPem("CERTIFICATE", certificate.raw);

interface Found {
  readonly keys: readonly KeyObject[];
  /** No two alike. */
  readonly certificates: readonly X509Certificate[];
}

async function readAll(
  data: Uint8Array,
  passphrase: Secret | null,
  wanted: "all" | "certificates" = "all",
): Promise<Found> {
  if (data.length > LARGEST_FILE) throw invalid(`the file is larger than ${LARGEST_FILE} bytes`);
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const text = bytes.toString("latin1");
  let keys: KeyObject[] = [];
  let ders: (Buffer | string)[];
  if (text.includes("-----BEGIN ")) {
    const blocks = pemBlocks(text);
    if (blocks.length === 0) throw damaged();
    const keyBlocks = wanted === "all" ? blocks.filter((b) => / ?PRIVATE KEY$/.test(b.label)) : [];
    if (keyBlocks.length > MOST_KEYS) throw invalid("there are too many keys in the file");
    for (const block of keyBlocks) keys.push(await readKeyBlock(block, passphrase));
    ders = blocks.filter((b) => /^(?:X509 )?CERTIFICATE$/.test(b.label)).map((b) => b.text);
  } else {
    const form = readDer(bytes);
    if (form.children()[0]?.tag !== 0x02) ders = [bytes];
    else {
      // Loaded for such a file only.
      const { readPkcs12 } = await import("./pkcs12.ts");
      const content = await readPkcs12(bytes, passphrase);
      if (content.keys.length > MOST_KEYS) throw invalid("there are too many keys in the file");
      keys = content.keys.map(readPkcs8);
      ders = [...content.certificates];
    }
  }
  if (ders.length > MOST_CERTIFICATES) throw invalid("there are too many certificates in the file");
  const certificates = new Map<string, X509Certificate>();
  for (const der of ders) {
    const certificate = readOne(der);
    certificates.set(thumbprintOf(certificate), certificate);
  }
  return { keys, certificates: [...certificates.values()] };
}

function readOne(data: Buffer | string): X509Certificate {
  try {
    return new X509Certificate(data);
  } catch (error) {
    throw damaged(error);
  }
}

function readPkcs8(der: Buffer): KeyObject {
  try {
    return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  } catch (error) {
    throw invalid("its key is of a kind that is not known here, or damaged", error);
  }
}

async function readKeyBlock(block: PemBlock, passphrase: Secret | null): Promise<KeyObject> {
  const traditional = /^Proc-Type: 4,ENCRYPTED/m.test(block.text);
  if (block.label !== "ENCRYPTED PRIVATE KEY" && !traditional) {
    try {
      return createPrivateKey(block.text);
    } catch (error) {
      throw invalid("its key is of a kind that is not known here, or damaged", error);
    }
  }
  if (passphrase === null) throw invalid("it needs a passphrase");
  if (traditional) {
    try {
      return createPrivateKey({ key: block.text, passphrase: passphrase.reveal() });
    } catch (error) {
      throw invalid("the passphrase is wrong, or the key is damaged", error);
    }
  }
  const { decrypt, WrongPassphrase } = await import("./pbe.ts");
  const info = readDer(Buffer.from(block.text.replaceAll(/-----[^-]+-----|\s/g, ""), "base64"));
  try {
    const der = await decrypt(info.child(0), info.child(1).octets(), passphrase.reveal());
    // Wrong padding is noticed in 255 of 256 cases; in the rest, what comes out is no ASN.1.
    if (!looksLikeDer(der)) throw new WrongPassphrase();
    return readPkcs8(der);
  } catch (error) {
    throw error instanceof WrongPassphrase ? invalid("the passphrase is wrong", error) : error;
  }
}

/** Finds the one certificate that a key belongs to, and puts its signers behind it. */
function assemble(keys: readonly KeyObject[], certificates: readonly X509Certificate[]): Imported {
  if (certificates.length === 0) throw invalid("there is no certificate in the file");
  const pairs = certificates.flatMap((leaf) => {
    const key = keys.find((k) => belongs(leaf, k));
    return key === undefined ? [] : [{ leaf, key }];
  });
  const [pair] = pairs;
  if (pair === undefined) throw invalid("the key belongs to another certificate");
  if (pairs.length > 1) throw invalid("it holds more than one certificate with a key");
  const { leaf, key } = pair;
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < LEAST_RSA_BITS) {
    throw invalid(`its RSA key has ${bits} bits; at least ${LEAST_RSA_BITS} are needed`);
  }
  const facts = factsOf(leaf);
  const chain = [leaf];
  for (let last: X509Certificate | undefined = leaf; last !== undefined;) {
    const below: X509Certificate = last;
    last = certificates.find((c) => !chain.includes(c) && signed(c, below) && !signed(c, c));
    if (last !== undefined) chain.push(last);
  }
  return { chainPem: chain.map(pemOf).join(""), privateKey: toSecret(key), facts };
}

function belongs(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

/** Whether `upper` signed `lower`: by name and by signature. */
function signed(upper: X509Certificate, lower: X509Certificate): boolean {
  try {
    return lower.checkIssued(upper) && lower.verify(upper.publicKey);
  } catch {
    return false;
  }
}
