// What a certificate says, read by the runtime's own parser: the same one that TLS uses.
import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import type { CertificateFacts } from "../../core/certificates.ts";
import { Refusal } from "../../core/errors.ts";

/** The `x5t#S256` of a certificate: over its DER, never over the PEM text (negative test 66). */
export function thumbprintOf(certificate: X509Certificate): string {
  return createHash("sha256").update(certificate.raw).digest("base64url");
}

/**
 * Reads one certificate, PEM (the first one) or DER.
 * @throws Refusal `certificate_invalid`
 */
export function readCertificate(data: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(data);
  } catch (error) {
    throw new Refusal("certificate_invalid", { reason: "it cannot be read" }, error);
  }
}

/** @throws Refusal `certificate_invalid` where a part of it cannot be read */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    subject: rfc4514(certificate.subject),
    issuer: rfc4514(certificate.issuer),
    // OpenSSL prints capitals, BoringSSL does not.
    serial: certificate.serialNumber.toLowerCase(),
    notBefore: instant(certificate.validFrom),
    notAfter: instant(certificate.validTo),
    thumbprint: thumbprintOf(certificate),
    keyKind: keyKindOf(certificate.publicKey),
    selfSigned: isSelfSigned(certificate),
    uris: urisOf(certificate.subjectAltName),
  };
}

/**
 * Node prints one part a line in the order of the bytes, each already escaped as RFC 4514 section 2.4 wants it (line
 * breaks inside a value, too), and a part of several attributes with ` + ` between them.
 */
function rfc4514(lines: string | undefined): string {
  if (lines === undefined || lines === "") return "";
  return lines
    .split("\n")
    .reverse()
    .map((line) => line.replaceAll(/(?<!\\) \+ /g, "+"))
    .join(",");
}

/** `Nov  1 12:00:00 2026 GMT` as an ISO instant. */
function instant(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) {
    throw new Refusal("certificate_invalid", { reason: "its dates cannot be read" });
  }
  return new Date(at).toISOString();
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: "P256",
  secp384r1: "P384",
  secp521r1: "P521",
};

/** `EC-P256`, `RSA-2048`, `Ed25519`. @throws Refusal `certificate_invalid` for kinds that TLS is not made with */
export function keyKindOf(key: KeyObject): string {
  const kind = key.asymmetricKeyType;
  const details = key.asymmetricKeyDetails;
  if (kind === "ec") {
    const curve = details?.namedCurve ?? "unknown";
    return `EC-${CURVES[curve] ?? curve.replaceAll(/[^A-Za-z0-9]/g, "").slice(0, 20)}`;
  }
  if (kind === "rsa" || kind === "rsa-pss") return `RSA-${details?.modulusLength ?? 0}`;
  if (kind === "ed25519") return "Ed25519";
  if (kind === "ed448") return "Ed448";
  throw new Refusal("certificate_invalid", {
    reason: `keys of the kind ${kind ?? "unknown"} are not used in TLS`,
  });
}

/** Names alone prove nothing: the signature must be its own. */
function isSelfSigned(certificate: X509Certificate): boolean {
  try {
    return certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey);
  } catch {
    return false;
  }
}

/**
 * The URIs among the alternative names. Node quotes a name that holds a comma or a quote as a JSON string
 * (CVE-2021-44532), so that one name cannot pass for two.
 */
function urisOf(names: string | undefined): string[] {
  if (names === undefined) return [];
  const found: string[] = [];
  for (const match of names.matchAll(/(?:^|, )(URI|[A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)) {
    if (match[1] !== "URI") continue;
    const text = match[2] ?? "";
    if (!text.startsWith('"')) found.push(text);
    else {
      try {
        found.push(JSON.parse(text) as string);
      } catch {
        throw new Refusal("certificate_invalid", { reason: "its names cannot be read" });
      }
    }
  }
  return found;
}
