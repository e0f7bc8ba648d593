// A practice server of the generation before: `initialize`, then a session, as most servers in use still do.
import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Caller } from "../resource-check.ts";
import type { McpRoom } from "./modern.ts";
import { answer, hints, type Tool } from "./tool.ts";

/** The oldest session goes when one more is asked for. */
const MOST_SESSIONS = 64;

interface Session {
  readonly transport: StreamableHTTPServerTransport;
  /** Who opened it: a session id is no proof of anything. */
  readonly owner: string;
}

export function legacyRoom(name: string, instructions: string, tools: readonly Tool[]): McpRoom {
  const sessions = new Map<string, Session>();

  const open = async (
    owner: string,
    caller: Caller | null,
  ): Promise<StreamableHTTPServerTransport> => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        sessions.set(id, { transport, owner });
        const oldest = sessions.entries().next().value;
        if (sessions.size > MOST_SESSIONS && oldest) {
          sessions.delete(oldest[0]);
          void oldest[1].transport.close();
        }
      },
      onsessionclosed: (id) => {
        sessions.delete(id);
      },
    });
    const server = new McpServer({ name, version: "1.0.0" }, { instructions });
    for (const t of tools) {
      const facts = {
        title: t.title,
        description: t.description,
        inputSchema: t.input.shape,
        annotations: hints(t),
      };
      server.registerTool(t.name, facts, (input: unknown) => answer(t, input, caller));
    }
    await server.connect(transport);
    return transport;
  };

  return {
    async serve(request, response, body, caller) {
      const owner = ownerOf(request, caller);
      const id = request.headers["mcp-session-id"];
      if (typeof id !== "string") {
        await (await open(owner, caller)).handleRequest(request, response, body);
        return;
      }
      const session = sessions.get(id);
      if (session?.owner !== owner) {
        response.writeHead(404, { "content-type": "application/json" });
        response.end(
          JSON.stringify({
            jsonrpc: "2.0",
            error: { code: -32001, message: "Session not found" },
            id: null,
          }),
        );
        return;
      }
      await session.transport.handleRequest(request, response, body);
    },
    async close() {
      for (const { transport } of sessions.values()) await transport.close();
      sessions.clear();
    },
  };
}

function ownerOf(request: IncomingMessage, caller: Caller | null): string {
  if (caller) return `${caller.subject} ${caller.clientId}`;
  return createHash("sha256").update(String(request.headers["x-api-key"])).digest("hex");
}
