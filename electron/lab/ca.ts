// The practice certificate authority: one EC P-256 root that signs servers and clients of the lab, nothing else.
import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { LabError } from "./types.ts";

// The DOM's and Node's types of the same interface differ in name only.
const crypto = webcrypto as unknown as Crypto;
x509.cryptoProvider.set(crypto);

const DAY = 86_400_000;
const P256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export type LeafKey = "ec" | "rsa" | "ed25519";
const LEAF_KEYS: Readonly<Record<LeafKey, RsaHashedKeyGenParams | EcKeyGenParams | Algorithm>> = {
  ec: P256,
  rsa: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
  ed25519: { name: "Ed25519" },
};

export interface Identity {
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly privateKeyPem: string;
}

export interface IssueOptions {
  /** Life in days; 90 unless told. Zero or less makes a certificate that has already expired. */
  readonly days?: number;
  /** Subject alternative names of type URI, in addition to those of the request. */
  readonly uris?: readonly string[];
}

export interface Authority {
  /** The root, PEM: what a caller must trust to speak TLS with the lab. */
  readonly certificatePem: string;
  /** Signs a PKCS#10 request whose own signature holds. @throws LabError `certificate-request` */
  issue(csrPem: string, options?: IssueOptions): Promise<string>;
  /** Makes a key and a client certificate. `subject` in RFC 4514 form, `CN=…,O=…`. */
  issueFor(subject: string, options?: IssueOptions & { readonly key?: LeafKey }): Promise<Identity>;
  /** For listeners: 127.0.0.1 and localhost. */
  serverIdentity(): Promise<Identity>;
}

/** @param name common name of the root. */
export async function createAuthority(name = "Larkspur PRACTICE Root"): Promise<Authority> {
  const root = await generate("ec");
  const rootCertificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}, O=PRACTICE ONLY`,
    ...life(3650),
    signingAlgorithm: P256,
    keys: root,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(root.publicKey),
    ],
  });

  const sign = async (
    subject: string,
    publicKey: x509.PublicKey | CryptoKey,
    use: string,
    names: x509.JsonGeneralNames,
    days: number,
  ): Promise<string> => {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: rootCertificate.subject,
      ...life(days),
      signingAlgorithm: P256,
      publicKey,
      signingKey: root.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([use]),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
        await x509.AuthorityKeyIdentifierExtension.create(root.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ],
    });
    return certificate.toString("pem");
  };
  const uris = (options: IssueOptions): x509.JsonGeneralNames =>
    (options.uris ?? []).map((value) => ({ type: "url" as const, value }));

  return {
    certificatePem: rootCertificate.toString("pem"),
    async issue(csrPem, options = {}) {
      const csr = await readRequest(csrPem);
      const found = csr.extensions.find(
        (each) => each instanceof x509.SubjectAlternativeNameExtension,
      );
      const asked = found?.names.toJSON() ?? [];
      return sign(
        csr.subject,
        csr.publicKey,
        x509.ExtendedKeyUsage.clientAuth,
        [...asked, ...uris(options)],
        options.days ?? 90,
      );
    },
    async issueFor(subject, options = {}) {
      const keys = await generate(options.key ?? "ec");
      const certificatePem = await sign(
        subject,
        keys.publicKey,
        x509.ExtendedKeyUsage.clientAuth,
        uris(options),
        options.days ?? 90,
      );
      return { certificatePem, privateKeyPem: await privatePem(keys) };
    },
    async serverIdentity() {
      const keys = await generate("ec");
      const names = [
        { type: "ip" as const, value: "127.0.0.1" },
        { type: "dns" as const, value: "localhost" },
      ];
      const certificatePem = await sign(
        "CN=127.0.0.1, O=PRACTICE ONLY",
        keys.publicKey,
        x509.ExtendedKeyUsage.serverAuth,
        names,
        90,
      );
      return { certificatePem, privateKeyPem: await privatePem(keys) };
    },
  };
}

/** A certificate that nobody but its own key signed (RFC 8705 section 2.2). */
export async function selfSigned(subject: string, key: LeafKey = "ec"): Promise<Identity> {
  const keys = await generate(key);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: subject,
    ...life(90),
    signingAlgorithm: LEAF_KEYS[key],
    keys,
    extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])],
  });
  return { certificatePem: certificate.toString("pem"), privateKeyPem: await privatePem(keys) };
}

async function readRequest(pem: string): Promise<x509.Pkcs10CertificateRequest> {
  try {
    const csr = new x509.Pkcs10CertificateRequest(pem);
    // The request's signature proves that whoever asks holds the private key (RFC 2986 section 3).
    if (await csr.verify()) return csr;
  } catch (error) {
    throw new LabError(
      "certificate-request",
      "this is no certificate request (PKCS#10, PEM)",
      error,
    );
  }
  throw new LabError("certificate-request", "the certificate request is not signed by its own key");
}

async function generate(key: LeafKey): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey(LEAF_KEYS[key], true, [
    "sign",
    "verify",
  ])) as CryptoKeyPair;
}

async function privatePem(keys: CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(
    await crypto.subtle.exportKey("pkcs8", keys.privateKey),
    "PRIVATE KEY",
  );
}

/** Positive and 127 bits long: RFC 5280 section 4.1.2.2 wants both. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

/** Starts five minutes ago: clocks of two machines differ, and so may those of two processes. */
function life(days: number): { notBefore: Date; notAfter: Date } {
  const end = Date.now() + days * DAY;
  const start = Math.min(Date.now() - 300_000, end - DAY);
  return { notBefore: new Date(start), notAfter: new Date(end) };
}
