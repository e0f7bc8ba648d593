// The stand-in's answers about OpenAPI documents: the real reader, over what the stand-in keeps.
import type { ApiOperation } from "../../electron/core/openapi/api.ts";
import { type ApiPreview, previewOf, takenOf } from "../../electron/core/openapi/reading.ts";
import type { ServerView } from "../../electron/core/servers.ts";
import { clock } from "../../electron/platform.ts";
import type { Handlers } from "../../electron/surface.ts";

/** What was imported, by server. */
const imported = new Map<string, readonly ApiOperation[]>();

export function remember(
  server: string,
  document: string,
  operations: readonly string[] | null,
): void {
  imported.set(server, takenOf({ text: document, names: operations, kept: [] }).operations);
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
  lastCall: null,
});

/** What an import makes of a server. */
export function apiOf(document: string, operations: readonly string[] | null) {
  const api = takenOf({ text: document, names: operations, kept: [] });
  const { title, version } = api;
  const importedAt = new Date(clock.now()).toISOString();
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
      const before = server === null ? undefined : imported.get(server);
      return previewOf({ text: document, before: before ?? null });
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
