// A certificate as an issuer takes it for self_signed_tls_client_auth.
import { calculateJwkThumbprint, exportJWK, importX509 } from "jose";
import type { IssuedCertificate } from "../certificates.ts";
import { Refusal } from "../errors.ts";

/** Only the key's kind matters here; jose wants it as an algorithm. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  "EC-P256": "ES256",
  "EC-P384": "ES384",
  "EC-P521": "ES512",
  Ed25519: "EdDSA",
};

/**
 * RFC 8705 section 2.2.2: the certificate itself goes in `x5c` (RFC 7517 section 4.7), beside its public key.
 * @throws Refusal `certificate_invalid` where the key is of a kind that no JWK can hold here
 */
export async function certificateJwk(
  certificate: IssuedCertificate,
): Promise<Readonly<Record<string, unknown>>> {
  const { chain, keyKind, thumbprint } = certificate;
  const [leaf = ""] = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(chain) ?? [];
  const alg = keyKind.startsWith("RSA-") ? "RS256" : ALGORITHMS[keyKind];
  try {
    const jwk = await exportJWK(await importX509(leaf, alg ?? ""));
    return {
      ...jwk,
      kid: await calculateJwkThumbprint(jwk),
      "x5t#S256": thumbprint,
      // Base64, not base64url, and without line breaks (RFC 7517 section 4.7).
      x5c: [leaf.replaceAll(/-----[A-Z ]+-----|\s/g, "")],
    };
  } catch (error) {
    const reason = `a ${keyKind} key cannot be put in a key set`;
    throw new Refusal("certificate_invalid", { reason }, error);
  }
}
