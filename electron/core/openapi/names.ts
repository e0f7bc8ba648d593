// Names of tools and of their arguments, and the headers that no document may have an agent set.
import type { Pattern } from "../patterns.ts";

/** What every MCP agent and every model accepts as a tool's name. */
export const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const ARGUMENT = /[^A-Za-z0-9_.-]+/g;

/** Makes a name of `wanted` that is legal and not in `taken`, and takes it. */
export function nameFor(wanted: string, fallback: string, taken: Set<string>): string {
  const legal = (text: string): string =>
    text
      .normalize("NFKC")
      .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
      .replaceAll(/_{2,}/g, "_")
      .replaceAll(/^_+|_+$/g, "")
      .slice(0, 58);
  const base = legal(wanted) || legal(fallback) || "operation";
  return take(base, taken);
}

/** Makes the name of an argument for a parameter: its own where that is legal and free. */
export function argumentFor(wanted: string, place: string, taken: Set<string>): string {
  const legal =
    wanted
      .replaceAll(ARGUMENT, "_")
      .replaceAll(/^_+|_+$/g, "")
      .slice(0, 58) || place;
  const base = taken.has(legal.toLowerCase()) ? `${place}_${legal}` : legal;
  return take(base, taken);
}

/** Told apart whatever their case: a reader that is blind to it would take one for the other. */
function take(base: string, taken: Set<string>): string {
  let name = base;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
  taken.add(name.toLowerCase());
  return name;
}

/** RFC 9110 section 5.6.2. */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;

/** OpenAPI 3.1, Parameter Object: definitions of these "shall be ignored". */
const IGNORED = new Set(["accept", "content-type", "authorization"]);
/**
 * Identity, routing and framing: the credential's, the connection's, or ours. Some servers let a header stand for
 * another method, path or host than the request line says; what was approved is the request line.
 */
const REFUSED = new Set(
  [
    "cookie cookie2 set-cookie host connection keep-alive te trailer trailers transfer-encoding upgrade content-length",
    "content-encoding accept-encoding expect forwarded via origin referer dpop max-forwards from user-agent",
    "x-http-method x-http-method-override x-method-override x-original-url x-rewrite-url x-original-host x-host",
    "x-real-ip x-client-cert x-ssl-client-cert x-auth-token x-amz-security-token x-csrf-token last-event-id",
  ]
    .join(" ")
    .split(" "),
);
const REFUSED_PREFIX = /^(?:proxy-|x-forwarded-|sec-|mcp-|:|access-control-)/;
const AUTH_LIKE = /(?:^|[-_])(?:authorization|authentication)(?:$|[-_])/;

/** Whether a document's header parameter is left out because OpenAPI says so. */
export const isIgnoredHeader = (name: string): boolean => IGNORED.has(name.toLowerCase());

/** Whether no agent may set this header, whatever a document says. */
export function isRefusedHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return (
    !TOKEN.test(name) ||
    IGNORED.has(lower) ||
    REFUSED.has(lower) ||
    REFUSED_PREFIX.test(lower) ||
    AUTH_LIKE.test(lower)
  );
}

/** Whether the server's own credential goes in this place: then no argument does. */
export function isCredentialPlace(pattern: Pattern, place: string, name: string): boolean {
  return (
    pattern.type === "api-key" &&
    pattern.in === place &&
    pattern.name.toLowerCase() === name.toLowerCase()
  );
}
