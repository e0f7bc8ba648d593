// The reference server over stdio, directly and through the upstream, driven by the v1 SDK: the same answers.
import { createRequire } from "node:module";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDoor, stdioServer, type TestDoor, until, upstreamFor } from "./door.ts";

const script = createRequire(import.meta.url).resolve(
  "@modelcontextprotocol/server-everything/dist/index.js",
);
const server = stdioServer({ args: [script, "stdio"] });
const upstream = upstreamFor();
let door: TestDoor;
let direct: Client;
let through: Client;
let transport: StreamableHTTPClientTransport;

function newClient(): Client {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, (request) => ({
    role: "assistant" as const,
    model: "none",
    content: { type: "text" as const, text: `sampled ${JSON.stringify(request.params.messages)}` },
  }));
  client.setRequestHandler(ElicitRequestSchema, () => ({
    action: "accept" as const,
    content: { name: "Ada", check: true },
  }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({
    roots: [{ uri: "file:///tmp/a", name: "a" }],
  }));
  return client;
}

beforeAll(async () => {
  door = await openDoor(upstream, server);
  direct = newClient();
  await direct.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [script, "stdio"],
      stderr: "ignore",
    }),
  );
  through = newClient();
  transport = new StreamableHTTPClientTransport(door.url);
  await through.connect(transport);
});

afterAll(async () => {
  await direct.close();
  await through.close();
  await upstream.close();
  await door.close();
});

describe("server-everything, legacy generation", () => {
  it("tells the same of itself", () => {
    expect(through.getServerCapabilities()).toEqual(direct.getServerCapabilities());
    expect(through.getInstructions()).toEqual(direct.getInstructions());
    expect(transport.sessionId).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it("lists the same tools, resources, templates and prompts", async () => {
    // Some tools are offered only once the server knows the client's roots and capabilities.
    await until(async () => {
      const [a, b] = await Promise.all([direct.listTools(), through.listTools()]);
      return a.tools.length === b.tools.length && a.tools.length > 8;
    });
    expect(await through.listTools()).toEqual(await direct.listTools());
    expect(await through.listResources()).toEqual(await direct.listResources());
    expect(await through.listResourceTemplates()).toEqual(await direct.listResourceTemplates());
    expect(await through.listPrompts()).toEqual(await direct.listPrompts());
  });

  it.each([
    ["echo", { message: 'a "quoted" 日本\n line' }],
    ["get-sum", { a: 2, b: 40 }],
    ["get-tiny-image", {}],
    ["get-structured-content", { location: "New York" }],
    ["get-annotated-message", { messageType: "error", includeImage: true }],
    ["get-resource-reference", { resourceType: "Text", resourceId: 3 }],
    ["get-roots-list", {}],
    ["trigger-sampling-request", { prompt: "hello", maxTokens: 9 }],
    ["trigger-elicitation-request", {}],
    ["no-such-tool", {}],
  ])("answers %s as it does directly", async (name, args) => {
    const strip = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME"));
    const call = (client: Client) => client.callTool({ name, arguments: args });
    expect(strip(await call(through))).toEqual(strip(await call(direct)));
  });

  it("reads the same prompt", async () => {
    const prompts = await direct.listPrompts();
    for (const { name, arguments: wanted } of prompts.prompts) {
      const args = Object.fromEntries((wanted ?? []).map((a) => [a.name, "1"]));
      const get = async (client: Client): Promise<unknown> =>
        client.getPrompt({ name, arguments: args }).catch((error: unknown) => String(error));
      expect(await get(through)).toEqual(await get(direct));
    }
  });

  it("brings every progress notification, in order, before the result", async () => {
    const seen: number[] = [];
    const result = await through.callTool(
      { name: "trigger-long-running-operation", arguments: { duration: 0.5, steps: 5 } },
      undefined,
      { onprogress: (p) => void seen.push(p.progress) },
    );
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(JSON.stringify(result)).toContain("Duration: 0.5 seconds, Steps: 5");
  });

  it("carries a cancellation to the server, and the session goes on", async () => {
    const cancel = new AbortController();
    const call = through.callTool(
      { name: "trigger-long-running-operation", arguments: { duration: 30, steps: 300 } },
      undefined,
      { signal: cancel.signal },
    );
    setTimeout(() => cancel.abort(), 100);
    await expect(call).rejects.toThrow();
    expect(await through.ping()).toEqual({});
  });

  it("brings unasked-for notifications on the GET stream", async () => {
    const logs: unknown[] = [];
    through.setNotificationHandler(LoggingMessageNotificationSchema, (n) => void logs.push(n));
    await through.setLoggingLevel("debug");
    await through.callTool({ name: "toggle-simulated-logging", arguments: {} });
    await until(() => logs.length > 0, 8000);
    await through.callTool({ name: "toggle-simulated-logging", arguments: {} });
  });

  it("carries 8 MiB each way unchanged", async () => {
    const message = "0123456789abcdef".repeat(512 * 1024);
    const result = await through.callTool({ name: "echo", arguments: { message } });
    expect(result["content"]).toEqual([{ type: "text", text: `Echo: ${message}` }]);
  });

  it("ends the process at DELETE and forgets the session", async () => {
    const client = newClient();
    const own = new StreamableHTTPClientTransport(door.url);
    await client.connect(own);
    const before = upstream.health(server.id).processes;
    await own.terminateSession();
    await until(() => upstream.health(server.id).processes === before - 1);
    await client.close();
  });
});
