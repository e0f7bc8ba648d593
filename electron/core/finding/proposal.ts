// What Countersign found out about a server, and what it proposes to do. Plain data for every surface.
import type { Issuer } from "../issuers.ts";
import type { CheckedIssuer } from "../oauth/issuer.ts";
import { chooseRegistration } from "../oauth/register.ts";
import type { CheckedResource } from "../oauth/resource.ts";
import type { PatternType } from "../patterns.ts";
import type { Choice } from "./choices.ts";

/** An issuer that the server named, and how Countersign can become known there. */
export interface IssuerProposal {
  /** Exactly as the server wrote it. */
  readonly issuer: string;
  readonly host: string;
  /** Whether its host is another than the server's: a person looks at it twice (threat 31). */
  readonly elsewhere: boolean;
  /** Where its name leads, as far as that is not the internet; nothing is asked of it until a person agrees (threat 30). */
  readonly lies: "this-machine" | "private-network" | null;
  /** True while a person has to agree before anything is asked of it. */
  readonly unconfirmed: boolean;
  /** Hosts of its endpoints that are not its own: they get what the issuer gets (threat 31). */
  readonly hosts: readonly string[];
  readonly known: { readonly id: string; readonly name: string; readonly clientId: string } | null;
  readonly way: "known" | "metadata-document" | "dynamic" | "ask" | null;
}

export interface Proposal {
  /** As it will be called. */
  readonly url: string;
  readonly plainHttp: boolean;
  /** Null where nothing can be proposed: an issuer waits to be confirmed, or offers no safe way. */
  readonly pattern: PatternType | null;
  readonly why: readonly string[];
  /** The server takes tokens only that are bound to a key by DPoP (RFC 9449). */
  readonly dpop: boolean;
  readonly choices: readonly Choice[];
  /** How the server calls itself, in its own words. */
  readonly name: string | null;
  /** RFC 8707: goes into `resource` as it is. */
  readonly resource: string | null;
  readonly scopes: readonly string[];
  /** What a sign-in asks for: the server's scopes, and what lets it last. */
  readonly signInScopes: readonly string[];
  /** Every issuer that the server trusts, in its own order. */
  readonly issuers: readonly string[];
  readonly issuer: IssuerProposal | null;
  /** How the server said that it wants a key, if it wants one. */
  readonly key: { readonly name: string; readonly prefix: string } | null;
  /** What registration by hand needs. */
  readonly redirectUri: string | null;
  /** `flow_…`: every step of finding out. */
  readonly flow: string;
}

export const hostOf = (url: string): string => new URL(url).host;

/** How we can become known at an issuer that was asked. */
export function issuerProposal(
  server: string,
  checked: CheckedIssuer,
  known: readonly Issuer[],
  metadataDocument: string | null,
  lies: IssuerProposal["lies"],
): IssuerProposal {
  const way = chooseRegistration(checked, { known, metadataDocument });
  const owner = way.way === "known" ? way.owner : null;
  return {
    issuer: checked.issuer,
    host: hostOf(checked.issuer),
    elsewhere: hostOf(checked.issuer) !== hostOf(server),
    lies,
    unconfirmed: false,
    hosts: checked.foreignHosts,
    known: owner === null ? null : { id: owner.id, name: owner.name, clientId: owner.clientId },
    way: way.way,
  };
}

/** Of an issuer that nobody agreed to yet: its name is all that is known. */
export const unconfirmedIssuer = (
  server: string,
  issuer: string,
  lies: NonNullable<IssuerProposal["lies"]>,
): IssuerProposal => ({
  issuer,
  host: hostOf(issuer),
  elsewhere: hostOf(issuer) !== hostOf(server),
  lies,
  unconfirmed: true,
  hosts: [],
  known: null,
  way: null,
});

/** `offline_access` lets it last, `openid` names the person; both only where the issuer knows them. */
export function signInScopes(resource: readonly string[], checked: CheckedIssuer): string[] {
  const offered = checked.metadata.scopes ?? [];
  const more = ["openid", "offline_access"].filter((scope) => offered.includes(scope));
  return [...new Set([...more, ...resource])];
}

/** Of several issuers: the one that was chosen, else one where we are known, else the first (RFC 9728 section 7.6). */
export function pickIssuer(
  resource: CheckedResource,
  wanted: string | null,
  known: readonly Issuer[],
): string | null {
  const all = resource.authorizationServers;
  if (wanted !== null) return all.includes(wanted) ? wanted : null;
  return all.find((one) => known.some((k) => k.issuer === one)) ?? all[0] ?? null;
}
