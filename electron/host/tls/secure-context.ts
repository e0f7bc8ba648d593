// What a TLS client shows and trusts, prepared once for all connections of one pool.
import { createHash } from "node:crypto";
import tls from "node:tls";
import type { TlsIdentity } from "../../core/oauth/types.ts";

/**
 * @param identity the certificate to present; null for none
 * @param caPem authorities that a person trusts for this very address, besides the runtime's own; null for none
 * @throws what the runtime throws for keys and certificates that it cannot use
 */
export function clientContext(
  identity: TlsIdentity | null,
  caPem: string | null,
): tls.SecureContext {
  return tls.createSecureContext({
    minVersion: "TLSv1.2",
    ...(caPem === null ? {} : { ca: [...tls.rootCertificates, caPem] }),
    ...(identity === null
      ? {}
      : { cert: identity.certificateChainPem, key: identity.privateKey.reveal() }),
  });
}

/**
 * The name of a pool of connections: two requests share one only where identity and trust are the same. An id stands
 * for one certificate for ever; the thumbprint says so even if somebody forgets.
 */
export function poolName(identity: TlsIdentity | null, caPem: string | null): string {
  const who = identity === null ? "nobody" : `${identity.id}/${identity.thumbprint}`;
  const trust = caPem === null ? "runtime" : createHash("sha256").update(caPem).digest("base64url");
  return `${who} ${trust}`;
}
