// What a server says about itself (RFC 9728): which issuers it trusts, and under which name it wants its
// tokens. Found from its own 401, or at the well-known places.
import { Refusal } from "../errors.ts";
import { readObject, type JsonObject } from "./answer.ts";
import { challengeOf, scopesOf } from "./challenge.ts";
import { ABSENT, type Absent, type Place } from "./discovery.ts";
import { unavailable } from "./failures.ts";
import { inStep, type FlowContext } from "./flow.ts";
import { addressProblem, issuerProblem } from "./issuer.ts";
import { quoted, type Ruling } from "./ruling.ts";
import type { FlowResponse } from "./types.ts";

export interface CheckedResource {
  /** As the server writes it: goes into `resource` parameters as it is (RFC 8707 section 2). */
  readonly resource: string;
  /** Exact issuer strings, in the server's order; at least one. */
  readonly authorizationServers: readonly string[];
  readonly scopesSupported: readonly string[] | null;
  /** Scopes that the 401 asked for, if it did. */
  readonly scopesChallenged: readonly string[] | null;
  readonly bindsToCertificates: boolean;
  readonly wantsDpop: boolean;
  readonly name: string | null;
}

const invalid = (resource: string, reason: string): Refusal =>
  new Refusal("resource_metadata_invalid", { resource: quoted(resource), reason });

/**
 * The name of a server as a resource: an absolute address without fragment, and without the slash that stands
 * for an empty path (RFC 8707 section 2; MCP authorization, canonical server URI).
 */
export function canonicalResource(serverUrl: string): string {
  const url = new URL(serverUrl);
  url.hash = "";
  url.username = "";
  url.password = "";
  return url.pathname === "/" && url.search === "" ? url.origin : url.href;
}

export interface ResourcePlace extends Place {
  /** Resource names that a document at this place may carry (RFC 9728 section 3.3). */
  readonly names: readonly string[];
}

/** An empty path and `/` are one address (RFC 3986 section 6.2.3); any other slash makes a difference. */
const spellings = (url: URL): readonly string[] =>
  url.pathname === "/" && url.search === "" ? [url.origin, `${url.origin}/`] : [url.href];

/**
 * The places in order: what the challenge names, then by path, then at the root.
 * @param challenge the server's WWW-Authenticate field, if it answered 401
 * @throws Refusal `resource_metadata_invalid`
 */
export function resourcePlaces(
  serverUrl: string,
  challenge: string | undefined,
  allowPlainHttpOnLoopback: boolean,
): readonly ResourcePlace[] {
  const problem = addressProblem(serverUrl, allowPlainHttpOnLoopback);
  if (problem !== null) throw invalid(serverUrl, `its address cannot be used: ${problem}`);
  const server = new URL(serverUrl);
  const names = spellings(server);
  const places: ResourcePlace[] = [];
  const pointed = challengeOf(challenge, "bearer", "dpop")?.params.get("resource_metadata");
  if (pointed !== undefined) {
    const wrong = addressProblem(pointed, allowPlainHttpOnLoopback);
    if (wrong !== null) throw invalid(serverUrl, `its 401 points to ${quoted(pointed)}: ${wrong}`);
    // A server could otherwise send us to any machine that we reach and it does not (threat 30).
    if (new URL(pointed).origin !== server.origin) {
      throw invalid(
        serverUrl,
        `its 401 points to another origin, ${quoted(new URL(pointed).origin)}`,
      );
    }
    places.push({ url: pointed, source: "RFC 9728 §5.1", names });
  }
  const base = `${server.origin}/.well-known/oauth-protected-resource`;
  // RFC 9728 section 3.1: inserted between host and path; a query stays behind.
  const path = server.pathname.replace(/\/$/, "");
  if (path !== "")
    places.push({ url: `${base}${path}${server.search}`, source: "RFC 9728 §3.1", names });
  places.push({
    url: base,
    source: "RFC 9728 §3.1",
    names: [...new Set([...names, server.origin, `${server.origin}/`])],
  });
  return places;
}

function texts(serverUrl: string, document: JsonObject, name: string): readonly string[] | null {
  const value = Object.hasOwn(document, name) ? document[name] : undefined;
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string")) {
    throw invalid(serverUrl, `${name} is not a list of texts`);
  }
  return value;
}

/**
 * Judges what stood at one place.
 * @throws Refusal `resource_metadata_invalid`, `issuer_error`
 */
export function judgeResourceMetadata(
  serverUrl: string,
  place: ResourcePlace,
  response: FlowResponse,
  challenge: string | undefined,
  allowPlainHttpOnLoopback: boolean,
  nowMs: number,
  ruling: Ruling,
): CheckedResource | Absent {
  if (response.status >= 400 && response.status < 500 && response.status !== 429) {
    ruling.note("metadata-present", place.source, false, {
      expected: "200",
      found: `${response.status}`,
    });
    return ABSENT;
  }
  const busy = unavailable(new URL(serverUrl).origin, response, nowMs);
  if (busy !== null) throw busy;
  ruling.must(
    "metadata-status",
    "RFC 9728 §3.2",
    response.status === 200,
    { expected: "200", found: `${response.status}` },
    () =>
      invalid(serverUrl, `${place.url} answered ${response.status}; a redirect is not followed`),
  );
  const read = readObject(response);
  if (!read.ok) {
    ruling.note("metadata-json", "RFC 9728 §3.2", false, {
      expected: "a JSON object",
      found: read.problem,
    });
    throw invalid(serverUrl, `${place.url}: ${read.problem}`);
  }
  const document = read.value;
  const resource = document["resource"];
  ruling.must(
    "resource-equal",
    "RFC 9728 §3.3",
    typeof resource === "string" && place.names.includes(resource),
    { expected: place.names.join(" or "), found: resource },
    () => invalid(serverUrl, `it speaks about ${quoted(resource)}`),
  );
  if (document["signed_metadata"] !== undefined) {
    // Nothing is taken out of it, so nothing has to be believed about its signature (RFC 9728 section 2.2).
    ruling.note("signed-metadata-unused", "RFC 9728 §2.2", true, { found: "present, not used" });
  }
  const issuers = texts(serverUrl, document, "authorization_servers") ?? [];
  ruling.must(
    "names-an-issuer",
    "MCP authorization, server location",
    issuers.length > 0,
    { expected: "at least one issuer", found: issuers.length === 0 ? "none" : issuers.join(", ") },
    () => invalid(serverUrl, "it names no issuer"),
  );
  for (const issuer of issuers) {
    const wrong = issuerProblem(issuer, allowPlainHttpOnLoopback);
    if (wrong !== null)
      throw invalid(serverUrl, `its issuer ${quoted(issuer)} cannot be used: ${wrong}`);
  }
  const asked = challengeOf(challenge, "bearer", "dpop")?.params.get("scope");
  return {
    resource,
    authorizationServers: [...issuers],
    scopesSupported: texts(serverUrl, document, "scopes_supported"),
    scopesChallenged: asked === undefined ? null : scopesOf(asked),
    bindsToCertificates: document["tls_client_certificate_bound_access_tokens"] === true,
    wantsDpop: document["dpop_bound_access_tokens_required"] === true,
    name: typeof document["resource_name"] === "string" ? quoted(document["resource_name"]) : null,
  };
}

/**
 * Asks a server which issuers it trusts. Null when it says nothing anywhere: then it is no OAuth resource, or
 * one that a person has to configure.
 * @param serverUrl address of the server, as it is called
 * @param challenge its WWW-Authenticate field, if it answered 401
 * @throws Refusal `resource_metadata_invalid`, `issuer_error`, `issuer_unreachable`, …
 */
export async function discoverResource(
  ctx: FlowContext,
  serverUrl: string,
  challenge: string | undefined,
  options: { readonly allowPlainHttpOnLoopback: boolean },
): Promise<CheckedResource | null> {
  const allow = options.allowPlainHttpOnLoopback;
  const party = quoted(serverUrl);
  for (const place of resourcePlaces(serverUrl, challenge, allow)) {
    const found = await inStep(ctx, "discover-resource", party, async (step) => {
      const response = await step.send(
        place.url,
        { method: "GET", headers: { accept: "application/json" }, body: null },
        null,
      );
      return judgeResourceMetadata(
        serverUrl,
        place,
        response,
        challenge,
        allow,
        ctx.clock.now(),
        step.ruling,
      );
    });
    if (found !== ABSENT) return found;
  }
  return null;
}

/** MCP's order: what the 401 asked for, else all that the server lists, else nothing is asked. */
export const scopesToAsk = (resource: CheckedResource): readonly string[] =>
  resource.scopesChallenged ?? resource.scopesSupported ?? [];
