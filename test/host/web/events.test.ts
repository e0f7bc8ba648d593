import http from "node:http";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../../support/processes.ts";
import { openTestWeb, send, signIn, type TestWeb } from "./web.ts";

let web: TestWeb | undefined;
afterEach(async () => {
  await web?.stop();
  web = undefined;
});

async function listen(
  to: TestWeb,
  session: string,
): Promise<{ text: () => string; ended: () => boolean; stop: () => void; status: number }> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      {
        port: to.port,
        host: "127.0.0.1",
        path: "/events",
        agent: false,
        headers: { authorization: `Bearer ${session}` },
      },
      (response) => {
        let text = "";
        let ended = false;
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", () => (ended = true));
        response.on("close", () => (ended = true));
        resolve({
          text: () => text,
          ended: () => ended,
          stop: () => request.destroy(),
          status: response.statusCode ?? 0,
        });
      },
    );
    request.on("error", reject);
  });
}

const FAST = { heartbeat: 50, buffer: 256 * 1024, stall: 400, listeners: 3 };

describe("events", () => {
  it("come one per line, in order, after a first blank line", async () => {
    web = await openTestWeb();
    const stream = await listen(web, await signIn(web));
    web.push({ type: "changed", what: "servers" });
    web.push({ type: "changed", what: "a\nb\u2028c" });
    await until(() => stream.text().split("\n").length >= 4);
    const lines = stream.text().split("\n").filter(Boolean);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { type: "changed", what: "servers" },
      { type: "changed", what: "a\nb\u2028c" },
    ]);
    expect(stream.text().startsWith("\n")).toBe(true);
  });

  it("beat while nothing happens", async () => {
    web = await openTestWeb({ streams: FAST });
    const stream = await listen(web, await signIn(web));
    await until(() => stream.text().length >= 4);
    expect(stream.text().trim()).toBe("");
  });

  it("stop being watched when the listener goes", async () => {
    web = await openTestWeb({ streams: FAST });
    const stream = await listen(web, await signIn(web));
    expect(web.listeners()).toBe(1);
    stream.stop();
    const now = web;
    await until(() => now.listeners() === 0);
  });

  it("are refused to more listeners than there may be, with words", async () => {
    web = await openTestWeb({ streams: FAST });
    const session = await signIn(web);
    for (let i = 0; i < FAST.listeners; i++) await listen(web, session);
    const one = await send(web, "GET", "/events", { authorization: `Bearer ${session}` });
    expect(one.status).toBe(503);
    expect(web.listeners()).toBe(FAST.listeners);
  });

  it("drop a listener that does not read, and keep serving the others", async () => {
    web = await openTestWeb({ streams: FAST });
    const session = await signIn(web);
    const deaf = net.connect(web.port, "127.0.0.1");
    deaf.on("error", () => {});
    deaf.write(
      `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${web.port}\r\nAuthorization: Bearer ${session}\r\n\r\n`,
    );
    deaf.pause();
    const reading = await listen(web, session);
    const now = web;
    await until(() => now.listeners() === 2);
    const big = { type: "calls", rows: ["x".repeat(60_000)] };
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 400 && web.listeners() === 2; i++) {
      web.push(big);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await until(() => now.listeners() === 1, 5000, "dropping the deaf listener");
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
    web.push({ type: "changed", what: "last" });
    await until(() => reading.text().includes('"last"'));
    expect(reading.ended()).toBe(false);
    deaf.destroy();
    reading.stop();
  });

  it("end with the session", async () => {
    let now = 0;
    web = await openTestWeb({ streams: { ...FAST, heartbeat: 30 }, monotonic: () => now });
    const stream = await listen(web, await signIn(web));
    now += 13 * 60 * 60_000;
    await until(() => stream.ended());
    expect(web.listeners()).toBe(0);
  });
});
