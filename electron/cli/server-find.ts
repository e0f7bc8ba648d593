// `server discover`, and `server add` where nobody said how the server authenticates: finds out, shows what is
// proposed, and takes it when the person says so.
import type { InputOf } from "../contract.ts";
import type { IssuerProposal, Proposal } from "../core/finding/proposal.ts";
import type { Issuer } from "../core/issuers.ts";
import { DEFAULT_TENANT } from "../core/names.ts";
import type { ServerView } from "../core/servers.ts";
import { signedIn, signInAt } from "./account-sign-in.ts";
import { agrees, isAttended } from "./ask.ts";
import { checkUrl, readCertificates, usage } from "./given.ts";
import { findServer, type Remote } from "./remote.ts";
import type { HttpBasis } from "./server-add.ts";
import { cut } from "./text.ts";
import type { Context, Run } from "./types.ts";

type Auth = Extract<InputOf<"servers.add">, { kind: "http" }>["auth"];
type Wish = InputOf<"servers.discover">;

/** EX_USAGE: nothing was taken, and it has to be said how to go on. */
const NOT_TAKEN = 64;

const LIES = {
  "this-machine": "on this machine",
  "private-network": "in a private network",
} as const;

const WAYS: Readonly<Record<NonNullable<IssuerProposal["way"]>, string>> = {
  known: "Countersign is registered there already",
  "metadata-document": "by your own metadata document (CIMD)",
  dynamic: "Countersign registers itself there (RFC 7591)",
  ask: "by hand: the issuer registers no program by itself",
};

async function showIssuer({ out }: Context, issuer: IssuerProposal): Promise<void> {
  const marks = [
    ...(issuer.elsewhere ? ["another host than the server's"] : []),
    ...(issuer.lies === null ? [] : [LIES[issuer.lies]]),
  ];
  const note = marks.length === 0 ? "" : ` (${marks.join(", ")})`;
  await out.line(`  Issuer      ${issuer.issuer}${note}`);
  if (issuer.way !== null) {
    const who = issuer.known === null ? "" : `: ${issuer.known.name}`;
    await out.line(`  Registered  ${WAYS[issuer.way]}${who}`);
  }
  if (issuer.hosts.length > 0) {
    await out.line(`  Hosts       its endpoints lie elsewhere: ${issuer.hosts.join(", ")}`);
  }
}

async function showProposal(context: Context, found: Proposal): Promise<void> {
  const { out } = context;
  await out.line(`${found.url}${found.name === null ? "" : ` calls itself “${found.name}”`}`);
  await out.line(`  Pattern     ${found.pattern ?? "none can be proposed yet"}`);
  for (const [i, why] of found.why.entries()) {
    await out.line(`  ${i === 0 ? "Why         " : "            "}${why}`);
  }
  const chosen = found.choices.find((one) => one.pattern === found.pattern);
  if (chosen !== undefined) {
    const { can, until, stop } = chosen.thief;
    await out.line(`  A thief     ${can} For how long: ${until}. What ends it: ${stop}`);
  }
  if (found.issuer !== null) await showIssuer(context, found.issuer);
  if (found.scopes.length > 0) await out.line(`  Scopes      ${found.scopes.join(" ")}`);
  if (found.dpop) await out.line("  Bound       to a key, by DPoP (RFC 9449)");
  if (found.plainHttp) await out.line("  Transport   plain HTTP, not encrypted");
  const others = found.choices.filter((one) => one !== chosen).map((one) => one.pattern);
  if (others.length > 0) await out.line(`  Or          --auth ${others.join(", --auth ")}`);
  await out.line(`  Steps       countersign flow show ${found.flow}`);
}

/**
 * Asks the server, and once more where a person agreed to an issuer that lies here.
 * @throws Complained, Refusal `usage` where nobody agreed
 */
async function find(context: Context, remote: Remote, wish: Wish): Promise<Proposal> {
  const { io, out, text } = context;
  const first = await remote.call("servers.discover", wish);
  const { issuer } = first;
  if (issuer?.unconfirmed !== true || issuer.lies === null) return first;
  const given = text("confirm-issuer");
  if (given !== issuer.issuer) {
    const said = `The server names the issuer ${issuer.issuer}, which lies ${LIES[issuer.lies]}.`;
    if (out.json || !isAttended(io)) return first;
    await out.line(said);
    if (!(await agrees(io, "Do you know it, and may it be asked?", false))) return first;
  }
  return remote.call("servers.discover", { ...wish, issuer: issuer.issuer, confirmed: true });
}

const howToConfirm = ({ issuer }: IssuerProposal): string =>
  `Only the server's own document named the issuer. If you know it, say --confirm-issuer ${issuer}`;

export const discover: Run = async (context) => {
  const { args, connect, io, out, tenant, text } = context;
  const [wanted = ""] = args;
  const isAddress = /^https?:\/\//i.test(wanted);
  if (isAddress) checkUrl(wanted, "server", "Nothing secret is needed to find out.");
  const trust = text("trust");
  const trustPem = trust === undefined ? null : await readCertificates(io, trust);
  const remote = await connect();
  const common = { ...(tenant !== undefined && { tenant }), trustPem };
  let wish: Wish;
  if (isAddress) wish = { ...common, url: wanted };
  else {
    const server = await findServer(remote, tenant, wanted);
    if (server.kind === "stdio")
      throw usage(`“${server.name}” is a local server: it has no issuer.`);
    const { stage, tenant: home, url } = server;
    wish = { tenant: home, url, stage, trustPem: trustPem ?? server.trustPem };
  }
  const found = await find(context, remote, wish);
  await out.show(found, async () => {
    await showProposal(context, found);
    if (found.issuer?.unconfirmed === true) await out.line(howToConfirm(found.issuer));
  });
};

/** The key's place as the server named it, or the usual one. */
async function keyAuth({ args, secrets }: Context, { key }: Proposal): Promise<Auth> {
  const secret = (await secrets.one(`Key of ${args[0] ?? "the server"}`)).reveal();
  return { type: "api-key", in: "header", ...(key !== null && { ...key }), secret };
}

/** Registers where that is needed. @throws Complained `registration_needed`, `issuer_*` */
async function issuerFor(remote: Remote, basis: HttpBasis, found: Proposal): Promise<Issuer> {
  const { issuer } = found;
  if (issuer === null) throw usage("The server names no issuer.");
  const tenant = basis.tenant ?? DEFAULT_TENANT;
  if (issuer.known !== null) {
    const { id } = issuer.known;
    const known = (await remote.call("issuers.list", { tenant })).find((one) => one.id === id);
    if (known !== undefined) return known;
  }
  return remote.call("issuers.register", {
    tenant,
    issuer: issuer.issuer,
    use: found.pattern === "client-credentials" ? "client-credentials" : "account",
    scopes: [...found.signInScopes],
    // Exactly what was shown, and agreed to with the whole.
    hosts: [...issuer.hosts],
    confirmed: issuer.lies !== null,
    trustPem: basis.trustPem ?? null,
  });
}

/** @returns whether the proposal is taken */
async function isTaken({ flag, io, out }: Context, found: Proposal): Promise<boolean> {
  if (found.pattern === "none" || flag("yes")) return true;
  if (out.json || !isAttended(io)) return false;
  return agrees(io, "Add it so?", true);
}

/**
 * Finds out, proposes, and adds the server when the proposal is taken.
 * @returns 64 where it was not taken: nothing was changed then
 */
export async function addFound(
  context: Context,
  remote: Remote,
  basis: HttpBasis,
): Promise<number | void> {
  const { flag, io, out } = context;
  const { name, stage, tenant, trustPem, url } = basis;
  const found = await find(context, remote, {
    url,
    ...(tenant !== undefined && { tenant }),
    ...(stage !== undefined && { stage }),
    ...(trustPem !== undefined && { trustPem }),
  });
  if (!out.json && found.pattern !== "none") await showProposal(context, found);
  if (found.pattern === null || !(await isTaken(context, found))) {
    if (out.json) await out.value(found);
    const { issuer } = found;
    const next =
      issuer?.unconfirmed === true
        ? howToConfirm(issuer)
        : "Take it with --yes, or say another pattern with --auth.";
    io.stderr.write(`Nothing was added. ${next}\n`);
    return NOT_TAKEN;
  }
  const { auth, issuer } = await authFor(context, remote, basis, found);
  // Who took a proposal at the terminal saw that it is plain HTTP; a script has to say so.
  const plain = found.plainHttp && found.pattern !== "none" && !flag("yes");
  const server = await remote.call("servers.add", {
    ...basis,
    auth,
    ...(plain && { allowPlainHttpOnLoopback: true }),
  });
  await out.show(server, (s) => said(context, s));
  if (issuer === null || found.pattern !== "account" || flag("no-sign-in")) return;
  if ((await signedIn(remote, issuer)).length > 0) return;
  await signInAt(context, remote, issuer, {
    scopes: found.signInScopes,
    resource: found.resource ?? undefined,
    account: undefined,
    device: false,
    wait: true,
  });
  if (!out.json) await out.line(`Try it: countersign server test ${name}`);
}

async function said({ out }: Context, server: ServerView): Promise<void> {
  const where = server.kind !== "stdio" ? server.url : server.command;
  await out.line(`The server “${server.name}” was added: ${cut(where, 120)}`);
  await out.line(`Agents use ${server.endpoint}`);
}

async function authFor(
  context: Context,
  remote: Remote,
  basis: HttpBasis,
  found: Proposal,
): Promise<{ auth: Auth; issuer: Issuer | null }> {
  switch (found.pattern) {
    case null:
    case "none":
      return { auth: { type: "none" }, issuer: null };
    case "api-key":
      return { auth: await keyAuth(context, found), issuer: null };
    case "account":
    case "client-credentials": {
      const issuer = await issuerFor(remote, basis, found);
      const asked = { issuer: issuer.id, scopes: [...found.scopes], resource: found.resource };
      const bound = found.dpop ? "dpop" : "none";
      return { auth: { type: found.pattern, ...asked, bound }, issuer };
    }
    case "token-exchange":
    case "mtls":
    case "composite":
      throw usage(
        `The pattern ${found.pattern} needs what only you have: say --auth ${found.pattern} --issuer NAME${found.pattern === "token-exchange" ? "" : " --certificate NAME"}.`,
      );
  }
  return found.pattern satisfies never;
}
