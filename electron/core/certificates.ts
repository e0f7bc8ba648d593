// A certificate with its key: what Countersign presents in a TLS handshake. Its public part is ordinary data that
// lies in the settings; the key is a secret in the vault and is named here by its id only.
import { z } from "zod";
import { LONGEST_NAME } from "./certificates/names.ts";
import { isThumbprint } from "./certificates/thumbprint.ts";
import { expiryOf } from "./certificates/expiry.ts";
import { Refusal } from "./errors.ts";
import { idOf, instant, label, slug } from "./names.ts";
import type { TlsIdentity } from "./oauth/types.ts";
import type { Secret } from "./secret.ts";

export * from "./certificates/expiry.ts";
export * from "./certificates/names.ts";
export * from "./certificates/peer.ts";
export * from "./certificates/thumbprint.ts";

/** The key pairs that are made here. Others come in by import and are kept under their own names. */
export const madeKey = z.enum(["EC-P256", "RSA-3072", "Ed25519"]);
export type MadeKey = z.infer<typeof madeKey>;

/** `EC-P256`, `EC-P384`, `RSA-2048`, `Ed25519`, … */
export const keyKind = z.string().regex(/^(?:EC-[A-Za-z0-9]{1,20}|RSA-\d{3,5}|Ed25519|Ed448)$/);

const pem = (kind: string, max: number) =>
  z
    .string()
    .max(max)
    .regex(
      new RegExp(
        `^(?:-----BEGIN ${kind}-----\\n(?:[A-Za-z0-9+/=]{1,76}\\n)+-----END ${kind}-----\\n)+$`,
      ),
    );

const common = {
  id: idOf("crt"),
  tenant: slug,
  label,
  keyKind,
  /** The PKCS#8 PEM in the vault. */
  key: idOf("sec"),
  keyAddedAt: instant,
  createdAt: instant,
  /** RFC 4514 text; of a request: as asked for. An authority may give another one. */
  subject: z.string().max(LONGEST_NAME),
  /** Subject alternative names of type URI, such as `spiffe://…`. */
  uris: z.array(z.string().max(2048)).max(16),
};

/** A key pair that waits for an authority's signature. */
const pendingSchema = z.strictObject({
  ...common,
  state: z.literal("csr-pending"),
  /** PKCS#10 (RFC 2986), to be handed to the authority. */
  csr: pem("CERTIFICATE REQUEST", 16_384),
  /** The certificate that this one is to replace; null for a first one. */
  replaces: idOf("crt").nullable(),
});

/** A certificate that can be presented (`active`), or that a newer one has replaced. */
const issuedSchema = z.strictObject({
  ...common,
  state: z.enum(["active", "replaced"]),
  issuer: z.string().max(LONGEST_NAME),
  /** Lower-case hexadecimal: runtimes disagree about the case. */
  serial: z.string().regex(/^-?[0-9a-f]{1,64}$/),
  notBefore: instant,
  notAfter: instant,
  thumbprint: z.string().refine(isThumbprint, "must be the base64url form of a SHA-256"),
  /** Its own issuer and signer. */
  selfSigned: z.boolean(),
  /** Leaf first. */
  chain: pem("CERTIFICATE", 131_072),
  /** Of a successor: whose place it takes, or has taken. */
  replaces: idOf("crt").optional(),
});

export const certificateSchema = z.discriminatedUnion("state", [pendingSchema, issuedSchema]);
export type Certificate = z.infer<typeof certificateSchema>;
export type PendingCertificate = z.infer<typeof pendingSchema>;
export type IssuedCertificate = z.infer<typeof issuedSchema>;

/** What a certificate says, read from its bytes by host/tls. Claims of its signer, except for the thumbprint. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  /** UTC instants. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly thumbprint: string;
  readonly keyKind: string;
  readonly selfSigned: boolean;
  readonly uris: readonly string[];
}

/**
 * The record once the authority has signed. The id stays: nothing was ever presented under it.
 * Whether the certificate belongs to the key is host/tls's to check before this is called.
 * @throws Refusal `certificate_invalid` where the key is of another kind, `certificate_expired`
 */
export function issued(
  pending: PendingCertificate,
  facts: CertificateFacts,
  chain: string,
  now: number,
): IssuedCertificate {
  if (facts.keyKind !== pending.keyKind) {
    throw new Refusal("certificate_invalid", {
      reason: `it holds a ${facts.keyKind} key, the request a ${pending.keyKind} key`,
    });
  }
  const { id, tenant, label, keyKind, key, keyAddedAt, createdAt } = pending;
  const kept = { id, tenant, label, keyKind, key, keyAddedAt, createdAt };
  const record: IssuedCertificate = {
    ...kept,
    state: "active",
    ...told(facts),
    chain,
    ...(pending.replaces !== null && { replaces: pending.replaces }),
  };
  refuseExpired(record, now);
  return record;
}

/** What of the facts stands in a record. */
export function told(facts: CertificateFacts) {
  const { subject, issuer, serial, notBefore, notAfter, thumbprint, selfSigned } = facts;
  const uris = [...facts.uris];
  return { subject, issuer, serial, notBefore, notAfter, thumbprint, selfSigned, uris };
}

/**
 * What TLS is made with. One identity has one id for all its life, and a renewed certificate has another: that is
 * what keeps connections of the two apart (negative test 75).
 * @param now UTC milliseconds
 * @throws Refusal `certificate_invalid` while a signature is awaited, `certificate_expired`
 */
export function identityOf(record: Certificate, privateKey: Secret, now: number): TlsIdentity {
  if (record.state === "csr-pending") {
    throw new Refusal("certificate_invalid", { reason: "its authority has not signed it yet" });
  }
  refuseExpired(record, now);
  return {
    id: record.id,
    certificateChainPem: record.chain,
    privateKey,
    thumbprint: record.thumbprint,
    subject: record.subject,
    notAfter: Date.parse(record.notAfter),
  };
}

/** The one that took its place, and so on to the end; itself while nothing did. */
export function successorOf(all: readonly Certificate[], certificate: Certificate): Certificate {
  const next = all.find(
    (one) =>
      certificate.state === "replaced" &&
      one.state !== "csr-pending" &&
      one.replaces === certificate.id &&
      one.tenant === certificate.tenant,
  );
  return next === undefined ? certificate : successorOf(all, next);
}

/** Before it is used in the place of one that works. @throws Refusal `certificate_expired`, `certificate_invalid` */
export function refuseUnfit(record: IssuedCertificate, now: number): void {
  refuseExpired(record, now);
  if (expiryOf(record, now).state !== "not-yet-valid") return;
  const reason = `it is not valid before ${record.notBefore.slice(0, 10)}`;
  throw new Refusal("certificate_invalid", { reason });
}

function refuseExpired(record: IssuedCertificate, now: number): void {
  if (expiryOf(record, now).state !== "expired") return;
  throw new Refusal("certificate_expired", {
    certificate: record.label,
    date: record.notAfter.slice(0, 10),
  });
}
