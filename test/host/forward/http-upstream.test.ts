import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { asRefusal } from "../../../electron/core/errors.ts";
import { returnHeaders } from "../../../electron/core/mcp.ts";
import { Secret } from "../../../electron/core/secret.ts";
import type { HttpServer } from "../../../electron/core/servers.ts";
import { createHttpUpstream } from "../../../electron/host/forward/http-upstream.ts";
import type { Attachment, Upstream } from "../../../electron/host/upstream.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(handle: http.RequestListener): Promise<string> {
  const server = http.createServer(handle);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}
const serverAt = (url: string, id = "srv_00000001", secret = "sec_00000001"): HttpServer => ({
  id,
  tenant: "personal",
  name: "s",
  stage: "development",
  state: "active",
  createdAt: "2026-01-01T00:00:00.000Z",
  kind: "http",
  url,
  pattern: {
    type: "api-key",
    in: "header",
    name: "X-API-Key",
    prefix: "",
    secret,
    secretAddedAt: "2026-01-01T00:00:00.000Z",
    boundTo: { origin: new URL(url).origin, path: "/mcp" },
  },
  allowPlainHttpOnLoopback: true,
  trustPem: null,
});
const open = (limits = {}): Upstream => {
  const upstream = createHttpUpstream({ returnHeaders, limits });
  closers.push(() => upstream.close());
  return upstream;
};
const send = (
  upstream: Upstream,
  server: HttpServer,
  attachment: Attachment = { type: "none" },
  signal = new AbortController().signal,
) =>
  upstream.send({
    agentId: "agt_1",
    server,
    method: "POST",
    headers: { "content-type": "application/json" },
    message: null,
    body: Buffer.from("{}"),
    attachment,
    signal,
  });
const codeOf = (run: Promise<unknown>) =>
  run.then(
    () => "nothing",
    (error: unknown) => asRefusal(error).code,
  );
const json = { "content-type": "application/json" };

describe("the forwarder", () => {
  it("gives up on a server that never answers", async () => {
    const url = await listen(() => undefined);
    expect(await codeOf(send(open({ answerMs: 80 }), serverAt(url)))).toBe("upstream_timeout");
  });

  it("gives up on a server that falls silent in the middle", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200, { ...json, "content-length": "10" });
      response.write("{");
    });
    const answer = await send(open({ silenceMs: 80 }), serverAt(url));
    const error = await new Promise((resolve) => answer.body.on("error", resolve).resume());
    expect(asRefusal(error).code).toBe("upstream_timeout");
  });

  it("puts the key where the server wants it, and only there", async () => {
    const seen: http.IncomingMessage[] = [];
    const url = await listen((request, response) => {
      seen.push(request);
      response.writeHead(200, json).end("{}");
    });
    const upstream = open();
    const value = new Secret("the-key");
    (
      await send(upstream, serverAt(url), { type: "header", name: "x-api-key", value })
    ).body.resume();
    (await send(upstream, serverAt(url), { type: "query", name: "key", value })).body.resume();
    expect([seen[0]?.headers["x-api-key"], seen[0]?.url]).toEqual(["the-key", "/mcp"]);
    expect([seen[1]?.headers["x-api-key"], seen[1]?.url]).toEqual([undefined, "/mcp?key=the-key"]);
    expect(seen[0]?.headers["accept-encoding"]).toBe("identity");
  });

  it("never uses a connection of one identity for another (negative test 75)", async () => {
    const sockets = new Map<string, Set<number>>();
    const url = await listen((request, response) => {
      const key = String(request.headers["x-api-key"]);
      const ports = sockets.get(key) ?? new Set();
      sockets.set(key, ports.add(request.socket.remotePort ?? 0));
      response.writeHead(200, json).end("{}");
    });
    const upstream = open();
    for (let i = 0; i < 20; i++) {
      const key = i % 2 === 0 ? "one" : "two";
      const server = serverAt(url, "srv_00000001", `sec_0000000${i % 2}`);
      const answer = await send(upstream, server, {
        type: "header",
        name: "x-api-key",
        value: new Secret(key),
      });
      await new Promise((resolve) => answer.body.on("end", resolve).resume());
    }
    const [one, two] = [sockets.get("one") ?? new Set(), sockets.get("two") ?? new Set()];
    expect([...one].filter((port) => two.has(port))).toEqual([]);
    // Connections are kept: ten requests of one identity need few.
    expect(one.size).toBeLessThanOrEqual(2);
  });

  it("an abort ends the request at once, before and after the answer began", async () => {
    let closed = 0;
    const url = await listen((request, response) => {
      request.socket.once("close", () => closed++);
      if (request.headers["x-begin"])
        response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
    });
    const upstream = open();
    const first = new AbortController();
    const pending = codeOf(send(upstream, serverAt(url), { type: "none" }, first.signal));
    setTimeout(() => first.abort(), 30);
    expect(await pending).toBe("agent_hung_up");
    const second = new AbortController();
    const answer = await send(
      upstream,
      serverAt(url),
      { type: "header", name: "x-begin", value: new Secret("1") },
      second.signal,
    );
    answer.body.on("error", () => undefined).resume();
    second.abort();
    await expect.poll(() => closed).toBe(2);
  });
});
