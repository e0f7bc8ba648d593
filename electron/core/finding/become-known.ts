// Becoming known at an issuer that a server named: known already, by document, by dynamic registration; else a
// person has to do it. Takes what the person confirmed, and nothing that only a document said.
import { Refusal } from "../errors.ts";
import type { IssuerRegister, NewIssuer } from "../issuer-register.ts";
import type { Issuer } from "../issuers.ts";
import { discoverIssuer } from "../oauth/discovery.ts";
import type { FlowContext } from "../oauth/flow.ts";
import type { CheckedIssuer } from "../oauth/issuer.ts";
import {
  chooseRegistration,
  type DynamicRegistration,
  registerDynamically,
} from "../oauth/register.ts";
import { unregister } from "../oauth/unregister.ts";

export interface KnownWish {
  readonly tenant: string;
  readonly name: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** An account of Countersign's own rather than a person's sign-in. */
  readonly service: boolean;
  /** Hosts of endpoints, besides the issuer's own, that the person saw and agreed to. */
  readonly hosts: readonly string[];
  readonly confirmed: boolean;
  readonly allowPlainHttpOnLoopback: boolean;
  readonly trustPem: string | null;
}

export interface KnownPorts {
  readonly issuers: IssuerRegister;
  readonly metadataDocument: string | null;
  readonly redirectUri: string;
  /** UTC milliseconds. */
  readonly now: () => number;
  /** The person agreed to these hosts: they are reached as the issuer is. */
  readonly accepted: (issuer: CheckedIssuer) => void;
}

/** A secret that has ended proves nothing any more: then we register anew. */
const stands = (issuer: Issuer, now: number): boolean => {
  const ends = issuer.registration?.secretExpiresAt ?? null;
  return ends === null || Date.parse(ends) > now;
};

/**
 * @throws Refusal `issuer_unconfirmed` for hosts that the person did not see, `registration_needed` where the issuer
 * registers nobody by itself, `name_taken`, `issuer_*`, `vault_*`
 */
export async function becomeKnown(
  ctx: FlowContext,
  wish: KnownWish,
  ports: KnownPorts,
): Promise<Issuer> {
  const { issuers } = ports;
  const checked = await discoverIssuer(ctx, wish.issuer, {
    allowPlainHttpOnLoopback: wish.allowPlainHttpOnLoopback,
  });
  // The person agreed to what was shown; metadata that changed meanwhile is shown again (threat 31).
  const unseen = checked.foreignHosts.filter((host) => !wish.hosts.includes(host));
  if (unseen.length > 0) {
    throw new Refusal("issuer_unconfirmed", { issuer: wish.issuer, hosts: unseen.join(", ") });
  }
  const known = issuers.list(wish.tenant).filter((one) => stands(one, ports.now()));
  const { metadataDocument } = ports;
  const way = chooseRegistration(checked, {
    known,
    // Such a document says of itself that no secret proves it: there is no account of our own by it.
    metadataDocument: wish.service ? null : metadataDocument,
  });
  if (way.way === "known") return way.owner;
  const { tenant, name, allowPlainHttpOnLoopback, trustPem, confirmed } = wish;
  issuers.requireFree(tenant, name);
  const common = { tenant, name, issuer: wish.issuer, allowPlainHttpOnLoopback, trustPem };
  if (way.way === "metadata-document") {
    return issuers.add({
      ...common,
      clientId: way.clientId,
      auth: { method: "none" },
      registration: { by: "document", secretExpiresAt: null, management: null, confirmed },
    });
  }
  if (way.way === "ask") {
    throw new Refusal("registration_needed", {
      issuer: wish.issuer,
      redirect: ports.redirectUri,
    });
  }
  ports.accepted(checked);
  const made = await registerDynamically(ctx, checked, {
    name: "Countersign",
    redirectUris: [ports.redirectUri],
    scope: wish.scopes,
    deviceFlow: false,
    service: wish.service,
  });
  const { management, secretExpiresAt } = made;
  try {
    return await issuers.add({
      ...common,
      clientId: made.owner.clientId,
      auth: authOf(made),
      registration: { by: "dynamic", secretExpiresAt, management, confirmed },
    });
  } catch (error) {
    // What is not kept here must not stay there.
    if (management !== null) await unregister(ctx, wish.issuer, management).catch(() => undefined);
    throw error;
  }
}

function authOf({ owner }: DynamicRegistration): NewIssuer["auth"] {
  const { auth } = owner;
  return "secret" in auth
    ? { method: auth.method, secret: auth.secret.reveal() }
    : { method: "none" };
}
