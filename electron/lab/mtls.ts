// Who is at the other end of a TLS connection (RFC 8705). Headers never say: only the socket does.
import "reflect-metadata";
import { createHash, type X509Certificate } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import * as x509 from "@peculiar/x509";

export interface Peer {
  readonly certificate: X509Certificate;
  /** SHA-256 over the DER, base64url without padding (RFC 8705 section 3.1). */
  readonly thumbprint: string;
  /** The chain ends at the practice CA and nothing has expired. */
  readonly trusted: boolean;
}

/** Null without TLS, and null without a certificate. */
export function peerOf(request: IncomingMessage): Peer | null {
  const socket = request.socket;
  if (!(socket instanceof TLSSocket)) return null;
  const certificate = socket.getPeerX509Certificate();
  // `authorized` alone lies: on a resumed TLS 1.3 session it is true for a peer that never had a certificate.
  if (!certificate) return null;
  return { certificate, thumbprint: thumbprintOf(certificate), trusted: socket.authorized };
}

/** The `x5t#S256` of a certificate. */
export function thumbprintOf(certificate: X509Certificate): string {
  return createHash("sha256").update(certificate.raw).digest("base64url");
}

/** Compares a registered subject with a certificate (RFC 8705 section 2.1.2). */
export function subjectMatches(
  certificate: X509Certificate,
  property: string,
  expected: string,
): boolean {
  const parsed = new x509.X509Certificate(certificate.raw);
  if (property === "tls_client_auth_subject_dn") return sameName(parsed.subjectName, expected);
  const type = SAN_TYPES[property];
  if (type === undefined) return false;
  // Read from the DER: Node's own text form of the names has been fooled by commas inside them.
  const names = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return names.some((name) => name.type === type && name.value === expected);
}

const SAN_TYPES: Readonly<Record<string, string>> = {
  tls_client_auth_san_uri: "url",
  tls_client_auth_san_dns: "dns",
  tls_client_auth_san_ip: "ip",
  tls_client_auth_san_email: "email",
};

/** Tools print the parts of a name in different orders: what counts is that both have the same parts. */
function sameName(name: x509.Name, expected: string): boolean {
  const parts = (n: x509.Name): string =>
    n
      .toJSON()
      .map((rdn) => JSON.stringify(Object.entries(rdn).sort(([a], [b]) => (a < b ? -1 : 1))))
      .sort()
      .join("\n");
  try {
    return parts(name) === parts(new x509.Name(expected));
  } catch {
    return false;
  }
}
