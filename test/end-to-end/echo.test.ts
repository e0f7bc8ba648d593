// Threat 46: servers that give back the key they were sent. On every way down to an agent: none of it arrives, and
// the row says that it was tried.
import type http from "node:http";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../electron/core/secret.ts";
import { runShim } from "../../electron/stdio.ts";
import { ask, type House, openHouse, toolCall, upstream } from "../support/house.ts";
import { until } from "../support/processes.ts";

const KEY = 'canary/key+5f21"c0d7%a9e8-echo';
let house: House;
let credential: string;
const closers: (() => Promise<unknown>)[] = [];

/** The key in every form that a server could give it, as the result of a tool. */
const echoOf = (key: string): string =>
  JSON.stringify({
    exact: key,
    json: JSON.stringify(key),
    base64: Buffer.from(`user:${key}`).toString("base64"),
    base64url: Buffer.from(key).toString("base64url"),
    percent: encodeURIComponent(key),
    hex: Buffer.from(key).toString("hex"),
  });
const forms = (key: string): string[] => [
  key,
  JSON.stringify(key).slice(1, -1),
  JSON.stringify(JSON.stringify(key)).slice(3, -3),
  Buffer.from(key).toString("base64").slice(0, -3),
  Buffer.from(`user:${key}`).toString("base64").slice(8, -3),
  Buffer.from(key).toString("base64url"),
  encodeURIComponent(key),
  Buffer.from(key).toString("hex"),
];
const expectNone = (text: string, key = KEY): void => {
  for (const form of forms(key)) expect(text).not.toContain(form);
};
const sentKey = (request: http.IncomingMessage): string =>
  String(request.headers["x-api-key"] ?? request.headers.authorization?.split(" ")[1]);

const headers = () => ({ authorization: `Bearer ${credential}` });
const call = (name: string, body = toolCall(), path = `/mcp/${name}`) =>
  ask(house.door, path, { body, headers: headers() });
const last = async () => (await house.calls())[0];
const NOTE = /^The server's answer held a secret of this vault, (?:once|\d+ times)\./;

async function add(name: string, handle: Parameters<typeof upstream>[0], key = KEY) {
  const server = await upstream(handle);
  closers.push(() => server.close());
  await house.call("servers.add", {
    kind: "http",
    name,
    url: server.url,
    auth: { type: "api-key", secret: key },
    allowPlainHttpOnLoopback: true,
  });
  return server;
}

beforeAll(async () => {
  house = await openHouse();
  ({ credential } = await house.agent());
});
afterAll(async () => {
  await house.close();
  for (const close of closers) await close();
});

/** Answers like an MCP server of the legacy generation; `result` and `error` are made of the key it was sent. */
const legacy =
  (answer: (key: string) => object): Parameters<typeof upstream>[0] =>
  (request, response, body) => {
    const message = body === "" ? {} : (JSON.parse(body) as { id?: number; method?: string });
    response.setHeader("content-type", "application/json");
    if (message.id === undefined) {
      response.writeHead(202).end();
      return;
    }
    const own =
      message.method === "initialize"
        ? {
            result: {
              protocolVersion: "2025-11-25",
              capabilities: {},
              serverInfo: { name: sentKey(request), version: "1" },
            },
          }
        : answer(sentKey(request));
    response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...own }));
  };

describe("a server that echoes its key", () => {
  it("as JSON, over /mcp and over invoke", async () => {
    const result = (key: string) => ({
      result: { content: [{ type: "text", text: echoOf(key) }], [key]: key },
    });
    await add("json", legacy(result));
    const reply = await call("json");
    expect(reply.status).toBe(200);
    expectNone(reply.body);
    expect(JSON.parse(reply.body)).toMatchObject({ id: 1, result: { "[redacted]": "[redacted]" } });
    expect(await last()).toMatchObject({ outcome: "ok", detail: expect.stringMatching(NOTE) });
    const invoked = await call("json", "{}", "/tools/json/x/invoke");
    expect(invoked.status).toBe(200);
    expectNone(invoked.body);
    expect(await last()).toMatchObject({ via: "invoke", detail: expect.stringMatching(NOTE) });
  });

  it("as an error, with its own words after ours in the row", async () => {
    await add(
      "error",
      legacy((key) => ({ error: { code: -32602, message: `no: ${key}` } })),
    );
    for (const path of ["/mcp/error", "/tools/error/x/invoke"]) {
      const reply = await call("error", path.startsWith("/mcp") ? toolCall() : "{}", path);
      expectNone(reply.body);
      expect(await last()).toMatchObject({
        outcome: "rpc-error",
        detail: expect.stringMatching(/agent got it\. no: \[redacted\]$/),
      });
    }
  });

  it("in headers, and in the address of a redirect", async () => {
    await add("headers", (request, response) => {
      response.setHeader("mcp-session-id", sentKey(request));
      response.setHeader("content-type", "application/json");
      response.end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
    const reply = await call("headers");
    expectNone(JSON.stringify(reply.headers));
    expect((await last())?.detail).toMatch(NOTE);
    await add("redirect", (request, response) => {
      const path = encodeURIComponent(sentKey(request));
      response.writeHead(307, { location: `http://127.0.0.1:1/${path}` }).end();
    });
    const redirected = await call("redirect");
    expect(redirected.code).toBe("upstream_redirect");
    expectNone(redirected.body);
    expectNone(JSON.stringify(await house.calls()));
  });

  it("byte by byte in an event stream, whose other events arrive without waiting", async () => {
    let release: () => void = () => undefined;
    await add("events", (request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      // What it ends with could begin the key; the blank line says that it does not.
      response.write(`data: {"jsonrpc":"2.0","method":"x","params":"${KEY.slice(0, 6)}"}\n\n`);
      const text = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { echo: sentKey(request) } });
      release = () => {
        for (const byte of Buffer.from(`data: ${text}\n\n`)) response.write(Buffer.of(byte));
        response.end();
      };
    });
    const response = await fetch(`${house.door}/mcp/events`, {
      method: "POST",
      body: toolCall(),
      headers: { ...headers(), "content-type": "application/json", accept: "text/event-stream" },
    });
    let text = "";
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      // The first event is here, whole, while the server waits.
      if (text.endsWith("\n\n") && text.split("\n\n").length === 2) release();
    }
    expectNone(text);
    expect(text).toContain('{"echo":"[redacted]"}');
    expect(await last()).toMatchObject({ outcome: "ok", detail: expect.stringMatching(NOTE) });
  });

  it("in an answer too large to be held back, cut anywhere", async () => {
    await add("large", (request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const text = `${"x".repeat(300_000)}${sentKey(request)}`.repeat(4);
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: { text } }));
    });
    const reply = await call("large");
    expectNone(reply.body);
    expect((JSON.parse(reply.body) as { result: { text: string } }).result.text).toBe(
      `${"x".repeat(300_000)}[redacted]`.repeat(4),
    );
    expect((await last())?.detail).toContain("4 times");
  });

  it("through the stdio shim", async () => {
    await add(
      "shimmed",
      legacy((key) => ({ result: { content: [], echo: echoOf(key) } })),
    );
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
    let said = "";
    output.on("data", (chunk: Buffer) => (said += chunk.toString()));
    errors.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const done = runShim({
      prove: () => Promise.resolve({ door: house.door }),
      server: "shimmed",
      credential: new Secret(credential),
      input,
      output,
      errors,
    });
    const initialize = {
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "x", version: "1" },
      },
    };
    input.write(`${JSON.stringify(initialize)}\n${toolCall({}, 7)}\n`);
    await until(() => said.includes('"id":7'));
    input.end();
    await done;
    expectNone(said);
    expect(said).toContain("[redacted]");
  });

  it("in what “test this server” shows to people", async () => {
    await add(
      "tested",
      legacy((key) => ({ result: { tools: [{ name: key }] } })),
    );
    const [server] = (await house.call("servers.list", {})).filter((s) => s.name === "tested");
    const report = await house.call("servers.test", { id: server?.id ?? "" });
    expect(report.ok).toBe(true);
    expectNone(JSON.stringify(report));
  });
});

it("a server that echoes its access token: the agent gets neither the token nor a part of it", async () => {
  await house.call("lab.start", {});
  const [crm] = (await house.call("servers.list", { tenant: "lab" })).filter(
    (s) => s.name === "crm",
  );
  if (crm?.kind !== "http" || crm.pattern.type !== "client-credentials") throw new Error("no crm");
  let token = "";
  const server = await upstream((request, response, body) => {
    token = sentKey(request);
    legacy((key) => ({ result: { content: [], echo: echoOf(key) } }))(request, response, body);
  });
  closers.push(() => server.close());
  const { issuer, scopes, resource, audience } = crm.pattern;
  await house.call("servers.add", {
    kind: "http",
    tenant: "lab",
    name: "token-echo",
    url: server.url,
    auth: { type: "client-credentials", issuer, scopes, resource, audience },
    allowPlainHttpOnLoopback: true,
  });
  const agent = await house.agent("in the lab", "lab");
  const reply = await ask(house.door, "/mcp/token-echo", {
    body: toolCall(),
    headers: { authorization: `Bearer ${agent.credential}` },
  });
  expect(reply.status).toBe(200);
  expect(token.length).toBeGreaterThan(40);
  expectNone(reply.body, token);
  expect(reply.body).toContain("[redacted]");
  expect((await last())?.detail).toMatch(NOTE);
  expectNone(JSON.stringify(await house.calls()), token);
}, 60_000);
