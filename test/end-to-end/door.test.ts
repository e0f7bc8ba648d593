// Bad input at the front door: each has a stable code, a sentence that says what to do, and leaves its trace.
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Refusal, type RefusalCode, REFUSALS } from "../../electron/core/errors.ts";
import { complaint } from "../../electron/core/sentences.ts";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";

let house: House;
let server: Awaited<ReturnType<typeof upstream>>;
let credential: string;
const KEY = "canary-key-5f21c0d7a9e84b63";

const bearer = (token = credential): Record<string, string> => ({
  authorization: `Bearer ${token}`,
});
const post = (body: string | Buffer, headers: Record<string, string> = {}, path = "/mcp/echo") =>
  ask(house.door, path, { body, headers: { ...bearer(), ...headers } });
/** Bytes on a socket, as they stand. */
function raw(text: string, ms = 4000): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = net.connect(house.port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("error", () => resolve(answer));
    socket.on("close", () => resolve(answer));
    setTimeout(() => socket.destroy(), ms).unref();
  });
}

beforeAll(async () => {
  server = await upstream(echoServer);
  house = await openHouse();
  ({ credential } = await house.agent());
  await house.call("servers.add", {
    kind: "http",
    name: "echo",
    url: server.url,
    auth: { type: "api-key", secret: KEY },
    allowPlainHttpOnLoopback: true,
  });
});
afterAll(async () => {
  await house.close();
  await server.close();
});

describe("the way through", () => {
  it("attaches the key, answers, and writes the call down", async () => {
    const reply = await post(toolCall({ hello: "world" }));
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toMatchObject({
      id: 1,
      result: { content: [{ text: '{"hello":"world"}' }] },
    });
    expect(server.seen.at(-1)?.headers["x-api-key"]).toBe(KEY);
    expect(server.seen.at(-1)?.headers.authorization).toBeUndefined();
    const [row] = await house.calls();
    expect(row).toMatchObject({
      kind: "call",
      outcome: "ok",
      agentName: "test agent",
      authMethod: "bearer",
      tenant: "personal",
      serverName: "echo",
      tool: "echo",
      pattern: "api-key",
      input: '{"hello":"world"}',
      decision: "allow",
      rules: ["rule_000000000000"],
      httpStatus: 200,
    });
    expect(row?.inputHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("takes Authorization: ApiKey as well", async () => {
    const reply = await ask(house.door, "/mcp/echo", {
      body: toolCall(),
      headers: { authorization: `ApiKey ${credential}` },
    });
    expect(reply.status).toBe(200);
    expect((await house.calls())[0]?.authMethod).toBe("api-key");
  });

  it("serves curl at /tools/<server>/<tool>/invoke through the same gate", async () => {
    const reply = await post('{"a": 1}', {}, "/tools/echo/echo/invoke");
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual({ content: [{ type: "text", text: '{"a":1}' }] });
    expect((await house.calls())[0]).toMatchObject({
      via: "invoke",
      tool: "echo",
      outcome: "ok",
      input: '{"a":1}',
    });
  });
});

describe("before anything is parsed", () => {
  it.each([
    "localhost:PORT",
    "127.0.0.1",
    "evil.test:PORT",
    "127.0.0.1:PORT.evil.test",
    "[::1]:PORT",
    "",
  ])("refuses Host %j with 421 and an empty body (threats 1 and 2)", async (host) => {
    const before = server.seen.length;
    for (const [method, path] of [
      ["POST", "/mcp/echo"],
      ["GET", "/mcp/echo"],
      ["GET", "/.well-known/oauth-protected-resource/mcp/echo"],
      ["GET", "/"],
    ]) {
      const reply = await ask(house.door, path ?? "", {
        ...(method && { method }),
        headers: { ...bearer(), host: host.replace("PORT", String(house.port)) },
        ...(method === "POST" && { body: toolCall() }),
      });
      expect([reply.status, reply.body]).toEqual([421, ""]);
    }
    expect(server.seen.length).toBe(before);
  });

  it.each([
    "null",
    "http://evil.test",
    "http://127.0.0.1:PORT",
    "http://localhost:1",
    "chrome-extension://abc",
    "file://",
  ])("refuses Origin %s, even with a good credential (threats 3, 4 and 5)", async (origin) => {
    const reply = await post(toolCall(), { origin: origin.replace("PORT", String(house.port)) });
    expect([reply.status, reply.body]).toEqual([403, ""]);
    expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("refuses what a page can send without asking: text/plain, forms, no type, and the question itself", async () => {
    const before = server.seen.length;
    for (const type of [
      "text/plain",
      "text/plain;charset=UTF-8",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/json, text/plain",
      "application/jsonx",
      "",
    ]) {
      const reply = await post(toolCall(), { "content-type": type });
      expect([type, reply.status, reply.code]).toEqual([type, 415, "content_type_refused"]);
    }
    const preflight = await ask(house.door, "/mcp/echo", {
      method: "OPTIONS",
      headers: { origin: "http://evil.test", "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(403);
    expect(server.seen.length).toBe(before);
  });

  it("refuses a request that a browser marks as coming from a site", async () => {
    const reply = await post(toolCall(), { "sec-fetch-site": "cross-site" });
    expect(reply.status).toBe(403);
  });

  it.each([
    [
      "missing",
      {},
      401,
      "agent_credential_missing",
      /^Bearer resource_metadata="http:\/\/127\.0\.0\.1:\d+\/\.well-known\/oauth-protected-resource\/mcp\/echo"$/,
    ],
    [
      "wrong",
      { authorization: `Bearer csa_${"A".repeat(43)}` },
      401,
      "agent_credential_unknown",
      /^Bearer error="invalid_token", resource_metadata="/,
    ],
    [
      "of another scheme",
      { authorization: "Basic Y3M6Y3M=" },
      401,
      "agent_credential_missing",
      /^Bearer resource_metadata=/,
    ],
    [
      "an upstream's token (negative test 84)",
      { authorization: "Bearer eyJhbGciOiJub25lIn0.e30." },
      401,
      "agent_credential_unknown",
      /invalid_token/,
    ],
  ] as const)(
    "answers a credential that is %s as RFC 9728 and RFC 6750 ask (negative tests 76 and 84)",
    async (_what, headers, status, code, challenge) => {
      const reply = await ask(house.door, "/mcp/echo", { headers, body: toolCall() });
      expect([reply.status, reply.code]).toEqual([status, code]);
      expect(reply.headers["www-authenticate"]).toMatch(challenge);
      expect(await house.row(code)).toMatchObject({
        kind: "refusal",
        code,
        outcome: "denied",
        decision: "deny",
        serverName: "echo",
      });
    },
  );

  it("does not look at a token in the query (negative test 77), and refuses two credentials (78)", async () => {
    const query = await ask(house.door, `/mcp/echo?access_token=${credential}`, {
      body: toolCall(),
    });
    expect(query.status).toBe(401);
    const twice = await raw(
      `POST /mcp/echo HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${credential}\r\nAuthorization: Bearer x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
    expect(twice).toMatch(/^HTTP\/1\.1 400 /);
    expect(twice).toContain("agent_credential_twice");
  });

  it("names its metadata (RFC 9728 section 3): the resource equals the address asked (negative test 87)", async () => {
    const reply = await ask(house.door, "/.well-known/oauth-protected-resource/mcp/echo", {
      method: "GET",
    });
    expect(JSON.parse(reply.body)).toEqual({
      resource: `${house.door}/mcp/echo`,
      resource_name: "Countersign: echo",
      bearer_methods_supported: ["header"],
    });
  });

  it("refuses smuggled lengths, huge headers and other protocols (threat 15)", async () => {
    const head = `POST /mcp/echo HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${credential}\r\nConnection: close\r\n`;
    const corpus = [
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /`,
      `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}{}{}`,
      `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
      `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
      `${head}Content-Length: +2\r\n\r\n{}`,
      `${head}X: ${"a".repeat(20_000)}\r\n\r\n`,
      `GET / HTTP/1.0\r\n\r\n`,
      `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
      `\x16\x03\x01\x02\x00\x01\x00`,
      `POST http://evil.test/mcp/echo HTTP/1.1\r\nHost: evil.test\r\n\r\n`,
      `${head}Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}`,
    ];
    const before = server.seen.length;
    for (const text of corpus) expect(await raw(text)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(server.seen.length).toBe(before);
  });

  it.each(["foo", "100-continue", "100-continue, foo"])(
    "Expect: %s comes past no guard (threats 1 and 2)",
    async (expected) => {
      const head = (host: string, more = ""): string =>
        `POST /mcp/echo HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nExpect: ${expected}\r\n${more}Content-Length: ${toolCall().length}\r\nConnection: close\r\n\r\n`;
      const before = server.seen.length;
      const ours = `127.0.0.1:${house.port}`;
      expect(await raw(head("evil.test") + toolCall())).toMatch(/^HTTP\/1\.1 421 (?!.*\r\n\r\n.)/s);
      expect(await raw(head(ours, "Origin: null\r\n"))).toMatch(/^HTTP\/1\.1 403 /);
      const stranger = await raw(head(ours));
      expect(stranger).toMatch(
        expected === "100-continue" ? /^HTTP\/1\.1 401 / : /^HTTP\/1\.1 400 /,
      );
      expect(server.seen.length).toBe(before);
      const admitted = await raw(
        head(ours, `Authorization: Bearer ${credential}\r\n`) + toolCall(),
      );
      // Who is let in and asked first is told to go on; nothing else can be expected.
      if (expected === "100-continue") {
        expect(admitted).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
      } else {
        expect(admitted).toMatch(/^HTTP\/1\.1 400 /);
        expect(admitted).toContain("headers_refused");
      }
    },
  );

  it("what is no request leaves a code and a row, and tells a page that rebound a name nothing", async () => {
    const huge = `X: ${"a".repeat(20_000)}\r\n\r\n`;
    const ours = await raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\n${huge}`);
    expect(ours).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(ours.split("\r\n\r\n")[1] ?? "")).toMatchObject({
      error: { data: { code: "headers_too_large" } },
    });
    expect(await house.row("headers_too_large")).toMatchObject({
      kind: "refusal",
      httpStatus: 431,
    });
    for (const page of [
      "Host: evil.test\r\n",
      `Host: 127.0.0.1:${house.port}\r\nOrigin: null\r\n`,
    ]) {
      const theirs = await raw(`GET / HTTP/1.1\r\n${page}${huge}`);
      expect(theirs).toMatch(/^HTTP\/1\.1 431 .*\r\n\r\n$/s);
    }
    expect(await raw("\x16\x03\x01\x02\x00\x01\x00")).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\n$/s);
    expect(await house.row("headers_refused")).toMatchObject({ kind: "refusal", httpStatus: 400 });
  });

  it("a socket that is silent or slow with its headers is told so, and leaves a row (threat 15)", async () => {
    const [silent, slow] = await Promise.all([
      raw("", 15_000),
      raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\nX-A`, 15_000),
    ]);
    for (const answer of [silent, slow]) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toContain("headers_too_slow");
    }
    expect(await house.row("headers_too_slow")).toMatchObject({ kind: "refusal", httpStatus: 408 });
  }, 20_000);

  it("a wrong method and an unknown path are refused by name, and a refused host stands in its row", async () => {
    const put = await ask(house.door, "/mcp/echo", { method: "PUT", headers: bearer() });
    expect([put.status, put.code]).toEqual([405, "method_not_allowed"]);
    const lost = await ask(house.door, "/mcp/echo/more", { headers: bearer() });
    expect([lost.status, lost.code]).toEqual([404, "path_unknown"]);
    await ask(house.door, "/mcp/echo", { headers: { host: "evil\u001b.test" } }).catch(() => null);
    await ask(house.door, "/mcp/echo", { headers: { host: "evil.test" } });
    expect((await house.row("host_refused")).detail).toBe('Host: "evil.test"');
  });

  it("cuts a slow sender off, and serves others meanwhile", async () => {
    const slow = raw(
      `POST /mcp/echo HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${credential}\r\nContent-Length: 100\r\n\r\n{"js`,
      15_000,
    );
    const from = Date.now();
    expect((await post(toolCall())).status).toBe(200);
    expect(Date.now() - from).toBeLessThan(2000);
    const answer = await slow;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain("body_too_slow");
  }, 20_000);

  it("refuses 50 MB, declared or not, without keeping them", async () => {
    const declared = await raw(
      `POST /mcp/echo HTTP/1.1\r\nHost: 127.0.0.1:${house.port}\r\nContent-Type: application/json\r\nAuthorization: Bearer ${credential}\r\nContent-Length: 52428800\r\n\r\n`,
    );
    expect(declared).toMatch(/^HTTP\/1\.1 413 /);
    expect(declared).toContain("body_too_large");
    const chunked = await new Promise<number>((resolve, reject) => {
      const request = http.request(
        {
          host: "127.0.0.1",
          port: house.port,
          path: "/mcp/echo",
          method: "POST",
          headers: { ...bearer(), "content-type": "application/json" },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      request.on("error", (error: NodeJS.ErrnoException) =>
        error.code === "EPIPE" || error.code === "ECONNRESET" ? undefined : reject(error),
      );
      const chunk = Buffer.alloc(1024 * 1024, 0x20);
      for (let i = 0; i < 50; i++) request.write(chunk);
      request.end();
    });
    expect(chunked).toBe(413);
    expect(await house.row("body_too_large")).toMatchObject({
      kind: "refusal",
      agentName: "test agent",
    });
  });
});

describe("reading the message", () => {
  it.each([
    ["100,000-deep JSON", "[".repeat(100_000), "json_too_deep"],
    [
      "deep arguments",
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"a":${"[".repeat(100)}${"]".repeat(100)}}}}`,
      "json_too_deep",
    ],
    [
      "a duplicate key",
      '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}',
      "json_duplicate_key",
    ],
    [
      "a duplicate key in disguise",
      '{"jsonrpc":"2.0","id":1,"method":"ping","metho\\u0064":"tools/call"}',
      "json_duplicate_key",
    ],
    [
      "a duplicate deep in the arguments",
      toolCall().replace('"arguments":{}', '"arguments":{"a":{"b":1,"b":2}}'),
      "json_duplicate_key",
    ],
    [
      "a number that would change",
      toolCall().replace('"arguments":{}', '"arguments":{"n":9007199254740993}'),
      "json_lossy_number",
    ],
    [
      "a number beyond all numbers",
      toolCall().replace('"arguments":{}', '"arguments":{"n":1e400}'),
      "json_lossy_number",
    ],
    ["broken UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "json_not_utf8"],
    ["a batch", `[${toolCall()}]`, "batch_refused"],
    ["not JSON", "hello", "json_invalid"],
    ["nothing", "", "json_invalid"],
    [
      "another case of a name",
      '{"jsonrpc":"2.0","id":1,"Method":"tools/call","method":"ping"}',
      "message_invalid",
    ],
    [
      "a tool without a name",
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}',
      "tool_name_invalid",
    ],
  ])("refuses %s with 400", async (_what, body, code) => {
    const before = server.seen.length;
    const reply = await post(body);
    expect([reply.status, reply.code]).toEqual([400, code]);
    expect(server.seen.length).toBe(before);
    expect(await house.row(code)).toMatchObject({ kind: "refusal", agentName: "test agent" });
  });

  it.each([
    { "mcp-method": "ping" },
    { "mcp-name": "other" },
    { "mcp-name": "=?base64?b3RoZXI=?=" },
  ])("refuses headers that contradict the body: %j (threat 11)", async (headers) => {
    const before = server.seen.length;
    const reply = await post(toolCall(), { "mcp-protocol-version": "2026-07-28", ...headers });
    expect([reply.status, reply.code]).toEqual([400, "header_mismatch"]);
    expect(JSON.parse(reply.body)).toMatchObject({ error: { code: -32020 } });
    expect(server.seen.length).toBe(before);
  });
});

describe("nothing is lost", () => {
  it("no secret reached the journal, the settings, the log or an answer", async () => {
    const echoed = await post(toolCall({ note: `the key is ${KEY}`, password: "hunter2-hunter2" }));
    expect(echoed).toMatchObject({ status: 403, code: "secret_in_arguments" });
    const rows = JSON.stringify(await house.calls());
    expect(rows).not.toContain(KEY);
    expect(rows).not.toContain("hunter2-hunter2");
    expect(rows).not.toContain(credential);
    for (const file of fs.readdirSync(house.folder)) {
      const full = `${house.folder}/${file}`;
      if (!fs.statSync(full).isFile()) continue;
      const bytes = fs.readFileSync(full);
      for (const secret of [
        KEY,
        credential,
        Buffer.from(KEY).toString("base64"),
        Buffer.from(KEY).toString("hex"),
      ]) {
        expect([file, bytes.includes(secret)]).toEqual([file, false]);
      }
      expect([file, fs.statSync(full).mode & 0o077]).toEqual([file, 0]);
    }
    expect(house.logged.join("\n")).not.toContain(KEY);
  });

  it("every sentence says something, and every advice says what to do", () => {
    for (const code of Object.keys(REFUSALS) as RefusalCode[]) {
      const { sentence, advice } = complaint(
        // One advice is what to use instead, said by whoever refuses.
        new Refusal(code, { instead: "Replace it with another." }),
      );
      expect([code, sentence.length > 10, advice.length > 10]).toEqual([code, true, true]);
    }
  });
});
