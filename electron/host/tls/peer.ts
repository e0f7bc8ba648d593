// The certificate at the other end of a request's connection. Only the socket is asked: a header such as
// X-Client-Cert is written by whoever sends it (RFC 8705 section 6.5, negative test 73).
import type { IncomingMessage } from "node:http";
import { TLSSocket } from "node:tls";
import type { Peer } from "../../core/certificates.ts";
import { factsOf } from "./facts.ts";

/**
 * Asked anew for every request. Null without TLS and without a certificate.
 *
 * `socket.authorized` alone would be a trap: on a resumed session it is true for a client that never showed a
 * certificate (nodejs/node#35317). So a certificate must be there, and a resumed session counts as none: what was
 * checked in another handshake is not checked in this one.
 * @throws Refusal `certificate_invalid` for a certificate that cannot be read
 */
export function peerOf(request: IncomingMessage): Peer | null {
  const { socket } = request;
  if (!(socket instanceof TLSSocket) || socket.isSessionReused()) return null;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  const { thumbprint, subject, notBefore, notAfter } = factsOf(certificate);
  return {
    thumbprint,
    subject,
    chainTrusted: socket.authorized,
    notBefore: Date.parse(notBefore),
    notAfter: Date.parse(notAfter),
  };
}
