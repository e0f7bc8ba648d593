// Inventory: no MCP at all, but a plain JSON API with an OpenAPI document, opened by a key or by a token.
import type { IncomingMessage, ServerResponse } from "node:http";
import { refuse } from "./challenge.ts";
import type { Handle } from "./listeners.ts";
import { inventoryDocument } from "./openapi.ts";
import type { Refusals } from "./refusals.ts";
import { type Caller, checkScopes, type Verdict } from "./resource-check.ts";
import { send } from "./servers/door.ts";
import type { ApiKeys } from "./servers/notes.ts";
import { KEY_HEADER } from "./servers/notes.ts";
import type { LabLog } from "./types.ts";

export interface InventoryParts {
  readonly origin: string;
  readonly issuer: string;
  readonly keys: ApiKeys;
  readonly refusals: Refusals;
  readonly log: LabLog;
  check(request: IncomingMessage): Promise<Verdict>;
}

const ITEM_PATH = /^\/items\/([A-Za-z0-9-]{1,40})$/;

export function inventoryHandle(parts: InventoryParts): Handle {
  const shelf = new Map<string, { name: string; count: number }>([
    ["tube-6v6", { name: "Vacuum tube 6V6", count: 118 }],
    ["relay-70", { name: "Relay, panel F, position 70", count: 1 }],
    ["gear-40", { name: "Brass gear, 40 teeth", count: 2040 }],
  ]);
  const shown = (sku: string): Record<string, unknown> => ({ sku, ...shelf.get(sku) });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? "/", parts.origin);
    if (pathname === "/openapi.json") {
      send(response, 200, inventoryDocument(parts.origin, `${parts.issuer}/token`));
      return;
    }
    if (pathname === "/.well-known/oauth-protected-resource") {
      send(response, 200, {
        resource: parts.origin,
        authorization_servers: [parts.issuer],
        scopes_supported: ["inventory:read", "inventory:write"],
        bearer_methods_supported: ["header"],
        resource_name: "PRACTICE inventory",
      });
      return;
    }
    const sku = ITEM_PATH.exec(pathname)?.[1] ?? null;
    if (pathname !== "/items" && sku === null) {
      send(response, 404, { error: "nothing here" });
      return;
    }
    const wanted = request.method === "GET" ? "inventory:read" : "inventory:write";
    if (!(await mayPass(parts, request, response, wanted))) return;
    if (pathname === "/items" && request.method === "GET") {
      send(response, 200, [...shelf.keys()].map(shown));
    } else if (sku === null || !shelf.has(sku)) {
      send(response, sku === null ? 405 : 404, {
        error: sku === null ? "not that way" : "no such item",
      });
    } else if (request.method === "GET") {
      send(response, 200, shown(sku));
    } else if (request.method === "PATCH") {
      const count = await countIn(request);
      if (count === null) {
        send(response, 400, { error: "count must be a whole number from 0 to 1000000" });
        return;
      }
      shelf.set(sku, { name: shelf.get(sku)?.name ?? sku, count });
      send(response, 200, shown(sku));
    } else if (request.method === "DELETE") {
      shelf.delete(sku);
      response.writeHead(204).end();
    } else {
      send(response, 405, { error: "not that way" });
    }
  };

  return (request, response) => {
    serve(request, response).catch((error: unknown) => {
      parts.log.warn("lab.api.failed", {
        error: error instanceof Error ? error.message : "unknown",
      });
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
}

/** A key opens everything; a token opens what its scope says. */
async function mayPass(
  parts: InventoryParts,
  request: IncomingMessage,
  response: ServerResponse,
  scope: string,
): Promise<boolean> {
  const keyed = request.headers[KEY_HEADER.toLowerCase()] !== undefined;
  const verdict: Verdict | { readonly caller: Caller | null } = keyed
    ? parts.keys.check(request)
    : await parts.check(request);
  const refused =
    "refused" in verdict
      ? verdict.refused
      : verdict.caller
        ? checkScopes(verdict.caller, [scope])
        : null;
  if (!refused) return true;
  const metadata = `${parts.origin}/.well-known/oauth-protected-resource`;
  refuse(
    response,
    refused,
    { server: "inventory", metadata, scopes: [scope], dpop: false, nonce: null },
    parts.refusals,
  );
  return false;
}

async function countIn(request: IncomingMessage): Promise<number | null> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > 4096) return null;
  }
  try {
    const { count } = JSON.parse(body) as { count?: unknown };
    return Number.isInteger(count) && Number(count) >= 0 && Number(count) <= 1_000_000
      ? Number(count)
      : null;
  } catch {
    return null;
  }
}
