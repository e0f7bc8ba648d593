// Everything the front door refuses before a byte of the body is read.
import type { IncomingMessage } from "node:http";
import type { AgentAuthMethod } from "../../core/agents.ts";
import { Refusal } from "../../core/errors.ts";

/** What a path asks for. */
export type Target =
  | { readonly kind: "mcp"; readonly server: string }
  | { readonly kind: "invoke"; readonly server: string; readonly tool: string }
  | { readonly kind: "metadata"; readonly server: string }
  /** Where an issuer sends the person's browser back to (RFC 8252 section 7.3). */
  | { readonly kind: "callback"; readonly path: string; readonly params: URLSearchParams }
  /** Public keys with which Countersign signs for the agents of a tenant (RFC 7517). */
  | { readonly kind: "jwks"; readonly tenant: string };

const SLUG = "[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?";
const MCP = new RegExp(`^/mcp/(${SLUG})$`);
const INVOKE = new RegExp(`^/tools/(${SLUG})/([^/?#]{1,384})/invoke$`);
// RFC 9728 section 3.1: the well-known part goes between host and path.
const METADATA = new RegExp(`^/\\.well-known/oauth-protected-resource/mcp/(${SLUG})$`);

const METHODS = {
  mcp: ["POST", "GET", "DELETE"],
  invoke: ["POST"],
  metadata: ["GET"],
  callback: ["GET"],
  jwks: ["GET"],
};
const CALLBACK = /^\/oauth\/callback\/[A-Za-z0-9_-]{22}$/;
const JWKS = new RegExp(`^/tenants/(${SLUG})/jwks\\.json$`);

/** Headers that must not come twice: two readers could each believe another one. */
const ONCE = new Set([
  "authorization",
  "host",
  "content-type",
  "content-length",
  "transfer-encoding",
  "mcp-session-id",
  "mcp-protocol-version",
  "mcp-method",
  "mcp-name",
  "last-event-id",
]);

/**
 * Host, Origin, path, method and shape of the headers. The order matters: a page that rebound a name to
 * 127.0.0.1 must learn nothing, not even which paths exist (CVE-2025-49596 and its kin).
 * @param authority exactly what Host must say, e.g. `127.0.0.1:7717`
 * @throws Refusal `host_refused`, `origin_refused`, `headers_refused`, `path_unknown`, `method_not_allowed`,
 *   `content_type_refused`
 */
export function guard(request: IncomingMessage, authority: string): Target {
  const { headers } = request;
  if (headers.host !== authority) throw new Refusal("host_refused");
  // No page has business here: our own interface has a listener of its own. `null` counts as a page.
  if (headers.origin !== undefined) throw new Refusal("origin_refused");
  const target = route(request.url ?? "");
  // Browsers say where a request comes from even where they send no Origin (a form's GET, an image). The one thing
  // that a browser is sent here for is the end of a sign-in: a navigation, not a picture in somebody's page.
  const site = headers["sec-fetch-site"];
  const comesBack =
    target?.kind === "callback" && (headers["sec-fetch-mode"] ?? "navigate") === "navigate";
  if (site !== undefined && site !== "none" && !comesBack) throw new Refusal("origin_refused");
  if (request.httpVersionMajor !== 1 || request.httpVersionMinor !== 1) {
    throw new Refusal("headers_refused", { reason: "only HTTP/1.1 is spoken here" });
  }
  checkOnce(request.rawHeaders);
  checkExpect(headers.expect);

  if (target === null) throw new Refusal("path_unknown");
  const method = request.method ?? "";
  if (!METHODS[target.kind].includes(method)) throw new Refusal("method_not_allowed");
  if (method === "POST") checkContentType(headers["content-type"]);
  return target;
}

function checkOnce(rawHeaders: readonly string[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    if (!ONCE.has(name)) continue;
    if (seen.has(name)) {
      if (name === "authorization") throw new Refusal("agent_credential_twice");
      throw new Refusal("headers_refused", { reason: `${name} came twice` });
    }
    seen.add(name);
  }
  // RFC 9112 section 6.1: both lengths together are the classic way to smuggle a second request.
  if (seen.has("content-length") && seen.has("transfer-encoding")) {
    throw new Refusal("headers_refused", { reason: "two message lengths" });
  }
}

/** RFC 9110 section 10.1.1: one thing can be expected. @throws Refusal `headers_refused` */
export function checkExpect(value: string | undefined): void {
  if (value !== undefined && !/^100-continue$/i.test(value)) {
    throw new Refusal("headers_refused", { reason: "they expect more than 100-continue" });
  }
}

function route(url: string): Target | null {
  // A token in a query must not even be looked at (OAuth 2.1 section 5.1); only a sign-in's answer comes in one.
  const path = url.split("?", 1)[0] ?? "";
  if (CALLBACK.test(path)) {
    return { kind: "callback", path, params: new URLSearchParams(url.slice(path.length + 1)) };
  }
  let match = JWKS.exec(path);
  if (match?.[1] !== undefined) return { kind: "jwks", tenant: match[1] };
  match = MCP.exec(path);
  if (match?.[1] !== undefined) return { kind: "mcp", server: match[1] };
  match = INVOKE.exec(path);
  if (match?.[1] !== undefined && match[2] !== undefined) {
    try {
      return { kind: "invoke", server: match[1], tool: decodeURIComponent(match[2]) };
    } catch {
      return null;
    }
  }
  match = METADATA.exec(path);
  return match?.[1] === undefined ? null : { kind: "metadata", server: match[1] };
}

/** Exactly JSON: a page can send text/plain and forms without asking first, and not this. */
function checkContentType(value: string | undefined): void {
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i.test(value ?? "")) {
    throw new Refusal("content_type_refused");
  }
}

/**
 * The credential in `Authorization: Bearer …` (RFC 6750 section 2.1) or `Authorization: ApiKey …`.
 * @throws Refusal `agent_credential_missing`
 */
export function presentedCredential(value: string | undefined): {
  readonly credential: string;
  readonly authMethod: AgentAuthMethod;
} {
  const match = /^(bearer|apikey) +([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(value ?? "");
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new Refusal("agent_credential_missing");
  }
  const authMethod = match[1].toLowerCase() === "bearer" ? "bearer" : "api-key";
  return { credential: match[2], authMethod };
}
