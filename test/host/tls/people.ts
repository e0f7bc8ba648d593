// Certificates for tests: a small authority, clients and servers, all made at test time by the shipped code where it
// can make them, and by the certificate library where it is an authority's work.
import "reflect-metadata";
import { createPublicKey, randomBytes, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { TlsIdentity } from "../../../electron/core/oauth/types.ts";
import { type MadeKey, parseName } from "../../../electron/core/certificates.ts";
import type { Secret } from "../../../electron/core/secret.ts";
import { factsOf, readCertificate } from "../../../electron/host/tls/facts.ts";
import { makeKey, makeSelfSigned } from "../../../electron/host/tls/make.ts";

const crypto = webcrypto as unknown as Crypto;
x509.cryptoProvider.set(crypto);
const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export function identity(id: string, chainPem: string, privateKey: Secret): TlsIdentity {
  const facts = factsOf(readCertificate(chainPem));
  const { thumbprint, subject } = facts;
  return {
    id,
    certificateChainPem: chainPem,
    privateKey,
    thumbprint,
    subject,
    notAfter: Date.parse(facts.notAfter),
  };
}

export async function selfSigned(
  id: string,
  use: "client" | "loopback-server" = "client",
  more: { days?: number; now?: number; kind?: MadeKey } = {},
): Promise<TlsIdentity> {
  const { days = 30, now = Date.now(), kind = "EC-P256" } = more;
  const key = await makeKey(kind);
  const made = await makeSelfSigned(key, { subject: parseName(`CN=${id}`) ?? [], use, days, now });
  return identity(id, made.chainPem, key);
}

export interface Authority {
  readonly caPem: string;
  sign(id: string, use: "client" | "server"): Promise<TlsIdentity>;
}

export async function authority(name: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(EC, true, ["sign", "verify"]);
  const serial = () => `40${randomBytes(8).toString("hex")}`;
  const life = {
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
  };
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}`,
    ...life,
    signingAlgorithm: EC,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    caPem: `${root.toString("pem")}\n`,
    async sign(id, use) {
      const key = await makeKey();
      const spki = createPublicKey(key.reveal()).export({ type: "spki", format: "der" });
      const { clientAuth, serverAuth } = x509.ExtendedKeyUsage;
      const leaf = await x509.X509CertificateGenerator.create({
        serialNumber: serial(),
        subject: `CN=${id}`,
        issuer: root.subject,
        ...life,
        signingAlgorithm: EC,
        publicKey: new x509.PublicKey(new Uint8Array(spki)),
        signingKey: keys.privateKey,
        extensions: [
          new x509.ExtendedKeyUsageExtension([use === "client" ? clientAuth : serverAuth]),
          new x509.SubjectAlternativeNameExtension([
            { type: "ip", value: "127.0.0.1" },
            { type: "dns", value: "localhost" },
          ]),
        ],
      });
      return identity(id, `${leaf.toString("pem")}\n`, key);
    },
  };
}
