// Which agent is at the other end of a TLS connection: only a certificate that was registered beforehand counts.
import { z } from "zod";
import { Refusal } from "../errors.ts";
import { instant } from "../names.ts";
import { LONGEST_NAME } from "./names.ts";
import { isThumbprint } from "./thumbprint.ts";

/** The certificate of the other end, as the TLS socket itself tells it. No header has a say (negative test 73). */
export interface Peer {
  readonly thumbprint: string;
  /** RFC 4514 text, for people and the journal. */
  readonly subject: string;
  /** The chain ends at an authority that the listener was told of. */
  readonly chainTrusted: boolean;
  /** UTC milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What is kept with an agent about its certificate: nothing of it is secret. */
export const agentCertificateSchema = z.strictObject({
  thumbprint: z.string().refine(isThumbprint, "must be the base64url form of a SHA-256"),
  subject: z.string().max(LONGEST_NAME),
  notAfter: instant,
  /**
   * `pinned`: this certificate and no other, whoever signed it: right for self-signed ones (RFC 8705 section 2.2).
   * `chain`: the same, and its chain must end at an authority that the listener trusts: an agent whose authority
   * was removed is out, even if nobody thought of it.
   */
  trust: z.enum(["pinned", "chain"]),
  addedAt: instant,
});
export type AgentCertificate = z.infer<typeof agentCertificateSchema>;

/**
 * Lets a peer in, or says why not.
 * @param find whose certificate this is; undefined for nobody's
 * @param now UTC milliseconds
 * @throws Refusal `agent_certificate_missing`, `agent_certificate_unknown`, `agent_certificate_untrusted`,
 *   `certificate_expired`
 */
export function admitPeer<T extends { readonly certificate: AgentCertificate }>(
  peer: Peer | null,
  find: (thumbprint: string) => T | undefined,
  now: number,
): T {
  if (peer === null) throw new Refusal("agent_certificate_missing");
  const found = find(peer.thumbprint);
  if (found === undefined || found.certificate.thumbprint !== peer.thumbprint) {
    throw new Refusal("agent_certificate_unknown", { subject: peer.subject.slice(0, 200) });
  }
  if (found.certificate.trust === "chain" && !peer.chainTrusted) {
    throw new Refusal("agent_certificate_untrusted", { subject: peer.subject.slice(0, 200) });
  }
  // TLS does not look at the life of a certificate whose chain it was told not to judge.
  if (now > peer.notAfter || now < peer.notBefore) {
    const date = new Date(now > peer.notAfter ? peer.notAfter : peer.notBefore).toISOString();
    if (now > peer.notAfter) {
      throw new Refusal("certificate_expired", {
        certificate: peer.subject.slice(0, 200),
        date: date.slice(0, 10),
      });
    }
    throw new Refusal("agent_certificate_untrusted", { subject: peer.subject.slice(0, 200) });
  }
  return found;
}
