// Makes key pairs, requests for an authority (PKCS#10, RFC 2986) and self-signed certificates (RFC 8705 section
// 2.2). A private key leaves here only as a Secret.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { promisify } from "node:util";
import type { CertificateFacts, DistinguishedName, MadeKey } from "../../core/certificates.ts";
import { Refusal } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import { factsOf, keyKindOf, readCertificate } from "./facts.ts";
import { normalPem } from "./pem.ts";

const generate = promisify(generateKeyPair);
const DAY = 86_400_000;
/** Clocks of two machines differ: a certificate that is valid from this second on is not yet valid elsewhere. */
const BEFORE = 300_000;

/** PKCS#8 PEM of a new key. EC P-256 unless there is a reason for another one. */
export async function makeKey(kind: MadeKey = "EC-P256"): Promise<Secret> {
  const { privateKey } =
    kind === "EC-P256"
      ? await generate("ec", { namedCurve: "prime256v1" })
      : kind === "RSA-3072"
        ? await generate("rsa", { modulusLength: 3072, publicExponent: 65_537 })
        : await generate("ed25519");
  return toSecret(privateKey);
}

/** The one form in which keys are kept. */
export function toSecret(key: KeyObject): Secret {
  return new Secret(key.export({ type: "pkcs8", format: "pem" }).toString());
}

export interface Naming {
  /** As core reads it from text: most specific part first. */
  readonly subject: DistinguishedName;
  /** Subject alternative names of type URI. */
  readonly uris?: readonly string[];
}

/**
 * A request for a certificate, signed by the key itself.
 * @returns PKCS#10 PEM
 * @throws Refusal `certificate_invalid` for a name that no certificate can hold
 */
export async function makeRequest(privateKey: Secret, naming: Naming): Promise<string> {
  const { x509 } = await import("./x509-library.ts");
  const { keys, signingAlgorithm } = await forLibrary(privateKey);
  return named(async () => {
    const request = await x509.Pkcs10CertificateRequestGenerator.create({
      name: nameOf(naming.subject),
      keys,
      signingAlgorithm,
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
        ...(await alternativeNames(naming, [])),
      ],
    });
    return normalPem(request.toString("pem"));
  });
}

export interface SelfSigning extends Naming {
  /** `client`: to be presented. `loopback-server`: for a listener on 127.0.0.1, ::1 and localhost. */
  readonly use: "client" | "loopback-server";
  /** Days from now. */
  readonly days: number;
  /** UTC milliseconds. */
  readonly now: number;
}
export interface Made {
  /** PEM, one certificate. */
  readonly chainPem: string;
  readonly facts: CertificateFacts;
}

/** @throws Refusal `certificate_invalid` for a name that no certificate can hold */
export async function makeSelfSigned(privateKey: Secret, signing: SelfSigning): Promise<Made> {
  const { x509 } = await import("./x509-library.ts");
  const { keys, signingAlgorithm } = await forLibrary(privateKey);
  const { clientAuth, serverAuth } = x509.ExtendedKeyUsage;
  const server = signing.use === "loopback-server";
  const chainPem = await named(async () => {
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: nameOf(signing.subject),
      notBefore: new Date(signing.now - BEFORE),
      notAfter: new Date(signing.now + signing.days * DAY),
      keys,
      signingAlgorithm,
      extensions: [
        // Not an authority: whoever trusts this certificate trusts this key alone, and not what it could sign. Key
        // usages are not listed, because BoringSSL takes no certificate for an anchor whose list lacks keyCertSign:
        // agents that run on Electron could not trust the listener's.
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.ExtendedKeyUsageExtension([server ? serverAuth : clientAuth]),
        ...(await alternativeNames(signing, server ? LOOPBACK : [])),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return normalPem(certificate.toString("pem"));
  });
  return { chainPem, facts: factsOf(readCertificate(chainPem)) };
}

const LOOPBACK = [
  { type: "ip" as const, value: "127.0.0.1" },
  { type: "ip" as const, value: "::1" },
  { type: "dns" as const, value: "localhost" },
];

async function alternativeNames(naming: Naming, more: typeof LOOPBACK) {
  const { x509 } = await import("./x509-library.ts");
  const uris = (naming.uris ?? []).map((value) => ({ type: "url" as const, value }));
  // IA5String holds ASCII (RFC 5280 section 4.2.1.6), and a URI without a scheme is no URI.
  if (uris.some(({ value }) => !/^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]{1,2000}$/.test(value))) {
    throw new Refusal("certificate_invalid", {
      reason: "a URI name must be an absolute ASCII URI",
    });
  }
  const names = [...more, ...uris];
  return names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)];
}

/** The bytes hold the name the other way round than its text (RFC 4514 section 2.1). */
function nameOf(subject: DistinguishedName): Record<string, string[]>[] {
  return [...subject].reverse().map((rdn) => {
    const part: Record<string, Record<string, string>[]> = {};
    for (const { type, value } of rdn) (part[type] ??= []).push({ [stringType(type)]: value });
    // The library takes both forms; its type for requests names only the one.
    return part as unknown as Record<string, string[]>;
  });
}

/** RFC 5280 appendix A.1: country and serial number are PrintableString; DC and mail addresses are IA5String. */
function stringType(oid: string): "printableString" | "ia5String" | "utf8String" {
  if (oid === "2.5.4.6" || oid === "2.5.4.5") return "printableString";
  if (oid === "0.9.2342.19200300.100.1.25" || oid === "1.2.840.113549.1.9.1") return "ia5String";
  return "utf8String";
}

/** Positive and 127 bits long: RFC 5280 section 4.1.2.2 wants at most 20 octets, the CA/B Forum at least 64 random bits. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

/** The key as the library wants it, with the algorithm that its kind signs with. */
async function forLibrary(
  privateKey: Secret,
): Promise<{ keys: CryptoKeyPair; signingAlgorithm: EcdsaParams }> {
  const { subtle } = await import("./x509-library.ts");
  const key = createPrivateKey(privateKey.reveal());
  const algorithm = SIGNING[keyKindOf(key).replace(/^RSA-\d+$/, "RSA")];
  if (algorithm === undefined) {
    throw new Refusal("certificate_invalid", { reason: "only keys that were made here can sign" });
  }
  const pkcs8 = new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
  const spki = new Uint8Array(createPublicKey(key).export({ type: "spki", format: "der" }));
  const keys = {
    privateKey: await subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]),
    publicKey: await subtle.importKey("spki", spki, algorithm, true, ["verify"]),
  };
  return { keys, signingAlgorithm: algorithm as EcdsaParams };
}

const SIGNING: Readonly<Record<string, Algorithm & Partial<EcdsaParams & EcKeyImportParams>>> = {
  "EC-P256": { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
  RSA: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  Ed25519: { name: "Ed25519" },
};

/** What the library throws here is about the name: the key was read before. */
async function named<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      "certificate_invalid",
      { reason: "no certificate can hold this name" },
      error,
    );
  }
}
