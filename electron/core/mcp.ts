// The rules of both MCP generations that need no state: what headers must say, which of them travel, and
// which generation a message belongs to.
//
// Both directions are allow-lists. A deny-list is always one header behind: the day a proxy or a server
// adds another way to carry identity, it would leak. What is not named here stays on its side.
import { Refusal } from "./errors.ts";
import type { Message } from "./message.ts";

export const FIRST_MODERN_VERSION = "2026-07-28";

/** As node:http gives them: lower-case names, repeated fields joined or in an array. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
/** Lower-case names, one value each. */
export type PlainHeaders = Record<string, string>;
export type Generation = "modern" | "legacy";

export const HEADER = {
  method: "mcp-method",
  name: "mcp-name",
  version: "mcp-protocol-version",
  session: "mcp-session-id",
  lastEvent: "last-event-id",
  paramPrefix: "mcp-param-",
} as const;

/** Which member of params `Mcp-Name` mirrors (SEP-2243, and SEP-2663 for tasks). */
const NAME_SOURCE: ReadonlyMap<string, "name" | "uri" | "taskId"> = new Map([
  ["tools/call", "name"],
  ["prompts/get", "name"],
  ["resources/read", "uri"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

const SENTINEL_START = "=?base64?";
const SENTINEL_END = "?=";
const CANONICAL_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const isSentinel = (value: string): boolean =>
  value.startsWith(SENTINEL_START) &&
  value.endsWith(SENTINEL_END) &&
  value.length >= SENTINEL_START.length + SENTINEL_END.length;

/** A value as an HTTP field: itself where that is plain ASCII that nothing would trim, else the sentinel form. */
export function encodeHeaderValue(value: string): string {
  const plain = /^[\t\x20-\x7e]+$/.test(value) && value === value.trim() && !isSentinel(value);
  if (plain) return value;
  let binary = "";
  for (const byte of new TextEncoder().encode(value)) binary += String.fromCharCode(byte);
  return `${SENTINEL_START}${btoa(binary)}${SENTINEL_END}`;
}

/** The value behind a field, or null where the sentinel holds no canonical Base64 of UTF-8. */
export function decodeHeaderValue(field: string): string | null {
  // RFC 9110 section 5.5: optional white space around a field value is not part of it.
  const value = field.replace(/^[\t ]+/, "").replace(/[\t ]+$/, "");
  if (!isSentinel(value)) return value;
  const encoded = value.slice(SENTINEL_START.length, -SENTINEL_END.length);
  if (!CANONICAL_BASE64.test(encoded)) return null;
  try {
    const binary = atob(encoded);
    const bytes = Uint8Array.from(binary, (c) => c.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** `2026-07-28` and later. Versions are dates, which compare as text. */
export const isModernVersion = (version: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= FIRST_MODERN_VERSION;

/** A field that says one thing; undefined where it is absent. Sent twice, it says nothing that can be trusted. */
function single(headers: RawHeaders, name: string): string | undefined {
  const value = headers[name];
  if (value === undefined || typeof value === "string") return value;
  if (value.length > 1) throw new Refusal("header_mismatch", { header: name });
  return value[0];
}

/**
 * Compares the headers that mirror the message with the message. Somebody on the way may have decided by
 * the header; we decide by the body; they must be the same thing. A missing header is the server's to
 * complain about: it misleads nobody. `message` is null for GET and DELETE.
 * @throws Refusal `header_mismatch` with `header`
 */
export function checkHeaders(
  message: (Message & { readonly taskId?: string | null }) | null,
  headers: RawHeaders,
): void {
  const method = single(headers, HEADER.method);
  const name = single(headers, HEADER.name);
  const version = single(headers, HEADER.version);
  if (message === null) return;
  const mismatch = (header: string) => new Refusal("header_mismatch", { header });

  if (method !== undefined && decodeHeaderValue(method) !== message.method) {
    throw mismatch("Mcp-Method");
  }
  if (name !== undefined) {
    const source = message.method === null ? undefined : NAME_SOURCE.get(message.method);
    // Methods that mirror nothing may carry the header; what it says is then nobody's business.
    if (source !== undefined) {
      const said = decodeHeaderValue(name);
      if (said === null || said !== (message[source] ?? null)) throw mismatch("Mcp-Name");
    }
  }
  if (version !== undefined) {
    const said = decodeHeaderValue(version);
    if (message.envelopeVersion !== null && said !== message.envelopeVersion) {
      throw mismatch("MCP-Protocol-Version");
    }
    // `initialize` opens a legacy session: a header that says otherwise wants to be read two ways.
    if (
      message.method === "initialize" &&
      message.envelopeVersion === null &&
      (said === null || isModernVersion(said))
    ) {
      throw mismatch("MCP-Protocol-Version");
    }
  }
}

/**
 * Which generation an exchange belongs to. The body's envelope speaks first, then `initialize`, then the
 * header. Without any of them it is legacy: the specification tells servers to assume 2025-03-26.
 * Null where the only version told is not a version.
 */
export function generationOf(message: Message | null, headers: RawHeaders): Generation | null {
  const claimed = message?.envelopeVersion ?? null;
  if (claimed !== null) return versionGeneration(claimed);
  if (message?.method === "initialize") return "legacy";
  const header = headers[HEADER.version];
  return typeof header === "string" ? versionGeneration(header.trim()) : "legacy";
}

function versionGeneration(version: string): Generation | null {
  if (isModernVersion(version)) return "modern";
  return /^\d{4}-\d{2}-\d{2}$/.test(version) ? "legacy" : null;
}

/**
 * Request headers that go on to the server. Not among them, and why:
 * authorization, cookie, proxy-*, x-client-cert: identity belongs to the vault, not to the agent ·
 * host, forwarded, x-forwarded-*: the server's peer is Countersign ·
 * user-agent: it names the person's programs and versions to every server; the forwarder has its own ·
 * content-length, transfer-encoding: the forwarder frames what it sends ·
 * accept-encoding: the forwarder asks for identity, because a compressed answer cannot be observed ·
 * baggage: free-form data of whoever called the agent.
 */
const ONWARD: ReadonlySet<string> = new Set([
  "accept",
  "content-type",
  HEADER.session,
  HEADER.version,
  HEADER.lastEvent,
  HEADER.method,
  HEADER.name,
  "traceparent",
  "tracestate",
]);

/**
 * Response headers that come down to the agent. Not among them, and why:
 * set-cookie, www-authenticate, authentication-info, proxy-*: they concern our credential, not the agent's ·
 * location: nothing here follows redirects · server, x-powered-by, via: facts for attackers ·
 * access-control-*: the door alone decides which pages may read it (none) ·
 * content-length, transfer-encoding: the door frames what it sends.
 * content-encoding does come down: the bytes are passed on as they came, and unreadable without it.
 */
const RETURN: ReadonlySet<string> = new Set([
  "content-type",
  "content-encoding",
  "cache-control",
  "retry-after",
  // RFC 9110 section 15.5.6: a 405 must say what is allowed.
  "allow",
]);

/** What goes up of an agent's request headers. */
export function onwardHeaders(raw: RawHeaders): PlainHeaders {
  return pick(raw, (name) => ONWARD.has(name) || name.startsWith(HEADER.paramPrefix));
}

/** Whether a header repeats a value of the arguments (2026-07-28: `Mcp-Param-…`). @param name in lower case */
export const mirrorsArguments = (name: string): boolean => name.startsWith(HEADER.paramPrefix);

/** What comes down of a server's response headers. */
export function returnHeaders(raw: RawHeaders): PlainHeaders {
  return pick(raw, (name) => RETURN.has(name) || name.startsWith("mcp-"));
}

function pick(raw: RawHeaders, mayPass: (name: string) => boolean): PlainHeaders {
  const hopByHop = nominated(raw);
  const out: PlainHeaders = {};
  for (const [given, value] of Object.entries(raw)) {
    const name = given.toLowerCase();
    if (value === undefined || !mayPass(name) || hopByHop.has(name) || !isToken(name)) continue;
    const joined = typeof value === "string" ? value : value.join(", ");
    // RFC 9110 section 5.5: a value with CR, LF or NUL is an attempt to write another header.
    if (/^[\t\x20-\x7e\x80-\xff]*$/.test(joined)) out[name] = joined;
  }
  return out;
}

const isToken = (name: string): boolean => /^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/.test(name);

/** RFC 9110 section 7.6.1: fields that Connection names go no further than this hop. */
function nominated(raw: RawHeaders): ReadonlySet<string> {
  const value = raw["connection"];
  const listed = typeof value === "string" ? value : (value ?? []).join(",");
  return new Set(
    listed
      .toLowerCase()
      .split(",")
      .map((option) => option.trim()),
  );
}
