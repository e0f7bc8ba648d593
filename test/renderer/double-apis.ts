// The stand-in's answers about OpenAPI documents: the real reader, over what the stand-in keeps.
import type { ApiPreview } from "../../electron/core/openapi/api-register.ts";
import { createApiRegister } from "../../electron/core/openapi/api-register.ts";
import type { Api } from "../../electron/core/openapi/api.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import { clock, digest } from "../../electron/platform.ts";
import type { Handlers } from "../../electron/surface.ts";
import { memoryStore } from "../support/ports.ts";

const ID = "srv_document0";

function registerOf(tools: readonly Api[]) {
  const store = memoryStore();
  (store.all as { apis: readonly Api[] }).apis = tools;
  return createApiRegister({ store, clock, digest });
}
/** What was imported, by server. */
const imported = new Map<string, Api>();

export function remember(
  server: string,
  document: string,
  operations: readonly string[] | null,
): void {
  imported.set(server, registerOf([]).take(server, document, operations));
}

/** A server that was made of a document some days ago. */
export const sampleApi = (url: string, document: string): ServerView => ({
  ...apiOf(document, null),
  id: "srv_sampleapi",
  tenant: "personal",
  name: "company",
  stage: "development",
  state: "active",
  createdAt: "2026-11-20T09:12:00.000Z",
  url,
  pattern: { type: "none" },
  allowPlainHttpOnLoopback: false,
  trustPem: null,
  endpoint: "http://127.0.0.1:7717/mcp/company",
  stdio: null,
});

/** What an import makes of a server. */
export function apiOf(document: string, operations: readonly string[] | null) {
  const api = registerOf([]).take(ID, document, operations);
  const { title, version, importedAt } = api;
  return {
    kind: "openapi" as const,
    importedAt,
    destructive: api.operations.flatMap((o) => (o.method === "DELETE" ? [o.name] : [])),
    api: { title, version, importedAt, tools: api.operations.length },
  };
}

export function apiAnswers(world: { servers: readonly ServerView[] }, changed: () => void) {
  return {
    "apis.read": ({ document, server }): ApiPreview => {
      const api = server === null ? undefined : imported.get(server);
      if (server === null || api === undefined) return registerOf([]).preview(document);
      return registerOf([api]).preview(document, server);
    },
    "servers.import": ({ id, document, operations }) => {
      const before = world.servers.find((one) => one.id === id);
      const next = { ...before, ...apiOf(document, operations) } as ServerView;
      remember(id, document, operations);
      world.servers = world.servers.map((one) => (one.id === id ? next : one));
      changed();
      return next;
    },
  } satisfies Partial<Handlers>;
}
