// Who Countersign is at an issuer, what the issuer says of itself, and the certificate for the handshake.
import {
  type Certificate,
  identityOf as certificateIdentity,
  successorOf,
} from "./certificates.ts";
import type { Clock } from "./clock.ts";
import { Refusal } from "./errors.ts";
import type { Flows } from "./flows.ts";
import type { Issuer } from "./issuers.ts";
import { discoverIssuer } from "./oauth/discovery.ts";
import type { FlowContext } from "./oauth/flow.ts";
import type { CheckedIssuer } from "./oauth/issuer.ts";
import type { ClientAuth, FlowNet, OAuthClient, TlsIdentity } from "./oauth/types.ts";
import type { Secret } from "./secret.ts";

export interface PartyPorts {
  readonly clock: Clock;
  readonly net: FlowNet;
  readonly flows: Flows;
  readonly issuers: () => readonly Issuer[];
  readonly certificates: () => readonly Certificate[];
  /** A secret of this tenant, kept in memory while it is used. @throws Refusal `vault_*` */
  readonly secret: (tenant: string, id: string, what: string) => Promise<Secret>;
}

export interface Party {
  readonly issuer: CheckedIssuer;
  readonly owner: OAuthClient;
  readonly tls: TlsIdentity | null;
  readonly dpop: null;
}

/** A flow that is being recorded. */
export interface Run {
  readonly ctx: FlowContext;
  readonly flow: string;
  end(ok: boolean): void;
}

export interface Parties {
  /** Who we are at an issuer, and what it says of itself. @throws Refusal `issuer_*`, `certificate_*`, `vault_*` */
  party(issuer: Issuer, ctx: FlowContext): Promise<Party>;
  /** Begins a recorded flow; `purpose` is shown to people. */
  context(tenant: string, purpose: string, signal?: AbortSignal): Run;
  /**
   * Which registered issuer has an endpoint at this origin: what a person trusts for an issuer holds for its
   * endpoints, aliases for mTLS among them (RFC 8705 section 5), once its own metadata named them.
   */
  serving(origin: string): Issuer | undefined;
  /** The certificate, ready for a handshake. @throws Refusal `certificate_*`, `vault_*` */
  identity(tenant: string, id: string): Promise<TlsIdentity>;
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
    return { ctx, flow: flow.id, end: (ok: boolean) => flow.end(ok) };
  }

  async function identity(tenant: string, id: string): Promise<TlsIdentity> {
    const all = ports.certificates();
    const named = ownedBy(all, tenant, id);
    if (named === undefined) throw new Refusal("certificate_unknown", { certificate: id });
    // A call that was admitted before the renewal goes on with the successor: one more token for the old one would
    // be bound to what is on its way out (RFC 8705 section 6.3).
    const record = successorOf(all, named);
    const key = await ports.secret(tenant, record.key, record.label);
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

  async function party(record: Issuer, ctx: FlowContext): Promise<Party> {
    const { owner, tls } = await clientOf(record);
    return { issuer: await checkedIssuer(record, ctx), owner, tls, dpop: null };
  }

  return {
    party,
    context,
    identity,
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
