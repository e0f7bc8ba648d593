// Who Countersign is at an issuer, what the issuer says of itself, and the certificate for the handshake.
import {
  type Certificate,
  identityOf as certificateIdentity,
  successorOf,
} from "./certificates.ts";
import type { Clock } from "./clock.ts";
import type { Credentials } from "./credentials.ts";
import type { Digest } from "./digest.ts";
import { Refusal } from "./errors.ts";
import type { Flows } from "./flows.ts";
import type { Issuer } from "./issuers.ts";
import { discoverIssuer } from "./oauth/discovery.ts";
import { type DpopKey, openDpopKey } from "./oauth/dpop.ts";
import type { FlowContext } from "./oauth/flow.ts";
import type { CheckedIssuer } from "./oauth/issuer.ts";
import type { ClientAuth, FlowNet, OAuthClient, TlsIdentity } from "./oauth/types.ts";
import type { SecretRef } from "./vault.ts";

export interface PartyPorts {
  readonly clock: Clock;
  readonly digest: Pick<Digest, "sha256" | "random">;
  readonly net: FlowNet;
  readonly flows: Flows;
  readonly issuers: () => readonly Issuer[];
  readonly certificates: () => readonly Certificate[];
  /** A secret of this tenant, kept in memory while it is used. @throws Refusal `vault_*` */
  readonly secret: Credentials["secret"];
  /** Where a registration's own proof key lies; made where there is none. @throws Refusal `vault_*`, `settings_*` */
  readonly proofSecret: (issuerId: string) => Promise<SecretRef>;
}

/** The key that tokens of one registration are bound to. */
export interface ProofKey extends DpopKey {
  /** `sec_…`: another key has another id. */
  readonly id: string;
}

export interface Party {
  readonly issuer: CheckedIssuer;
  readonly owner: OAuthClient;
  readonly tls: TlsIdentity | null;
  /** Proves possession at the token endpoint; null for none. */
  readonly dpop: ProofKey | null;
}

/** A flow that is being recorded. */
export interface Run {
  readonly ctx: FlowContext;
  readonly flow: string;
  end(ok: boolean | "remark"): void;
}

export interface Parties {
  /**
   * Who we are at an issuer, and what it says of itself.
   * @param proven the token is to be bound to the registration's key (RFC 9449)
   * @throws Refusal `issuer_*`, `certificate_*`, `vault_*`
   */
  party(issuer: Issuer, ctx: FlowContext, proven?: boolean): Promise<Party>;
  /** The registration's key, ready to sign; made when it is first wanted. @throws Refusal `vault_*`, `settings_*` */
  proofKey(issuer: Issuer): Promise<ProofKey>;
  /** Begins a recorded flow; `purpose` is shown to people. */
  context(tenant: string, purpose: string, signal?: AbortSignal): Run;
  /**
   * Which registered issuer has an endpoint at this origin: what a person trusts for an issuer holds for its
   * endpoints, aliases for mTLS among them (RFC 8705 section 5), once its own metadata named them.
   */
  serving(origin: string): Issuer | undefined;
  /** The certificate, ready for a handshake. @throws Refusal `certificate_*`, `vault_*` */
  identity(tenant: string, id: string): Promise<TlsIdentity>;
  /** The vault was locked: no key stays in memory. */
  forgetAll(): void;
}

/** Metadata is read anew after this many milliseconds: issuers move endpoints and add keys. */
const METADATA_MS = 10 * 60_000;

/** One of this tenant's, or none: an id of another tenant does not exist here. */
export const ownedBy = <T extends { readonly id: string; readonly tenant: string }>(
  all: readonly T[],
  tenant: string,
  id: string,
): T | undefined => all.find((one) => one.id === id && one.tenant === tenant);

export function createParties(ports: PartyPorts): Parties {
  const { clock, flows, net } = ports;
  // Opened once: nonces are kept with the key (RFC 9449 section 8.2).
  const proofKeys = new Map<string, Promise<ProofKey>>();
  const metadata = new Map<string, { readonly checked: CheckedIssuer; readonly until: number }>();

  function context(tenant: string, purpose: string, signal?: AbortSignal): Run {
    const flow = flows.begin(tenant, purpose);
    const ctx: FlowContext = {
      net,
      clock,
      recorder: flow.recorder,
      server: purpose,
      ...(signal && { signal }),
    };
    return { ctx, flow: flow.id, end: (ok) => flow.end(ok) };
  }

  async function identity(tenant: string, id: string): Promise<TlsIdentity> {
    const all = ports.certificates();
    const named = ownedBy(all, tenant, id);
    if (named === undefined) throw new Refusal("certificate_unknown", { certificate: id });
    // A call that was admitted before the renewal goes on with the successor: one more token for the old one would
    // be bound to what is on its way out (RFC 8705 section 6.3).
    const record = successorOf(all, named);
    const key = await ports.secret(tenant, record.key, record.label, "certificate");
    return certificateIdentity(record, key, clock.now());
  }

  async function clientOf(
    record: Issuer,
  ): Promise<{ owner: OAuthClient; tls: TlsIdentity | null }> {
    const { issuer, clientId, auth, allowPlainHttpOnLoopback, tenant, name } = record;
    let own: ClientAuth;
    let tls: TlsIdentity | null = null;
    switch (auth.method) {
      case "none":
        own = { method: "none" };
        break;
      case "client_secret_basic":
      case "client_secret_post":
        own = { method: auth.method, secret: await ports.secret(tenant, auth.secret, name) };
        break;
      case "private_key_jwt": {
        const privateKey = await ports.secret(tenant, auth.secret, name);
        own = { method: auth.method, privateKey, alg: auth.alg, kid: auth.kid };
        break;
      }
      case "tls_client_auth":
      case "self_signed_tls_client_auth":
        own = { method: auth.method };
        tls = await identity(tenant, auth.certificate);
        break;
    }
    return { owner: { issuer, clientId, auth: own, allowPlainHttpOnLoopback }, tls };
  }

  async function checkedIssuer(record: Issuer, ctx: FlowContext): Promise<CheckedIssuer> {
    const known = metadata.get(record.id);
    if (known !== undefined && known.until > clock.monotonic()) return known.checked;
    const { allowPlainHttpOnLoopback } = record;
    const checked = await discoverIssuer(ctx, record.issuer, { allowPlainHttpOnLoopback });
    metadata.set(record.id, { checked, until: clock.monotonic() + METADATA_MS });
    return checked;
  }

  function proofKey(record: Issuer): Promise<ProofKey> {
    let key = proofKeys.get(record.id);
    if (key === undefined) {
      key = (async () => {
        const { tenant, id } = await ports.proofSecret(record.id);
        const pem = await ports.secret(tenant, id, record.name);
        return { id, ...(await openDpopKey(pem, ports.digest)) };
      })();
      proofKeys.set(record.id, key);
      key.catch(() => proofKeys.delete(record.id));
    }
    return key;
  }

  async function party(record: Issuer, ctx: FlowContext, proven = false): Promise<Party> {
    const { owner, tls } = await clientOf(record);
    // Refresh tokens of public clients are bound to the key that was shown when they were given (RFC 9449 section 5):
    // once such a registration has one, it is shown every time.
    const always = record.auth.method === "none" && record.proof !== undefined;
    const dpop = proven || always ? await proofKey(record) : null;
    return { issuer: await checkedIssuer(record, ctx), owner, tls, dpop };
  }

  return {
    party,
    context,
    identity,
    proofKey,
    forgetAll: () => proofKeys.clear(),
    serving: (origin) =>
      ports.issuers().find((record) => {
        if (new URL(record.issuer).origin === origin) return true;
        const known = metadata.get(record.id)?.checked.metadata;
        if (known === undefined) return false;
        const urls = [...Object.values(known.endpoints), ...Object.values(known.mtlsAliases)];
        return urls.some((url) => url !== undefined && new URL(url).origin === origin);
      }),
  };
}
