// The HTTP side of every practice server: its metadata, its checks, and only then MCP.
import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse, type ChallengeFacts } from "../challenge.ts";
import type { Nonces } from "../dpop.ts";
import type { Handle } from "../listeners.ts";
import type { Refusals } from "../refusals.ts";
import { type Caller, checkScopes, type Verdict } from "../resource-check.ts";
import type { LabLog } from "../types.ts";
import type { McpRoom } from "./modern.ts";
import type { Tool } from "./tool.ts";

export interface Door {
  readonly name: string;
  /** `http(s)://127.0.0.1:port/mcp` */
  readonly url: string;
  readonly issuer: string | null;
  readonly tools: readonly Tool[];
  readonly room: McpRoom;
  readonly refusals: Refusals;
  readonly log: LabLog;
  readonly dpop: boolean;
  readonly certificateBound: boolean;
  /** Null where a token may be bound to no key. */
  readonly nonces: Nonces | null;
  /** Null caller: let in without a token, by a key. */
  check(request: IncomingMessage): Promise<Verdict | { readonly caller: null }>;
}

const MOST_BYTES = 1_048_576;

export function doorHandle(door: Door): Handle {
  return (request, response) => {
    serve(door, request, response).catch((error: unknown) => {
      door.log.warn("lab.server.failed", {
        server: door.name,
        error: error instanceof Error ? error.message : "unknown",
      });
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

async function serve(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { origin, pathname: home } = new URL(door.url);
  const { pathname } = new URL(request.url ?? "/", origin);
  // RFC 9728 section 3.1: the well-known part goes before the path.
  if (door.issuer !== null && pathname === `/.well-known/oauth-protected-resource${home}`) {
    send(response, 200, metadata(door));
    return;
  }
  if (pathname !== home) {
    send(response, 404, { error: "nothing here" });
    return;
  }
  const facts: ChallengeFacts = {
    server: door.name,
    metadata: door.issuer === null ? null : `${origin}/.well-known/oauth-protected-resource${home}`,
    scopes: scopesOf(door.tools, "read"),
    dpop: door.dpop,
    nonce: door.nonces?.current() ?? null,
  };
  const verdict = await door.check(request);
  if ("refused" in verdict) {
    refuse(response, verdict.refused, facts, door.refusals);
    return;
  }
  const body = request.method === "POST" ? await jsonBody(request) : undefined;
  if (body instanceof Error) {
    send(response, 400, {
      jsonrpc: "2.0",
      error: { code: -32700, message: body.message },
      id: null,
    });
    return;
  }
  const { caller } = verdict;
  if (caller) {
    const wanted = scopesFor(door.tools, body, caller);
    const refused = checkScopes(caller, wanted);
    if (refused) {
      refuse(response, refused, { ...facts, scopes: wanted }, door.refusals);
      return;
    }
  }
  // RFC 9449 section 8.2: the next nonce comes with each answer.
  if (facts.nonce !== null) response.setHeader("dpop-nonce", facts.nonce);
  await door.room.serve(request, response, body, caller);
}

/** RFC 9728 section 2. */
function metadata(door: Door): Record<string, unknown> {
  return {
    resource: door.url,
    authorization_servers: [door.issuer],
    scopes_supported: scopesOf(door.tools, "all"),
    bearer_methods_supported: ["header"],
    resource_name: `PRACTICE ${door.name}`,
    tls_client_certificate_bound_access_tokens: door.certificateBound,
    dpop_bound_access_tokens_required: door.nonces !== null,
    ...(door.dpop ? { dpop_signing_alg_values_supported: ["ES256", "EdDSA"] } : {}),
  };
}

export function scopesOf(tools: readonly Tool[], which: "read" | "all"): string[] {
  const asked = tools
    .filter((t) => which === "all" || t.kind === "read")
    .flatMap((t) => t.scope ?? []);
  return [...new Set(asked)];
}

/** What the messages of this request need: the called tool's scope, or any scope at all just to look around. */
function scopesFor(tools: readonly Tool[], body: unknown, caller: Caller): string[] {
  const called = (Array.isArray(body) ? body : [body]).flatMap((message: unknown) => {
    const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
    return method === "tools/call" ? (tools.find((t) => t.name === params?.name)?.scope ?? []) : [];
  });
  if (called.length > 0) return [...new Set(called)];
  const any = scopesOf(tools, "all").some((scope) => caller.scopes.has(scope));
  return any ? [] : scopesOf(tools, "read");
}

async function jsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) return new Error("more than a practice server reads");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    return new Error("Parse error");
  }
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
