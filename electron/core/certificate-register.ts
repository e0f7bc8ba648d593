// Client certificates: made here, signed by themselves or by an authority, or brought along. The private key goes
// to the vault and is never read out again.
import {
  type Certificate,
  type CertificateFacts,
  type DistinguishedName,
  expiryOf,
  type Expiry,
  formatName,
  issued,
  type IssuedCertificate,
  madeKey,
  type MadeKey,
  parseName,
  refuseUnfit,
  told,
} from "./certificates.ts";
import { takenOver, usersOf } from "./certificates/uses.ts";
import type { Clock } from "./clock.ts";
import type { Digest } from "./digest.ts";
import { Refusal } from "./errors.ts";
import { newId } from "./ids.ts";
import { DEFAULT_TENANT } from "./names.ts";
import type { Store } from "./registry.ts";
import type { Secret } from "./secret.ts";
import type { SecretRef, Vault } from "./vault.ts";

/** Port: host/tls makes and reads certificates. All throw Refusal `certificate_invalid`. */
export interface CertificateTools {
  makeKey(kind: MadeKey): Promise<Secret>;
  makeRequest(key: Secret, naming: Naming): Promise<string>;
  makeSelfSigned(
    key: Secret,
    signing: Naming & {
      readonly use: "client";
      readonly days: number;
      readonly now: number;
    },
  ): Promise<{ readonly chainPem: string; readonly facts: CertificateFacts }>;
  importBundle(data: Uint8Array, passphrase: Secret | null): Promise<ImportedCertificate>;
  importSigned(data: Uint8Array, key: Secret): Promise<ImportedCertificate>;
}
interface Naming {
  readonly subject: DistinguishedName;
  /** Subject alternative names of type URI: what an issuer may know it by (RFC 8705 section 2.1.2). */
  readonly uris: readonly string[];
}
export interface ImportedCertificate {
  readonly chainPem: string;
  readonly privateKey: Secret;
  readonly facts: CertificateFacts;
}

export interface CertificatePorts {
  readonly store: Store;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly tools: CertificateTools;
  /** It can be presented from now on: what failed for want of it is tried again. */
  readonly certificateReady: (certificate: Certificate) => void;
  /** Another one took its place: its connections and tokens end as what is under way with them does (threat 40). */
  readonly retireCertificate: (certificate: Certificate) => void;
  /** It went: connections and tokens that rest on it end. */
  readonly dropCertificate: (certificate: Certificate) => void;
}

export const certificateSecret = ({ tenant, key }: Certificate): SecretRef => ({ tenant, id: key });

/** What every record begins with. */
type Beginning = Pick<Certificate, "id" | "tenant" | "label" | "key" | "keyAddedAt" | "createdAt">;

export type CertificateRegister = ReturnType<typeof createCertificateRegister>;

export function createCertificateRegister(ports: CertificatePorts) {
  const { store, vault, clock, digest, tools } = ports;

  function find(id: string): Certificate {
    const certificate = store.read("certificates").find((c) => c.id === id);
    if (certificate === undefined) throw new Refusal("certificate_unknown", { certificate: id });
    return certificate;
  }

  const write = (record: Certificate): Promise<void> =>
    store.write("certificates", (all) =>
      all.some((c) => c.id === record.id)
        ? all.map((c) => (c.id === record.id ? record : c))
        : [...all, record],
    );

  /** Keeps the key first, then the record; takes the key out again where the record cannot be written. */
  async function keep(
    tenant: string | undefined,
    label: string,
    key: Secret,
    rest: (beginning: Beginning) => Certificate,
    put: (record: Certificate) => Promise<void> = write,
  ): Promise<Certificate> {
    const home = tenant ?? DEFAULT_TENANT;
    if (!store.read("tenants").some((t) => t.id === home))
      throw new Refusal("tenant_unknown", { tenant: home });
    const certificate = rest(common(home, label));
    const ref = certificateSecret(certificate);
    await vault.set(ref, key);
    try {
      await put(certificate);
    } catch (error) {
      await vault.delete(ref).catch(() => false);
      throw error;
    }
    return certificate;
  }

  function common(tenant: string, label: string): Beginning {
    const make = (kind: string): string => newId(kind, clock.now(), (n) => digest.random(n));
    const now = new Date(clock.now()).toISOString();
    return { id: make("crt"), tenant, label, key: make("sec"), keyAddedAt: now, createdAt: now };
  }

  /** The one that may be renewed. @throws Refusal `certificate_unknown`, `certificate_invalid` */
  function renewable(id: string): IssuedCertificate {
    const old = find(id);
    if (old.state === "active") return old;
    const reason = old.state === "replaced" ? "it was replaced already" : "it was never in use";
    throw new Refusal("certificate_invalid", { reason });
  }

  /** One write: everything that worked with the old one works with the new one (negative test 72). */
  async function succeed(old: string, successor: IssuedCertificate): Promise<void> {
    refuseUnfit(successor, clock.now());
    const before = renewable(old);
    await store.writeTogether(["certificates", "servers", "issuers"], (now) =>
      takenOver(now, old, successor),
    );
    ports.certificateReady(successor);
    ports.retireCertificate(before);
  }

  /**
   * Puts a successor in. An authority's is used at once: who trusts the authority trusts it. One that signed itself
   * must be registered first (RFC 8705 section 2.2), and stands by until a person says so, unless nothing waits for it.
   */
  const putSuccessor =
    (old: IssuedCertificate) =>
    async (record: Certificate): Promise<void> => {
      if (record.state !== "active") return write(record);
      const early = expiryOf(record, clock.now()).state === "not-yet-valid";
      const unknown = record.selfSigned && users(old.id).length > 0;
      return early || unknown ? write(record) : succeed(old.id, record);
    };
  const users = (id: string): string[] =>
    usersOf({ servers: store.read("servers"), issuers: store.read("issuers") }, id);

  return {
    list: (tenant?: string): readonly Certificate[] =>
      store.read("certificates").filter((c) => tenant === undefined || c.tenant === tenant),
    find,
    expiry: (certificate: Certificate): Expiry | null =>
      certificate.state === "csr-pending" ? null : expiryOf(certificate, clock.now()),

    async make(input: {
      tenant?: string | undefined;
      label: string;
      commonName: string;
      key: MadeKey;
      signedBy: "itself" | "authority";
      days: number;
    }): Promise<Certificate> {
      const key = await tools.makeKey(input.key);
      const subject: DistinguishedName = [[{ type: "2.5.4.3", value: input.commonName }]];
      const naming = { subject, uris: [] };
      if (input.signedBy === "authority") {
        const csr = await tools.makeRequest(key, naming);
        return keep(input.tenant, input.label, key, (c) => ({
          ...c,
          keyKind: input.key,
          subject: formatName(subject),
          uris: [],
          state: "csr-pending",
          csr,
          replaces: null,
        }));
      }
      const signing = { ...naming, use: "client" as const, days: input.days, now: clock.now() };
      const { chainPem, facts } = await tools.makeSelfSigned(key, signing);
      return keep(input.tenant, input.label, key, (c) => ({
        ...c,
        keyKind: facts.keyKind,
        state: "active",
        ...told(facts),
        chain: chainPem,
      }));
    },

    /**
     * Makes the successor of a certificate: a new key, the same names.
     * @throws Refusal `certificate_*`, `vault_*`, `settings_*`
     */
    async renew(input: {
      id: string;
      key?: MadeKey | undefined;
      signedBy?: "itself" | "authority" | undefined;
      days: number;
    }): Promise<Certificate> {
      const old = renewable(input.id);
      const subject = parseName(old.subject);
      if (subject === null) {
        const reason = "its name cannot be written again; import the new one instead";
        throw new Refusal("certificate_invalid", { reason });
      }
      const kind = input.key ?? madeKey.safeParse(old.keyKind).data ?? "EC-P256";
      const key = await tools.makeKey(kind);
      const naming = { subject, uris: old.uris };
      if ((input.signedBy ?? (old.selfSigned ? "itself" : "authority")) === "authority") {
        const csr = await tools.makeRequest(key, naming);
        return keep(old.tenant, old.label, key, (c) => ({
          ...c,
          keyKind: kind,
          subject: old.subject,
          uris: old.uris,
          state: "csr-pending",
          csr,
          replaces: old.id,
        }));
      }
      const signing = { ...naming, use: "client" as const, days: input.days, now: clock.now() };
      const { chainPem, facts } = await tools.makeSelfSigned(key, signing);
      const record = (c: Beginning): Certificate => ({
        ...c,
        keyKind: facts.keyKind,
        state: "active",
        ...told(facts),
        chain: chainPem,
        replaces: old.id,
      });
      return find((await keep(old.tenant, old.label, key, record, putSuccessor(old))).id);
    },

    /** A successor that stood by is used from now on. @throws Refusal `certificate_*`, `settings_*` */
    async takeOver(id: string): Promise<Certificate> {
      const successor = find(id);
      if (successor.state !== "active" || successor.replaces === undefined) {
        throw new Refusal("certificate_invalid", { reason: "it is nobody's successor" });
      }
      await succeed(successor.replaces, successor);
      return find(id);
    },

    /** What the authority signed for a request of ours. @throws Refusal `certificate_*`, `vault_*` */
    async accept(id: string, chain: string): Promise<Certificate> {
      const pending = find(id);
      if (pending.state !== "csr-pending") {
        throw new Refusal("certificate_invalid", { reason: "it does not wait for a signature" });
      }
      const key = await vault.get(certificateSecret(pending));
      if (key === undefined) {
        throw new Refusal("certificate_key_missing", { certificate: pending.label });
      }
      const { chainPem, facts } = await tools.importSigned(new TextEncoder().encode(chain), key);
      const record = issued(pending, facts, chainPem, clock.now());
      const old = store
        .read("certificates")
        .find((c) => c.id === pending.replaces && c.tenant === pending.tenant);
      if (old?.state === "active") await putSuccessor(old)(record);
      else await write(record);
      ports.certificateReady(record);
      return find(id);
    },

    async import(input: {
      tenant?: string | undefined;
      label: string;
      data: Uint8Array;
      passphrase: Secret | null;
      /** Whose place it takes: everything that works with that one works with this one from now on. */
      replaces?: string | null | undefined;
    }): Promise<Certificate> {
      const old = input.replaces == null ? null : renewable(input.replaces);
      const { chainPem, privateKey, facts } = await tools.importBundle(
        input.data,
        input.passphrase,
      );
      const record = (c: Beginning): Certificate => ({
        ...c,
        keyKind: facts.keyKind,
        state: "active",
        ...told(facts),
        chain: chainPem,
        ...(old !== null && { replaces: old.id }),
      });
      const home = old?.tenant ?? input.tenant;
      const put = old === null ? write : putSuccessor(old);
      return find((await keep(home, input.label, privateKey, record, put)).id);
    },

    async remove(id: string): Promise<void> {
      const certificate = find(id);
      const used = users(id);
      if (used.length > 0) {
        throw new Refusal("still_used", {
          name: certificate.label,
          users: used.join(", "),
          instead:
            "Renew it instead (countersign certificate renew): they go on with the new one. Or give them another one first (countersign server edit).",
        });
      }
      await store.write("certificates", (all) => all.filter((c) => c.id !== id));
      ports.dropCertificate(certificate);
      await vault.delete(certificateSecret(certificate)).catch(() => false);
    },
  };
}
