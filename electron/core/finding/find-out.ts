// Finding out how a server authenticates: it is asked without any credential, then its own words are followed,
// step by step, and judged (MCP authorization; RFC 9728, RFC 8414). Nothing secret is sent to anybody.
import { isLoopback } from "../destination.ts";
import { Refusal } from "../errors.ts";
import type { Issuer } from "../issuers.ts";
import { parseChallenges } from "../oauth/challenge.ts";
import { discoverIssuer } from "../oauth/discovery.ts";
import { inStep, type FlowContext } from "../oauth/flow.ts";
import type { CheckedIssuer } from "../oauth/issuer.ts";
import { discoverResource, scopesToAsk } from "../oauth/resource.ts";
import type { Stage } from "../servers.ts";
import { type Answered, choicesOf, proposed, reasonsFor, signsIn } from "./choices.ts";
import {
  issuerProposal,
  pickIssuer,
  type Proposal,
  signInScopes,
  unconfirmedIssuer,
} from "./proposal.ts";

export interface FindWish {
  readonly url: string;
  readonly stage: Stage;
  /** Which of the issuers that the server names; null for the first that fits. */
  readonly issuer: string | null;
  /** A person agreed that this very issuer may lie on this machine or in a private network. */
  readonly confirmed: boolean;
}

/** What came back when the server was asked without a credential. */
export type Asked =
  | { readonly type: "open"; readonly note: string }
  | { readonly type: "challenged"; readonly status: number; readonly challenge: string };

export interface FindPorts {
  /** Asks the server as any call would, without a credential. @throws Refusal `upstream_*` */
  readonly ask: () => Promise<Asked>;
  /** What this tenant is registered as. */
  readonly known: readonly Issuer[];
  readonly metadataDocument: string | null;
  /** Our own redirect address at an issuer. */
  readonly redirectUri: (issuer: string) => string;
  readonly flow: string;
}

/** The answer of a net that was asked to go where no document may lead it. */
const isRefusedAddress = (error: unknown): boolean =>
  error instanceof Refusal &&
  error.code === "issuer_unreachable" &&
  error.facts["address"] === "refused";

/** @throws Refusal `upstream_*`, `resource_metadata_invalid`, `issuer_*`, `plain_http_refused` */
export async function findOut(
  ctx: FlowContext,
  wish: FindWish,
  ports: FindPorts,
): Promise<Proposal> {
  const { url, stage } = wish;
  const asked = await askServer(ctx, url, ports.ask);
  const plainHttp = url.startsWith("http:");
  const bare = {
    url,
    plainHttp,
    dpop: false,
    name: null,
    resource: null,
    scopes: [],
    signInScopes: [],
    issuers: [],
    issuer: null,
    key: null,
    redirectUri: null,
    flow: ports.flow,
  };
  const propose = (answered: Answered): Pick<Proposal, "pattern" | "why" | "choices"> => {
    const choices = choicesOf(answered, stage);
    const best = proposed(choices);
    return {
      choices,
      pattern: best?.pattern ?? null,
      why: best === null ? noSafeWay(answered) : reasonsFor(best, stage),
    };
  };
  if (asked.type === "open") return { ...bare, ...propose({ type: "open" }) };
  // What is sent from here on is as good as a credential: in the clear it goes to this machine at most.
  if (plainHttp && !isLoopback(new URL(url))) throw new Refusal("plain_http_refused", { url });

  // A server on this machine may have its issuer beside it. One on the internet may not name ours.
  const local = { allowPlainHttpOnLoopback: isLoopback(new URL(url)) };
  const resource = await discoverResource(ctx, url, asked.challenge || undefined, local);
  if (resource === null) {
    const { status, challenge } = asked;
    return { ...bare, ...propose({ type: "key", status }), key: keyPlace(challenge) };
  }
  const issuer = pickIssuer(resource, wish.issuer, ports.known);
  if (issuer === null) {
    throw new Refusal("resource_metadata_invalid", {
      resource: url,
      reason: "it does not name the issuer that was chosen",
    });
  }
  const named = {
    ...bare,
    name: resource.name,
    resource: resource.resource,
    scopes: scopesToAsk(resource),
    issuers: resource.authorizationServers,
    redirectUri: ports.redirectUri(issuer),
  };
  const here = isLoopback(new URL(issuer));
  const ours = ports.known.some((one) => one.issuer === issuer);
  const unconfirmed = (lies: "this-machine" | "private-network"): Proposal => ({
    ...named,
    pattern: null,
    why: [],
    choices: [],
    issuer: unconfirmedIssuer(url, issuer, lies),
  });
  // A document may not lead us to this machine or its networks: only the person may (threat 30).
  if (here && !ours && !wish.confirmed) return unconfirmed("this-machine");
  let checked: CheckedIssuer;
  try {
    checked = await discoverIssuer(ctx, issuer, {
      allowPlainHttpOnLoopback: here && issuer.startsWith("http:"),
    });
  } catch (error) {
    if (!isRefusedAddress(error) || wish.confirmed) throw error;
    return unconfirmed("private-network");
  }
  const lies = here ? "this-machine" : wish.confirmed ? "private-network" : null;
  return {
    ...named,
    dpop: resource.wantsDpop,
    ...propose({ type: "token", resource, issuer: checked }),
    signInScopes: signInScopes(named.scopes, checked),
    issuer: issuerProposal(url, checked, ports.known, ports.metadataDocument, lies),
  };
}

/** The one question without a credential, as a step of its own. */
const askServer = (ctx: FlowContext, url: string, ask: FindPorts["ask"]): Promise<Asked> =>
  inStep(ctx, "ask-server", url, async (step) => {
    const { origin, pathname } = new URL(url);
    step.showRequest(() => ({
      line: `POST ${origin}${pathname}`,
      headers: {},
      body: { method: "server/discover", credential: "none" },
    }));
    const asked = await ask();
    step.ruling.note("says-what-it-wants", "RFC 9728 §5.1", true, {
      found:
        asked.type === "open"
          ? `it answered: ${asked.note}`
          : `HTTP ${asked.status}, WWW-Authenticate: ${asked.challenge || "none"}`,
    });
    return asked;
  });

/** Where a server that names no issuer says that its key goes, by the scheme of its challenge. */
function keyPlace(challenge: string): Proposal["key"] {
  const scheme = parseChallenges(challenge)[0]?.scheme;
  if (scheme === "bearer") return { name: "Authorization", prefix: "Bearer " };
  if (scheme === "apikey") return { name: "Authorization", prefix: "ApiKey " };
  return null;
}

function noSafeWay(answered: Answered): readonly string[] {
  if (answered.type !== "token") return [];
  const { endpoints } = answered.issuer.metadata;
  return endpoints.authorization_endpoint !== undefined && !signsIn(answered.issuer)
    ? ["Its issuer lets people sign in without PKCE and S256 (RFC 7636): nobody is sent there."]
    : ["Its issuer offers no way that Countersign knows."];
}
