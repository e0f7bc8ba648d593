// A server in words: where it is, how Countersign authenticates to it, and on whose behalf.
import type { AccountView, CertificateView } from "../contract.ts";
import type { Issuer } from "../core/issuers.ts";
import { belongs } from "../core/server-update.ts";
import type { ServerView } from "../core/servers.ts";
import { whoOf } from "./account.ts";
import type { Remote } from "./remote.ts";

/** What the ids in a pattern stand for. */
export interface Known {
  readonly issuers: readonly Issuer[];
  readonly accounts: readonly AccountView[];
  readonly certificates: readonly CertificateView[];
}

/** Asked only where some server names one of them. */
export async function knownTo(remote: Remote, servers: readonly ServerView[]): Promise<Known> {
  const oauth = servers.some((s) => s.kind !== "stdio" && "issuer" in s.pattern);
  if (!oauth) return { issuers: [], accounts: [], certificates: [] };
  const [issuers, accounts, certificates] = await Promise.all([
    remote.call("issuers.list", {}),
    remote.call("accounts.list", {}),
    remote.call("certificates.list", {}),
  ]);
  return { issuers, accounts, certificates };
}

export function addressText(server: ServerView): string {
  return server.kind !== "stdio" ? server.url : [server.command, ...server.args].join(" ");
}

/** Its credential belongs to another address than the one it has now (threat 35). */
export const keyStrays = (server: ServerView): boolean => !belongs(server);

const DAY = 86_400_000;
/** How long its oldest key has been here; `-` for a server without one. Keys are to be replaced every 30 to 90 days. */
export function keyAgeText(server: ServerView, now: number): string {
  const added =
    server.kind === "stdio"
      ? Object.values(server.secretEnv).map((one) => one.secretAddedAt)
      : server.pattern.type === "api-key"
        ? [server.pattern.secretAddedAt]
        : [];
  const [oldest] = added.sort();
  if (oldest === undefined) return "-";
  const days = Math.max(0, Math.floor((now - Date.parse(oldest)) / DAY));
  return days === 1 ? "1 day" : `${days} days`;
}

/** `header X-API-Key`, `mtls at okta with laptop`, `account at okta, bound by dpop`, `composite at okta with laptop, 60 a minute for each user`. */
export function patternText(server: ServerView, known: Known): string {
  if (server.kind === "stdio") {
    const names = Object.keys(server.secretEnv);
    return names.length === 0 ? "none" : `env ${names.join(" ")}`;
  }
  const { pattern } = server;
  if (pattern.type === "none") return "none";
  if (pattern.type === "api-key") return `api-key ${pattern.in} ${pattern.name}`;
  const issuer = known.issuers.find((i) => i.id === pattern.issuer)?.name ?? pattern.issuer;
  const parts = [`${pattern.type} at ${issuer}`];
  if ("certificate" in pattern) {
    const found = known.certificates.find((c) => c.id === pattern.certificate);
    parts.push(`with ${found?.label ?? pattern.certificate}`);
  }
  const homeId = homeOf(pattern);
  const home =
    homeId === null ? "" : `, home ${known.issuers.find((i) => i.id === homeId)?.name ?? homeId}`;
  const bound = "bound" in pattern && pattern.bound !== "none" ? `, bound by ${pattern.bound}` : "";
  const limit = "perUserPerMinute" in pattern ? pattern.perUserPerMinute : null;
  return `${parts.join(" ")}${home}${bound}${limit === null ? "" : `, ${limit} a minute for each user`}`;
}

/** Where the person is signed in, if not at the server's issuer. */
const homeOf = (pattern: object): string | null =>
  "home" in pattern && typeof pattern.home === "string" ? pattern.home : null;

/** The accounts that could serve where the server names none: of its tenant, issuer and registration. */
function fitting({ tenant }: ServerView, issuerId: string, known: Known): readonly AccountView[] {
  const issuer = known.issuers.find((i) => i.id === issuerId);
  return known.accounts.filter(
    (a) =>
      a.state === "signed-in" &&
      a.tenant === tenant &&
      a.issuer === issuer?.issuer &&
      a.clientId === issuer.clientId,
  );
}

/** `-` where no person takes part. */
export function behalfText(server: ServerView, known: Known): string {
  if (server.kind === "stdio" || !("account" in server.pattern)) return "-";
  const { pattern } = server;
  if (pattern.type === "composite" && !pattern.exchange) return "-";
  if (pattern.account === null) {
    const [one, more] = fitting(server, homeOf(pattern) ?? pattern.issuer, known);
    if (one === undefined) return "nobody is signed in";
    return more === undefined ? whoOf(one) : "several could be meant";
  }
  const account = known.accounts.find((a) => a.id === pattern.account);
  if (account === undefined) return `${pattern.account} (gone)`;
  return `${whoOf(account)}${account.state === "signed-in" ? "" : ` (${account.state})`}`;
}
