// A server of the 2026-07-28 generation, made with the official v2 SDK, once open and once behind a key.
import http from "node:http";
import type { AddressInfo } from "node:net";
import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

export async function modernServer(): Promise<{
  /** Wants some `Authorization: Bearer`. */
  url: string;
  openUrl: string;
  /** Calls of the tool `wait` that have not been cancelled. */
  waiting: () => number;
  close: () => Promise<void>;
}> {
  let waiting = 0;
  const make = (): McpServer => {
    const server = new McpServer(
      { name: "modern", version: "1.0.0" },
      { instructions: "Be kind." },
    );
    server.registerTool(
      "echo",
      { description: "Says it again", inputSchema: z.object({ message: z.string() }) },
      ({ message }) => ({
        content: [{ type: "text", text: message }],
      }),
    );
    server.registerTool(
      "get-sum",
      { inputSchema: z.object({ a: z.number(), b: z.number() }) },
      ({ a, b }) => ({
        content: [{ type: "text", text: String(a + b) }],
      }),
    );
    server.registerTool(
      "trigger-long-running-operation",
      { inputSchema: z.object({ duration: z.number(), steps: z.number() }) },
      async ({ duration, steps }, ctx) => {
        const progressToken = ctx.mcpReq._meta?.progressToken;
        for (let step = 1; step <= steps; step++) {
          await new Promise((resolve) => setTimeout(resolve, (duration * 1000) / steps));
          if (progressToken !== undefined) {
            await ctx.mcpReq.notify({
              method: "notifications/progress",
              params: { progressToken, progress: step, total: steps },
            });
          }
        }
        return { content: [{ type: "text", text: "done" }] };
      },
    );
    server.registerTool("wait", { inputSchema: z.object({}) }, async (_args, ctx) => {
      waiting++;
      await new Promise<void>((resolve) => {
        ctx.mcpReq.signal.addEventListener("abort", () => resolve());
      });
      waiting--;
      return { content: [] };
    });
    server.registerResource("note", "note://one", { mimeType: "text/plain" }, (uri) => ({
      contents: [{ uri: uri.href, text: "a note" }],
    }));
    server.registerPrompt("simple-prompt", {}, () => ({
      messages: [{ role: "user", content: { type: "text", text: "hello" } }],
    }));
    return server;
  };
  const handler = toNodeHandler(createMcpHandler(make, { legacy: "reject" }));
  const listen = async (guarded: boolean): Promise<http.Server> => {
    const server = http.createServer((request, response) => {
      if (guarded && !/^Bearer (?!csa_)/.test(request.headers.authorization ?? "")) {
        response
          .writeHead(401, {
            "www-authenticate": 'Bearer realm="upstream"',
            "set-cookie": "upstream=1",
          })
          .end();
        return;
      }
      void handler(request as Parameters<typeof handler>[0], response);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return server;
  };
  const servers = [await listen(true), await listen(false)];
  const urls = servers.map((s) => `http://127.0.0.1:${(s.address() as AddressInfo).port}/mcp`);
  return {
    url: urls[0] ?? "",
    openUrl: urls[1] ?? "",
    waiting: () => waiting,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
