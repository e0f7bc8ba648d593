// A practice server of the 2026-07-28 generation: stateless, one instance for each request.
import type { IncomingMessage, ServerResponse } from "node:http";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import type { Caller } from "../resource-check.ts";
import { answer, hints, type Tool } from "./tool.ts";

/** Serves one request that has already been let in. */
export interface McpRoom {
  serve(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    caller: Caller | null,
  ): Promise<void>;
  close(): Promise<void>;
}

export function modernRoom(name: string, instructions: string, tools: readonly Tool[]): McpRoom {
  const handler = createMcpHandler(
    (context) => {
      const caller = (context.authInfo?.extra?.["caller"] ?? null) as Caller | null;
      const server = new McpServer({ name, version: "1.0.0" }, { instructions });
      for (const t of tools) {
        const facts = {
          title: t.title,
          description: t.description,
          inputSchema: t.input,
          annotations: hints(t),
        };
        server.registerTool(t.name, facts, (input) => answer(t, input, caller));
      }
      return server;
    },
    { legacy: "reject" },
  );
  const serve = toNodeHandler(handler);
  return {
    serve: (request, response, body, caller) => {
      const auth = caller
        ? { token: "", clientId: caller.clientId, scopes: [...caller.scopes], extra: { caller } }
        : { token: "", clientId: "key", scopes: [] };
      return serve(Object.assign(request, { auth }) as Parameters<typeof serve>[0], response, body);
    },
    close: () => handler.close(),
  };
}
