// The shim as a real process between the SDKs' stdio clients and real servers.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernStdio } from "@modelcontextprotocol/client/stdio";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alive,
  openDoor,
  stdioServer,
  type TestDoor,
  until,
  upstreamFor,
} from "../host/stdio/door.ts";
import { CREDENTIAL, type Gate, openGate } from "./gate.ts";

const everything = createRequire(import.meta.url).resolve(
  "@modelcontextprotocol/server-everything/dist/index.js",
);
const fixtures = path.resolve(import.meta.dirname, "../fixtures");
let folder: string;
let shim: string;
let http: ChildProcess;
let gate: Gate;
let through: Client;
let direct: Client;
let transport: StdioClientTransport;

async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function newClient(): Client {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: { sampling: {}, elicitation: {} } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: "assistant" as const,
    model: "none",
    content: { type: "text" as const, text: "sampled" },
  }));
  client.setRequestHandler(ElicitRequestSchema, () => ({
    action: "accept" as const,
    content: { name: "Ada", check: true },
  }));
  return client;
}

const start = (server: string, proof: string) => ({
  command: process.execPath,
  args: [shim, server, proof],
  env: { COUNTERSIGN_AGENT_CREDENTIAL: CREDENTIAL },
  stderr: "ignore" as const,
});

async function proofOf(door: string): Promise<string> {
  const file = path.join(folder, `proof-${Math.random()}`);
  await writeFile(file, door);
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "countersign-"));
  await build({
    configFile: false,
    logLevel: "silent",
    root: fixtures,
    build: { ssr: path.join(fixtures, "shim-main.ts"), outDir: folder, minify: false },
  });
  shim = path.join(folder, "shim-main.js");
  await writeFile(path.join(folder, "package.json"), '{"type":"module"}');
  const port = await freePort();
  http = spawn(process.execPath, [everything, "streamableHttp"], {
    env: { ...process.env, PORT: String(port) },
    stdio: "ignore",
  });
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  await until(async () => (await fetch(url).catch(() => null)) !== null, 15_000);
  gate = await openGate(url);
  transport = new StdioClientTransport(start("everything", await proofOf(gate.door)));
  through = newClient();
  await through.connect(transport);
  direct = newClient();
  await direct.connect(new StreamableHTTPClientTransport(url));
});

afterAll(async () => {
  await through?.close();
  await direct?.close();
  await gate?.close();
  http?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

describe("legacy: v1 SDK on stdio, server-everything over HTTP", () => {
  it("lists the same", async () => {
    await until(async () => {
      const [a, b] = await Promise.all([direct.listTools(), through.listTools()]);
      return a.tools.length === b.tools.length && a.tools.length > 8;
    });
    expect(through.getServerCapabilities()).toEqual(direct.getServerCapabilities());
    expect(await through.listTools()).toEqual(await direct.listTools());
    expect(await through.listResources()).toEqual(await direct.listResources());
    expect(await through.listPrompts()).toEqual(await direct.listPrompts());
  });

  it.each([
    ["echo", { message: "日本 \u2028 \n" }],
    ["get-tiny-image", {}],
    ["get-structured-content", { location: "Chicago" }],
    ["trigger-sampling-request", { prompt: "p", maxTokens: 3 }],
    ["trigger-elicitation-request", {}],
    ["no-such-tool", {}],
  ])("answers %s as it does directly", async (name, args) => {
    const call = (client: Client) => client.callTool({ name, arguments: args });
    expect(await call(through)).toEqual(await call(direct));
  });

  it("brings progress before the result, unasked-for logs, and 3 MiB", async () => {
    // Seen at the transport: the SDK itself forgets the handler when both come in one chunk.
    const order: unknown[] = [];
    const onward = transport.onmessage ?? (() => {});
    transport.onmessage = (message) => {
      const progress = "method" in message ? message.params?.["progress"] : "result";
      if (progress !== undefined) order.push(progress);
      onward(message);
    };
    await through.callTool(
      { name: "trigger-long-running-operation", arguments: { duration: 0.4, steps: 4 } },
      undefined,
      { onprogress: () => {} },
    );
    transport.onmessage = onward;
    expect(order).toEqual([1, 2, 3, 4, "result"]);
    const logs: unknown[] = [];
    through.setNotificationHandler(LoggingMessageNotificationSchema, (n) => void logs.push(n));
    await through.callTool({ name: "toggle-simulated-logging", arguments: {} });
    await until(() => logs.length > 0, 9000);
    await through.callTool({ name: "toggle-simulated-logging", arguments: {} });
    // The SDK's own HTTP server takes 4 MiB at most, message included.
    const message = "m".repeat(3 * 1024 * 1024);
    const result = await through.callTool({ name: "echo", arguments: { message } });
    expect(result["content"]).toEqual([{ type: "text", text: `Echo: ${message}` }]);
  });

  it("posts a legacy cancellation and gives no answer to the cancelled call", async () => {
    const leave = new AbortController();
    const call = through.callTool(
      { name: "trigger-long-running-operation", arguments: { duration: 20, steps: 100 } },
      undefined,
      { signal: leave.signal },
    );
    setTimeout(() => leave.abort(), 100);
    await expect(call).rejects.toThrow();
    await until(() => gate.seen.some(({ body }) => body.includes("notifications/cancelled")));
    expect(await through.ping()).toEqual({});
  });

  it("names session and version in each request, and the credential nowhere but in its header", async () => {
    const after = gate.seen.filter(({ body }) => body.includes("tools/call"));
    expect(after.length).toBeGreaterThan(3);
    for (const { headers } of after) {
      expect(headers["mcp-session-id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers["mcp-protocol-version"]).toBe("2025-11-25");
    }
    expect(gate.seen.some(({ body }) => body.includes(CREDENTIAL))).toBe(false);
    const cmdline = await readFile(`/proc/${transport.pid}/cmdline`, "utf8");
    expect(cmdline).not.toContain(CREDENTIAL);
  });

  it("ends the session and itself when the assistant closes its end", async () => {
    const pid = transport.pid ?? 0;
    await through.close();
    await until(async () => !(await alive(pid)));
    expect(gate.seen.at(-1)).toMatchObject({ method: "DELETE" });
  });
});

describe("modern: v2 SDK on stdio, a modern local server behind the door", () => {
  const upstream = upstreamFor();
  let door: TestDoor;
  let client: ModernClient;

  beforeAll(async () => {
    const server = stdioServer({ args: [path.join(fixtures, "stdio-modern.mjs")] });
    door = await openDoor(upstream, server);
    client = new ModernClient(
      { name: "test", version: "1" },
      { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: "auto" } },
    );
    client.setRequestHandler("elicitation/create", () => ({
      action: "accept" as const,
      content: { name: "Ada" },
    }));
    await client.connect(new ModernStdio(start("local", await proofOf(door.url.origin))));
  });

  afterAll(async () => {
    await client.close();
    await upstream.close();
    await door.close();
  });

  it("speaks the modern generation from end to end", async () => {
    expect(client.getProtocolEra()).toBe("modern");
    const result = await client.callTool({ name: "ask-name", arguments: {} });
    expect(JSON.stringify(result)).toContain("Ada");
    expect((await client.readResource({ uri: "note://one" })).contents).toHaveLength(1);
  });

  it("cancels by closing the stream", async () => {
    const count = async () =>
      JSON.stringify(await client.callTool({ name: "cancellations", arguments: {} }));
    const before = await count();
    const leave = new AbortController();
    const running = client.callTool(
      { name: "slow", arguments: { ms: 800, value: "v" } },
      { signal: leave.signal },
    );
    setTimeout(() => leave.abort(), 50);
    await expect(running).rejects.toThrow();
    await until(async () => (await count()) !== before);
  });

  it("carries a subscription", async () => {
    let changes = 0;
    client.setNotificationHandler("notifications/tools/list_changed", () => void changes++);
    const subscription = await client.listen({ toolsListChanged: true });
    await client.callTool({ name: "add-tool", arguments: { name: `added-${Date.now()}` } });
    await until(() => changes > 0);
    await subscription.close();
  });
});
