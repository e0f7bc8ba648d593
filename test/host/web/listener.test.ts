import http from "node:http";
import net from "node:net";
import os from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { SECURITY_HEADERS } from "../../../electron/host/web/policy.ts";
import { codeIn, JSON_TYPE, openTestWeb, raw, send, signIn, type TestWeb } from "./web.ts";

let web: TestWeb;
beforeEach(async () => {
  web = await openTestWeb({ arrival: 700 });
});
afterEach(() => web.stop());

const own = (): http.OutgoingHttpHeaders => ({ ...JSON_TYPE, origin: web.form.origin });

describe("pages", () => {
  it("come with the strict policy, uncached, on / and by name", async () => {
    for (const at of ["/", "/index.html", "/?code=1"]) {
      const answer = await send(web, "GET", at);
      expect(answer).toMatchObject({ status: 200, text: "<!doctype html><title>ours</title>" });
      expect(answer.headers).toMatchObject(SECURITY_HEADERS);
      expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(answer.headers["set-cookie"]).toBeUndefined();
      expect(Object.keys(answer.headers).filter((n) => n.startsWith("access-control"))).toEqual([]);
    }
    expect(await send(web, "GET", "/assets/a%20b-1.js")).toMatchObject({
      status: 200,
      text: "void 0;",
    });
    expect(await send(web, "HEAD", "/")).toMatchObject({ status: 200, text: "" });
  });

  it.each([
    "/../outside.html",
    "/..%2foutside.html",
    "/%2e%2e/outside.html",
    "/assets/../../outside.html",
    "/assets/..%5c..%5coutside.html",
    "/./index.html",
    "/index.html/",
    "/index.html%00",
    "/INDEX.HTML",
    "/link.html",
    "/assets/notes.md",
    "/assets/",
    "/etc/passwd",
    "/constructor",
    "/__proto__",
  ])("hand out nothing at %s", async (at) => {
    const answer = await send(web, "GET", at);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain("outside");
    expect(answer.headers).toMatchObject(SECURITY_HEADERS);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("refuse %s", async (method) => {
    expect(await send(web, method, "/", own())).toMatchObject({ status: 405 });
  });
});

describe("before anything is parsed", () => {
  it.each(["localhost", "127.0.0.1", "evil.test", "127.0.0.1.evil.test", "[::1]", "127.0.0.1:1"])(
    "refuses the Host %s on every path",
    async (host) => {
      const full =
        host === "localhost" || host === "evil.test" || host === "[::1]"
          ? `${host}:${web.port}`
          : host;
      for (const [method, at] of [
        ["GET", "/"],
        ["GET", "/events"],
        ["POST", "/call"],
        ["POST", "/session"],
      ] as const) {
        const answer = await send(
          web,
          method,
          at,
          { ...own(), host: full },
          method === "POST" ? "{}" : undefined,
        );
        expect([at, answer.status]).toEqual([at, 421]);
      }
      expect(web.calls).toEqual([]);
    },
  );

  it.each([
    "null",
    "http://localhost:{port}",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1",
    "http://127.0.0.1:{port}/",
    "http://evil.test",
    "chrome-extension://abcdef",
    "http://127.0.0.1:{port}, http://evil.test",
  ])("refuses the Origin %s, also for pages", async (pattern) => {
    const origin = pattern.replace("{port}", String(web.port));
    const session = await signIn(web);
    const bearer = { authorization: `Bearer ${session}` };
    expect((await send(web, "GET", "/", { origin })).status).toBe(403);
    expect((await send(web, "GET", "/events", { origin, ...bearer })).status).toBe(403);
    expect(
      (await send(web, "POST", "/call", { ...JSON_TYPE, ...bearer, origin }, "{}")).status,
    ).toBe(403);
    expect(web.calls).toEqual([]);
  });

  it("refuses a POST without an Origin: no browser sends one so", async () => {
    const session = await signIn(web);
    const headers = { ...JSON_TYPE, authorization: `Bearer ${session}` };
    const answer = await send(web, "POST", "/call", headers, "{}");
    expect([answer.status, codeIn(answer)]).toEqual([403, "origin_refused"]);
  });

  it("refuses a deciding header that comes twice, and a target that names a host", async () => {
    const host = `127.0.0.1:${web.port}`;
    expect(await raw(web, `GET / HTTP/1.1\r\nHost: ${host}\r\nHost: evil.test\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 400 /,
    );
    expect(
      await raw(
        web,
        `GET / HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nOrigin: http://evil\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(web, `GET http://evil.test/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 421 /,
    );
    expect(await raw(web, `GET //evil.test/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 421 /,
    );
    expect(await raw(web, `GET / HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
    expect(await raw(web, `GET / HTTP/1.1\r\nHost:\r\n\r\n`)).toMatch(/^HTTP\/1.1 421 /);
  });

  it("refuses two message lengths, upgrades and CONNECT", async () => {
    const head = `POST /call HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\n`;
    expect(
      await raw(web, `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    ).toMatch(/^HTTP\/1.1 400 /);
    expect(
      await raw(
        web,
        `GET / HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
      ),
    ).not.toContain("101");
    expect(await raw(web, `CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n`)).toBe(
      "",
    );
  });

  it.each(["foo", "100-continue"])("Expect: %s comes past no check", async (expected) => {
    const head = (host: string, more = ""): string =>
      `POST /call HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${web.form.origin}\r\nContent-Type: application/json\r\nExpect: ${expected}\r\n${more}Content-Length: 2\r\nConnection: close\r\n\r\n`;
    const own = new URL(web.form.origin).host;
    expect(await raw(web, head("evil.test"))).toMatch(/^HTTP\/1\.1 421 /);
    const known = expected === "100-continue";
    expect(await raw(web, head(own))).toMatch(known ? /^HTTP\/1\.1 401 / : /^HTTP\/1\.1 400 /);
    expect(web.calls).toEqual([]);
    const session = `Authorization: Bearer ${await signIn(web)}\r\n`;
    expect(await raw(web, `${head(own, session)}{}`)).toMatch(
      known ? /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 / : /^HTTP\/1\.1 400 /,
    );
  });

  it("refuses headers over 16 KiB with 431", async () => {
    const answer = await raw(
      web,
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\nX: ${"x".repeat(17_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });

  it("cuts off a sender that is too slow, with headers and with a body", async () => {
    const started = performance.now();
    const slow = [
      raw(web, `GET / HTTP/1.1\r\nHost:`, 6000),
      raw(
        web,
        `POST /session HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\nOrigin: ${web.form.origin}\r\nContent-Type: application/json\r\nContent-Length: 90\r\n\r\n{"code"`,
        6000,
      ),
    ];
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it("listens on 127.0.0.1 and on no other address of this machine", async () => {
    const others = Object.values(os.networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((one) => one.address !== "127.0.0.1" && !one.address.startsWith("fe80"));
    const reached = await Promise.all(
      others.map(
        (one) =>
          new Promise<boolean>((resolve) => {
            // The guard of the test set-up lets only loopback names through; an own address is as local.
            const socket = new net.Socket();
            socket.once("connect", () => resolve(true));
            socket.once("error", () => resolve(false));
            try {
              socket.connect(web.port, one.address);
            } catch {
              resolve(false);
            }
            setTimeout(resolve, 1000, false);
            setTimeout(() => socket.destroy(), 1100);
          }),
      ),
    );
    expect(reached).toEqual(others.map(() => false));
  });
});

describe("signing in", () => {
  it("works once with a link, whose code stands behind the #", async () => {
    const link = new URL(web.form.makeLink());
    expect(link.origin).toBe(web.form.origin);
    expect(link.search).toBe("");
    const code = new URLSearchParams(link.hash.slice(1)).get("code");
    expect(Buffer.from(code ?? "", "base64url")).toHaveLength(32);
    const body = JSON.stringify({ code });
    const first = await send(web, "POST", "/session", own(), body);
    expect(first.status).toBe(200);
    expect(JSON.parse(first.text)).toEqual({
      ok: true,
      value: { session: expect.stringMatching(/^[\w-]{43}$/) as string },
    });
    expect(first.headers["set-cookie"]).toBeUndefined();
    const second = await send(web, "POST", "/session", own(), body);
    expect([second.status, codeIn(second)]).toEqual([401, "link_spent"]);
  });

  it.each([[{}], [{ code: 1 }], [{ code: "" }], [{ code: null }], [{ code: "x".repeat(5000) }]])(
    "refuses %o",
    async (body) => {
      const answer = await send(web, "POST", "/session", own(), JSON.stringify(body));
      expect([answer.status, codeIn(answer)]).toEqual([401, "link_spent"]);
    },
  );

  it("is needed for calls and events", async () => {
    for (const authorization of [
      undefined,
      "",
      "Bearer",
      "Bearer wrong",
      `Basic ${Buffer.from("a:b").toString("base64")}`,
    ]) {
      const extra = authorization === undefined ? {} : { authorization };
      const call = await send(web, "POST", "/call", { ...own(), ...extra }, "{}");
      expect([call.status, codeIn(call)]).toEqual([401, "app_session_missing"]);
      const events = await send(web, "GET", "/events", extra);
      expect(events.status).toBe(401);
    }
    expect(web.calls).toEqual([]);
    expect(web.listeners()).toBe(0);
  });
});

describe("calls", () => {
  it("reach the desk with method and input as they came, and bring its reply", async () => {
    const authorization = `Bearer ${await signIn(web)}`;
    const body = JSON.stringify({ method: "app.status", input: { a: [1, "ü"] }, more: true });
    const answer = await send(web, "POST", "/call", { ...own(), authorization }, body);
    expect(answer.status).toBe(200);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(JSON.parse(answer.text)).toEqual({ ok: true, value: { echo: { a: [1, "ü"] } } });
    expect(web.calls).toEqual([{ method: "app.status", input: { a: [1, "ü"] } }]);
  });

  it.each([
    ["text/plain", "{}", 415],
    ["application/x-www-form-urlencoded", "{}", 415],
    ["application/json; charset=latin1", "{}", 415],
    ["application/json, text/plain", "{}", 415],
    ["application/json", "[]", 400],
    ["application/json", "null", 400],
    ["application/json", "{", 400],
    ["application/json", "", 400],
    ["application/json", Buffer.from([0x7b, 0xff, 0x7d]), 400],
  ])("refuse %s %j with %i", async (type, body, status) => {
    const authorization = `Bearer ${await signIn(web)}`;
    const headers = { "content-type": type, origin: web.form.origin, authorization };
    const answer = await send(web, "POST", "/call", headers, body);
    expect(answer.status).toBe(status);
    expect(web.calls).toEqual([]);
  });

  it("refuse more than 12 MiB, declared or not, and say so", async () => {
    const authorization = `Bearer ${await signIn(web)}`;
    const body = JSON.stringify({ method: "x", input: "y".repeat(12_600_000) });
    const declared = await raw(
      web,
      `POST /call HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\nOrigin: ${web.form.origin}\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n`,
    );
    expect(declared).toMatch(/^HTTP\/1.1 413 /);
    const chunked = await send(
      web,
      "POST",
      "/call",
      { ...own(), authorization, "transfer-encoding": "chunked" },
      body,
    ).catch((error: NodeJS.ErrnoException) => error.code);
    // The sender may still be writing when the answer is ready; it is cut off either way.
    expect(typeof chunked === "object" ? chunked?.status : chunked).toSatisfy(
      (outcome) => outcome === 413 || outcome === "ECONNRESET" || outcome === "EPIPE",
    );
    expect(web.calls).toEqual([]);
    expect(web.reports).toEqual([]);
  });

  it("never show what a bug threw", async () => {
    const broken = await openTestWeb({
      desk: { call: () => Promise.reject(new Error("canary-in-an-error")), watch: () => () => {} },
    });
    try {
      const authorization = `Bearer ${await signIn(broken)}`;
      const answer = await send(
        broken,
        "POST",
        "/call",
        { ...JSON_TYPE, origin: broken.form.origin, authorization },
        "{}",
      );
      expect([answer.status, codeIn(answer)]).toEqual([500, "internal"]);
      expect(answer.text).not.toContain("canary");
      expect(broken.reports).toHaveLength(1);
    } finally {
      await broken.stop();
    }
  });
});

describe("the port", () => {
  it("is never another one: a taken port is refused with its holder", async () => {
    const refusal = await openTestWeb({ port: web.port }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      code: "port_taken",
      facts: { port: web.port, holder: `the test on ${web.port}` },
    });
  });

  it("is free again after closing, also with a stream and an idle connection open", async () => {
    const agent = new http.Agent({ keepAlive: true });
    const other = await openTestWeb();
    const session = await signIn(other);
    const streaming = http.get({
      port: other.port,
      host: "127.0.0.1",
      path: "/events",
      agent,
      headers: { authorization: `Bearer ${session}` },
    });
    await new Promise((resolve) =>
      streaming.once("response", (r: http.IncomingMessage) => {
        r.on("error", () => {});
        r.resume();
        resolve(undefined);
      }),
    );
    const started = performance.now();
    await other.stop();
    expect(performance.now() - started).toBeLessThan(1000);
    expect(other.listeners()).toBe(0);
    agent.destroy();
    const again = await openTestWeb({ port: other.port });
    await again.stop();
  });
});
