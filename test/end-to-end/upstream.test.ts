// Servers that misbehave: each way has a stable code, words the agent can read, and a row in the journal.
import fs from "node:fs";
import https from "node:https";
import net from "node:net";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../fixtures/self-signed.ts";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";
import { until } from "../support/processes.ts";

let house: House;
let credential: string;
const KEY = "canary-key-0f5be2d81c93a746";
const closers: (() => Promise<unknown>)[] = [];

const auth = { type: "api-key", secret: KEY } as const;
const headers = () => ({ authorization: `Bearer ${credential}` });
const call = (name: string, body = toolCall(), path = `/mcp/${name}`) =>
  ask(house.door, path, { body, headers: headers() });
const last = async () => (await house.calls())[0];

async function add(name: string, handle: Parameters<typeof upstream>[0]) {
  const server = await upstream(handle);
  closers.push(() => server.close());
  const view = await house.call("servers.add", {
    kind: "http",
    name,
    url: server.url,
    auth,
    allowPlainHttpOnLoopback: true,
  });
  return { ...server, id: view.id };
}
/** A server of raw sockets, for what no HTTP library would send. */
async function addRaw(name: string, onConnection: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as net.AddressInfo;
  await house.call("servers.add", {
    kind: "http",
    name,
    url: `http://127.0.0.1:${port}/mcp`,
    auth,
    allowPlainHttpOnLoopback: true,
  });
  return { sockets };
}

beforeAll(async () => {
  house = await openHouse();
  ({ credential } = await house.agent());
});
afterAll(async () => {
  await house.close();
  for (const close of closers) await close();
});

describe("an upstream that", () => {
  it.each([
    [
      "refuses the key",
      401,
      { "www-authenticate": "Bearer realm=x", "set-cookie": "a=b" },
      "nope",
      "upstream_refused_credential",
      "failed",
    ],
    ["forbids", 403, {}, "nope", "upstream_forbidden", "failed"],
    [
      "redirects",
      307,
      { location: "http://127.0.0.1:1/steal?token=1" },
      "",
      "upstream_redirect",
      "failed",
    ],
    [
      "answers HTML",
      200,
      { "content-type": "text/html" },
      "<h1>Welcome</h1>",
      "upstream_not_mcp",
      "failed",
    ],
    ["answers without a type", 200, {}, "{}", "upstream_not_mcp", "failed"],
    [
      "breaks down",
      500,
      { "content-type": "text/html" },
      "<h1>oops</h1>",
      "upstream_error",
      "failed",
    ],
    [
      "compresses unasked",
      200,
      { "content-type": "application/json", "content-encoding": "gzip" },
      "x",
      "upstream_not_mcp",
      "failed",
    ],
  ] as const)("%s: %s", async (what, status, extra, body, code, outcome) => {
    const name = what.replaceAll(" ", "-").toLowerCase();
    const server = await add(name, (_request, response) =>
      response.writeHead(status, extra).end(body),
    );
    const reply = await call(name);
    expect([reply.status, reply.code]).toEqual([200, code]);
    const { error, id } = JSON.parse(reply.body) as {
      id: number;
      error: { message: string; code: number };
    };
    expect(id).toBe(1);
    expect(error.message.length).toBeGreaterThan(40);
    // Neither MCP's nor JSON-RPC's reserved range.
    expect(error.code).toBeGreaterThan(-32000);
    expect(reply.headers["www-authenticate"]).toBeUndefined();
    expect(reply.headers["set-cookie"]).toBeUndefined();
    expect(reply.headers.location).toBeUndefined();
    expect(reply.body).not.toContain("steal?");
    expect(server.seen.length).toBe(1);
    expect(await last()).toMatchObject({ serverName: name, outcome, code, tool: "echo" });
  });

  it("is not there", async () => {
    await house.call("servers.add", {
      kind: "http",
      name: "gone",
      url: "http://127.0.0.1:9/mcp",
      auth,
      allowPlainHttpOnLoopback: true,
    });
    const reply = await call("gone");
    expect(reply.code).toBe("upstream_unreachable");
    expect(reply.body).toContain("ECONNREFUSED");
    expect(await last()).toMatchObject({ outcome: "failed", code: "upstream_unreachable" });
  });

  it("hangs: the call waits, and ends when the agent hangs up, within 100 ms upstream (R20)", async () => {
    let closedAt = 0;
    const server = await add("hangs", (request) => {
      request.socket.once("close", () => (closedAt = performance.now()));
    });
    const aborted = new AbortController();
    const pending = fetch(`${house.door}/mcp/hangs`, {
      method: "POST",
      body: toolCall(),
      headers: { ...headers(), "content-type": "application/json" },
      signal: aborted.signal,
    });
    await until(() => server.seen.length === 1);
    const from = performance.now();
    aborted.abort();
    await expect(pending).rejects.toThrow();
    await until(() => closedAt > 0);
    expect(closedAt - from).toBeLessThan(250);
    expect(await last()).toMatchObject({
      serverName: "hangs",
      outcome: "aborted",
      code: "agent_hung_up",
    });
  });

  it("hangs while the agent is removed: its call is cut at once, and told why", async () => {
    const server = await add("hangs-too", () => undefined);
    const agent = await house.agent("to be removed");
    const pending = ask(house.door, "/mcp/hangs-too", {
      body: toolCall(),
      headers: { authorization: `Bearer ${agent.credential}` },
    });
    await until(() => server.seen.length === 1);
    const from = performance.now();
    await house.call("agents.remove", { id: agent.id });
    const reply = await pending;
    expect(performance.now() - from).toBeLessThan(1000);
    expect(reply.code).toBe("agent_removed");
    expect(await last()).toMatchObject({ outcome: "aborted", code: "agent_removed" });
  });

  it("drops in the middle of JSON: the agent gets an error it can read, not half an answer", async () => {
    await addRaw("drops-json", (socket) => {
      socket.once("data", () => {
        socket.write(
          'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"jsonrpc":"2.0","id":1,"res',
        );
        setTimeout(() => socket.destroy(), 30);
      });
    });
    const reply = await call("drops-json");
    expect([reply.status, reply.code]).toEqual([200, "upstream_dropped"]);
    expect(await last()).toMatchObject({ outcome: "failed", code: "upstream_dropped" });
  });

  it("drops in the middle of an event stream: its last event says so", async () => {
    await addRaw("drops-sse", (socket) => {
      socket.once("data", () => {
        socket.write(
          'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n10\r\ndata: {"method":\r\n',
        );
        setTimeout(() => socket.destroy(), 30);
      });
    });
    const reply = await call("drops-sse");
    const events = reply.body.split("\n\n").filter((e) => e.includes("event: message"));
    const data = JSON.parse(events.at(-1)?.split("data: ")[1] ?? "{}") as {
      id: number;
      error: { data: { code: string } };
    };
    expect([data.id, data.error.data.code]).toEqual([1, "upstream_dropped"]);
    expect(await last()).toMatchObject({ outcome: "failed", code: "upstream_dropped" });
  });

  it.each(["v1", "v2"] as const)(
    "drops in the middle of an event: the call of a %s agent fails with our words, and with nothing else",
    async (line) => {
      await add(`half-event-${line}`, (request, response, body) => {
        if (request.method === "GET") response.writeHead(405).end();
        else if (!body.includes("tools/call")) echoServer(request, response, body);
        else {
          response.writeHead(200, { "content-type": "text/event-stream" });
          response.write('id: 7\ndata: {"jsonrpc":"2.0","id');
          setTimeout(() => response.destroy(), 30);
        }
      });
      const faults: string[] = [];
      const url = new URL(`${house.door}/mcp/half-event-${line}`);
      const requestInit = { headers: headers() };
      const agent =
        line === "v1"
          ? new ClientV1({ name: "x", version: "1" })
          : new ClientV2({ name: "x", version: "1" });
      agent.onerror = (error) => faults.push(error.message);
      await (agent as ClientV1).connect(
        line === "v1" ? new HttpV1(url, { requestInit }) : new HttpV2(url, { requestInit }),
      );
      faults.length = 0;
      await expect(agent.callTool({ name: "x", arguments: {} })).rejects.toThrow(
        /broke off in the middle of its answer/,
      );
      expect(faults).toEqual([]);
      expect(await last()).toMatchObject({ outcome: "failed", code: "upstream_dropped" });
      await agent.close();
    },
  );

  it("answers with an error or a failed tool: the journal tells them apart", async () => {
    await add("errors", (_request, response, body) => {
      const { id, params } = JSON.parse(body) as { id: number; params: { name: string } };
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify(
          params.name === "a"
            ? { jsonrpc: "2.0", id, error: { code: -32602, message: `bad; the key was ${KEY}` } }
            : { jsonrpc: "2.0", id, result: { isError: true, content: [] } },
        ),
      );
    });
    expect((await call("errors", toolCall({}, 1, "a"))).body).not.toContain(KEY);
    const row = await last();
    expect(row).toMatchObject({ outcome: "rpc-error", rpcCode: -32602, code: null });
    expect(row?.detail).toContain("bad;");
    expect(row?.detail).not.toContain(KEY);
    await call("errors", toolCall({}, 1, "b"));
    expect(await last()).toMatchObject({ outcome: "tool-error", rpcCode: null });
  });

  it("has a certificate that nobody signed: refused by name, and the key is not sent (threat 36)", async () => {
    const { key, cert } = selfSigned;
    let reached = 0;
    const server = https.createServer({ key, cert }, () => reached++);
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as net.AddressInfo;
    await house.call("servers.add", {
      kind: "http",
      name: "self-signed",
      url: `https://127.0.0.1:${port}/mcp`,
      auth,
    });
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      expect((await call("self-signed")).code).toBe("upstream_tls_failed");
    } finally {
      if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    }
    expect(reached).toBe(0);
  });
});

describe("the key stays where it belongs (threat 28)", () => {
  it("a redirect to another server takes nothing there", async () => {
    const thief = await upstream(echoServer);
    closers.push(() => thief.close());
    await add("to-the-thief", (_request, response) =>
      response.writeHead(307, { location: thief.url }).end(),
    );
    expect((await call("to-the-thief")).code).toBe("upstream_redirect");
    expect(thief.seen.length).toBe(0);
  });

  it("a server whose address was changed in its file does not take its key along", async () => {
    const thief = await upstream(echoServer);
    closers.push(() => thief.close());
    const honest = await add("moved", echoServer);
    expect((await call("moved")).status).toBe(200);
    const file = `${house.folder}/servers.json`;
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace(honest.url, thief.url));
    // Taken up with the next write of the document.
    await house.call("servers.setState", { id: honest.id, state: "active" });
    const reply = await call("moved");
    expect(reply.code).toBe("credential_binding_mismatch");
    expect(thief.seen.length).toBe(0);
    expect(await last()).toMatchObject({ outcome: "denied", code: "credential_binding_mismatch" });
  });
});

describe("large answers and slow agents", () => {
  it("streams 50 MB through without keeping them (R16)", async () => {
    const size = 50 * 1024 * 1024;
    await add("large", (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"');
      const chunk = Buffer.alloc(1024 * 1024, 0x61);
      let left = size / chunk.length;
      const pump = (): void => {
        while (left-- > 0) if (!response.write(chunk)) return void response.once("drain", pump);
        response.end('"}]}}');
      };
      pump();
    });
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let seen = 0;
    let peak = 0;
    const response = await fetch(`${house.door}/mcp/large`, {
      method: "POST",
      body: toolCall(),
      headers: { ...headers(), "content-type": "application/json" },
    });
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      seen += part.length;
      peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    expect(seen).toBeGreaterThan(size);
    // The server, the proxy and the agent of this test share one process.
    expect(peak).toBeLessThan(3 * size);
    expect(await last()).toMatchObject({ outcome: "ok", resultBytes: seen });
  });

  it("an agent that does not read stops the upstream instead of filling memory (R17)", async () => {
    let written = 0;
    await add("firehose", (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const chunk = `data: ${"x".repeat(64 * 1024)}\n\n`;
      const pump = (): void => {
        while (written < 200 * 1024 * 1024 && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", pump);
        }
      };
      pump();
    });
    const socket = net.connect(house.port, "127.0.0.1");
    socket.write(
      `POST /mcp/firehose HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${credential}\r\nContent-Length: ${toolCall().length}\r\n\r\n${toolCall()}`,
    );
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const first = written;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(written).toBe(first);
    // Kernel buffers on four sockets, and what node holds.
    expect(written).toBeLessThan(32 * 1024 * 1024);
    socket.destroy();
    await until(async () => (await last())?.outcome === "aborted");
  });
});
