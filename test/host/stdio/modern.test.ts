// The 2026-07-28 generation over stdio, driven by the v2 SDK and by plain HTTP where an SDK would not misbehave.
import path from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDoor, stdioServer, type TestDoor, until, upstreamFor } from "./door.ts";
import { ask, legacy, modern, post, read, result, session } from "./raw.ts";

const fixture = path.resolve(import.meta.dirname, "../../fixtures/stdio-modern.mjs");
const odd = path.resolve(import.meta.dirname, "../../fixtures/stdio-odd.mjs");
const upstream = upstreamFor();
const server = stdioServer({ args: [fixture] });
const oddServer = stdioServer({ args: [odd], id: "srv_00000000odd", name: "odd" });
const fragile = stdioServer({
  args: [odd],
  id: "srv_0000fragile",
  name: "fragile",
  env: { ODD_PROBE: "die" },
});
let door: TestDoor;
let oddDoor: TestDoor;
let fragileDoor: TestDoor;
let through: Client;
let direct: Client;

function newClient(): Client {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode: "auto" } },
  );
  client.setRequestHandler("elicitation/create", () => ({
    action: "accept" as const,
    content: { name: "Ada" },
  }));
  return client;
}

beforeAll(async () => {
  [door, oddDoor, fragileDoor] = await Promise.all([
    openDoor(upstream, server),
    openDoor(upstream, oddServer),
    openDoor(upstream, fragile),
  ]);
  through = newClient();
  await through.connect(new StreamableHTTPClientTransport(door.url));
  direct = newClient();
  await direct.connect(new StdioClientTransport({ command: process.execPath, args: [fixture] }));
});

afterAll(async () => {
  await through.close();
  await direct.close();
  await upstream.close();
  for (const each of [door, oddDoor, fragileDoor]) await each.close();
});

const call = (client: Client, name: string, args: Record<string, unknown> = {}) =>
  client.callTool({ name, arguments: args });
const textOf = (value: unknown): string =>
  (value as { content: { text: string }[] }).content[0]?.text ?? "";

describe("v2 SDK agent, v2 SDK server", () => {
  it("speaks the modern generation on both sides", () => {
    expect(through.getProtocolEra()).toBe("modern");
    expect(direct.getProtocolEra()).toBe("modern");
    expect(through.getServerCapabilities()).toEqual(direct.getServerCapabilities());
  });

  it("lists and reads the same", async () => {
    expect(await through.listTools()).toEqual(await direct.listTools());
    expect(await through.listResources()).toEqual(await direct.listResources());
    expect(await through.listPrompts()).toEqual(await direct.listPrompts());
    const uri = "note://one";
    expect(await through.readResource({ uri })).toEqual(await direct.readResource({ uri }));
    const prompt = { name: "greet", arguments: { who: "日本" } };
    expect(await through.getPrompt(prompt)).toEqual(await direct.getPrompt(prompt));
  });

  it("calls tools with the same results, errors and questions", async () => {
    const value = "x".repeat(2 * 1024 * 1024);
    expect(await call(through, "echo", { value })).toEqual(await call(direct, "echo", { value }));
    expect(await call(through, "ask-name")).toEqual(await call(direct, "ask-name"));
    const fails = (client: Client) =>
      call(client, "no-such").catch((error: unknown) => String(error));
    expect(await fails(through)).toEqual(await fails(direct));
  });

  it("brings progress with the agent's own token", async () => {
    const seen: unknown[] = [];
    await through.callTool(
      { name: "slow", arguments: { ms: 80, value: "v" } },
      { onprogress: (p) => void seen.push(p.progress) },
    );
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it("cancels at the server when the agent closes the stream", async () => {
    const before = Number(textOf(await call(through, "cancellations")));
    const leave = new AbortController();
    const running = through.callTool(
      { name: "slow", arguments: { ms: 1000, value: "v" } },
      { signal: leave.signal },
    );
    setTimeout(() => leave.abort(), 50);
    await expect(running).rejects.toThrow();
    await until(async () => Number(textOf(await call(through, "cancellations"))) === before + 1);
  });

  it("carries a subscription and its end", async () => {
    let changes = 0;
    through.setNotificationHandler("notifications/tools/list_changed", () => void changes++);
    const subscription = await through.listen({ toolsListChanged: true });
    await call(through, "add-tool", { name: `added-${Date.now()}` });
    await until(() => changes > 0);
    await subscription.close();
  });
});

describe("ids", () => {
  it("keeps equal ids of concurrent requests apart and gives each its own bytes back", async () => {
    const ids = [7, "7", 7, '"7"', 7, "ü\n"];
    const answers = await Promise.all(
      ids.map((id, i) =>
        ask(oddDoor, modern(id, "late", { ms: 60 - i * 10, value: `v${i}` })).then(
          (raw) => raw.messages,
        ),
      ),
    );
    expect(answers).toEqual(
      ids.map((id, i) => [{ jsonrpc: "2.0", id, result: { value: `v${i}` } }]),
    );
  });

  it("keeps equal progress tokens apart", async () => {
    const tokens = ["t", "t", 1, 1];
    const answers = await Promise.all(
      tokens.map((progressToken, id) =>
        ask(oddDoor, modern(id, "progress", {}, { progressToken })),
      ),
    );
    for (const [i, { messages }] of answers.entries()) {
      expect(messages[0]).toMatchObject({
        method: "notifications/progress",
        params: { progressToken: tokens[i], progress: 1 },
      });
      expect(messages[1]).toMatchObject({ id: i });
    }
    // What the server saw was neither of them: each was unique.
    const seen = answers.map(
      ({ messages }) => (messages[1]?.["result"] as { token: unknown } | undefined)?.token,
    );
    expect(new Set(seen).size).toBe(4);
  });

  it("changes nothing else in the message", async () => {
    const spaced = modern("α", "echo", { big: [1, 2], s: "x" }).replaceAll(":", " :\n ");
    await ask(oddDoor, spaced);
    const { seen } = (await result(oddDoor, modern(1, "seen"))) as { seen: string[] };
    const got = seen.find((line) => line.includes("echo"));
    expect(got?.replace(/"id" : {2}\d+/, '"id" :  "α"')).toBe(spaced.replaceAll("\n", " "));
  });

  it("tells the server by notification when a stream is closed, with our id for it", async () => {
    const leave = new AbortController();
    const hanging = post(oddDoor, modern("mine", "hang"), { signal: leave.signal });
    const lines = async () =>
      ((await result(oddDoor, modern(1, "seen"))) as { seen: string[] }).seen;
    await until(async () => (await lines()).some((line) => line.includes('"hang"')));
    leave.abort();
    await expect(hanging).rejects.toThrow();
    await until(async () =>
      (await lines()).some((line) => line.includes("notifications/cancelled")),
    );
    const seen = (await lines()).map((line) => JSON.parse(line) as Record<string, never>);
    const hung = seen.find((m) => m["method"] === "hang");
    const cancelled = seen.find((m) => m["method"] === "notifications/cancelled");
    expect(cancelled?.["params"]).toMatchObject({ requestId: hung?.["id"] });
  });

  it("answers a request of the server with an error instead of losing it", async () => {
    const raw = await ask(oddDoor, modern(1, "ask", { method: "roots/list" }));
    expect(raw.messages.at(-1)).toMatchObject({
      result: { answer: { id: expect.stringMatching(/^srv-/), error: { code: -32601 } } },
    });
  });
});

describe("between the generations", () => {
  it("says 404 with the server's own error to an unknown method", async () => {
    const raw = await ask(oddDoor, modern(3, "no/such"));
    expect([raw.status, raw.type]).toEqual([404, "application/json"]);
    expect(raw.messages).toEqual([
      { jsonrpc: "2.0", id: 3, error: { code: -32601, message: "Method not found" } },
    ]);
  });

  it("lets the process that refused the probe serve the session that follows", async () => {
    const before = upstream.health(oddServer.id).processes;
    const agent = "agt_probing";
    const probe = await ask(oddDoor, modern(1, "server/discover"), { agent });
    expect(probe.status).toBe(404);
    const at = await session(oddDoor, agent);
    expect(upstream.health(oddServer.id).processes).toBe(before + 1);
    expect(await result(oddDoor, legacy(2, "ping"), { session: at, agent })).toEqual({});
  });

  it("lets an agent fall back where the server ends itself at the probe, without backing off", async () => {
    const client = new Client(
      { name: "test", version: "1" },
      { versionNegotiation: { mode: "auto" } },
    );
    await client.connect(new StreamableHTTPClientTransport(fragileDoor.url));
    expect(client.getProtocolEra()).toBe("legacy");
    expect(await client.ping()).toEqual({});
    expect(upstream.health(fragile.id).state).toBe("running");
    await client.close();
  });

  it("answers in one JSON document where the agent takes no events", async () => {
    const raw = await ask(oddDoor, modern(1, "ping"), { accept: "application/json" });
    expect([raw.type, raw.messages]).toEqual([
      "application/json",
      [{ jsonrpc: "2.0", id: 1, result: {} }],
    ]);
  });

  it("accepts notifications", async () => {
    const note = modern(1, "notifications/x").replace('"id":1,', "");
    const response = await post(oddDoor, note);
    expect(response.status).toBe(202);
    await read(response);
  });
});
