// The OAuth patterns of `server add`: which options each one takes, and the issuer and certificate behind the names.
import type { InputOf } from "../contract.ts";
import { DEFAULT_TENANT } from "../core/names.ts";
import { checkUrl, oneOf, scopesOf, usage, wholeNumber } from "./given.ts";
import { findCertificate, findIssuer, type Remote } from "./remote.ts";
import type { Context } from "./types.ts";

type Auth = Extract<InputOf<"servers.add">, { kind: "http" }>["auth"];

export const PATTERNS = [
  "client-credentials",
  "account",
  "token-exchange",
  "mtls",
  "composite",
] as const;
type PatternName = (typeof PATTERNS)[number];

const ACTORS = ["required", "if-supported", "none"] as const;

/** What only some patterns take; every one of them takes --issuer, --scope, --resource and --audience. */
const TAKEN_BY: Readonly<Record<string, readonly PatternName[]>> = {
  account: ["account", "token-exchange", "composite"],
  actor: ["token-exchange", "composite"],
  certificate: ["mtls", "composite"],
  home: ["token-exchange"],
  dpop: ["client-credentials", "account", "token-exchange"],
  "per-user": ["token-exchange", "composite"],
  "no-exchange": ["composite"],
};
export const OAUTH_OPTIONS = [
  "issuer",
  "scope",
  "resource",
  "audience",
  ...Object.keys(TAKEN_BY),
] as const;

const isGiven = ({ flag, text }: Context, option: string): boolean =>
  flag(option) || text(option) !== undefined;

/** @throws Refusal `usage` for an option that nothing would heed: it may be what somebody relies on */
function checkOptions(context: Context, pattern: PatternName): void {
  for (const [option, patterns] of Object.entries(TAKEN_BY)) {
    if (isGiven(context, option) && !patterns.includes(pattern)) {
      throw usage(`--${option} belongs to --auth ${patterns.join(", ")}.`);
    }
  }
  if (context.text("issuer") === undefined) throw usage(`--auth ${pattern} needs --issuer NAME.`);
  if (TAKEN_BY["certificate"]?.includes(pattern) && !isGiven(context, "certificate")) {
    throw usage(`--auth ${pattern} needs --certificate NAME.`);
  }
  if (context.flag("no-exchange")) {
    for (const option of ["account", "actor"]) {
      if (isGiven(context, option)) throw usage(`--${option} goes with an exchange.`);
    }
  }
  const resource = context.text("resource");
  if (resource !== undefined) checkUrl(resource, "resource", "A resource is named without a key.");
}

/** @returns the pattern of `--auth`; null where no option asks for one. @throws Refusal `usage` */
export function patternOf(context: Context): PatternName | null {
  const given = context.text("auth");
  if (given === undefined) {
    const stray = OAUTH_OPTIONS.find((option) => isGiven(context, option));
    if (stray !== undefined) throw usage(`--${stray} goes with --auth ${PATTERNS.join("|")}.`);
    return null;
  }
  const pattern = oneOf("auth", given, PATTERNS);
  checkOptions(context, pattern);
  return pattern;
}

/** Reads and checks the options of a pattern. @returns how the names among them are looked up */
export function prepareOAuth(
  context: Context,
  pattern: PatternName,
): (remote: Remote) => Promise<Auth> {
  const { flag, text } = context;
  const [resource, audience, account, actorText, perUserText] = [
    "resource",
    "audience",
    "account",
    "actor",
    "per-user",
  ].map(text);
  const actor = actorText === undefined ? undefined : oneOf("actor", actorText, ACTORS);
  const perUser =
    perUserText === undefined ? undefined : wholeNumber("per-user", perUserText, 1, 100_000);
  // A server and what it is called with never stand in different tenants.
  const tenant = context.tenant ?? DEFAULT_TENANT;

  return async (remote) => {
    const asked = {
      issuer: (await findIssuer(remote, tenant, text("issuer") ?? "")).id,
      scopes: scopesOf(context),
      ...(resource !== undefined && { resource }),
      ...(audience !== undefined && { audience }),
    };
    const bound = flag("dpop") ? ({ bound: "dpop" } as const) : {};
    const person = { ...asked, ...(account !== undefined && { account }) };
    const acted = {
      ...person,
      ...(actor !== undefined && { actor }),
      ...(perUser !== undefined && { perUserPerMinute: perUser }),
    };
    const certificate = async (): Promise<string> =>
      (await findCertificate(remote, tenant, text("certificate") ?? "")).id;
    const signedInElsewhere = async (): Promise<{ home?: string }> => {
      const home = text("home");
      return home === undefined ? {} : { home: (await findIssuer(remote, tenant, home)).id };
    };
    switch (pattern) {
      case "client-credentials":
        return { type: pattern, ...asked, ...bound };
      case "account":
        return { type: pattern, ...person, ...bound };
      case "token-exchange":
        return { type: pattern, ...acted, ...bound, ...(await signedInElsewhere()) };
      case "mtls":
        return { type: pattern, ...asked, certificate: await certificate() };
      case "composite":
        return {
          type: pattern,
          ...acted,
          certificate: await certificate(),
          exchange: !flag("no-exchange"),
        };
    }
    return pattern satisfies never;
  };
}
