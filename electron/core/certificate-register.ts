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
  type MadeKey,
  told,
} from "./certificates.ts";
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
  makeRequest(key: Secret, naming: { readonly subject: DistinguishedName }): Promise<string>;
  makeSelfSigned(
    key: Secret,
    signing: {
      readonly subject: DistinguishedName;
      readonly use: "client";
      readonly days: number;
      readonly now: number;
    },
  ): Promise<{ readonly chainPem: string; readonly facts: CertificateFacts }>;
  importBundle(data: Uint8Array, passphrase: Secret | null): Promise<ImportedCertificate>;
  importSigned(data: Uint8Array, key: Secret): Promise<ImportedCertificate>;
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
  /** It changed or went: connections and tokens that rest on it end. */
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

  /** Keeps the key first, then the record; takes the key out again where the record cannot be written. */
  async function keep(
    tenant: string | undefined,
    label: string,
    key: Secret,
    rest: (beginning: Beginning) => Certificate,
  ): Promise<Certificate> {
    const home = tenant ?? DEFAULT_TENANT;
    if (!store.read("tenants").some((t) => t.id === home))
      throw new Refusal("tenant_unknown", { tenant: home });
    const certificate = rest(common(home, label));
    const ref = certificateSecret(certificate);
    await vault.set(ref, key);
    try {
      await store.write("certificates", (all) => [...all, certificate]);
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
      if (input.signedBy === "authority") {
        const csr = await tools.makeRequest(key, { subject });
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
      const { chainPem, facts } = await tools.makeSelfSigned(key, {
        subject,
        use: "client",
        days: input.days,
        now: clock.now(),
      });
      return keep(input.tenant, input.label, key, (c) => ({
        ...c,
        keyKind: facts.keyKind,
        state: "active",
        ...told(facts),
        chain: chainPem,
      }));
    },

    /** What the authority signed for a request of ours. @throws Refusal `certificate_*`, `vault_*` */
    async accept(id: string, chain: string): Promise<Certificate> {
      const pending = find(id);
      if (pending.state !== "csr-pending") {
        throw new Refusal("certificate_invalid", { reason: "it does not wait for a signature" });
      }
      const key = await vault.get(certificateSecret(pending));
      if (key === undefined) throw new Refusal("vault_secret_missing", { server: pending.label });
      const { chainPem, facts } = await tools.importSigned(new TextEncoder().encode(chain), key);
      const record = issued(pending, facts, chainPem, clock.now());
      await store.write("certificates", (all) => all.map((c) => (c.id === id ? record : c)));
      ports.dropCertificate(record);
      return record;
    },

    async import(input: {
      tenant?: string | undefined;
      label: string;
      data: Uint8Array;
      passphrase: Secret | null;
    }): Promise<Certificate> {
      const { chainPem, privateKey, facts } = await tools.importBundle(
        input.data,
        input.passphrase,
      );
      return keep(input.tenant, input.label, privateKey, (c) => ({
        ...c,
        keyKind: facts.keyKind,
        state: "active",
        ...told(facts),
        chain: chainPem,
      }));
    },

    async remove(id: string): Promise<void> {
      const certificate = find(id);
      const users = [
        ...store
          .read("servers")
          .filter(
            (s) => s.kind === "http" && "certificate" in s.pattern && s.pattern.certificate === id,
          ),
        ...store
          .read("issuers")
          .filter((i) => "certificate" in i.auth && i.auth.certificate === id),
      ];
      if (users.length > 0) {
        throw new Refusal("input_invalid", {
          method: "certificates.remove",
          reason: `it is used by ${users.map((u) => u.name).join(", ")}`,
        });
      }
      await store.write("certificates", (all) => all.filter((c) => c.id !== id));
      ports.dropCertificate(certificate);
      await vault.delete(certificateSecret(certificate)).catch(() => false);
    },
  };
}
