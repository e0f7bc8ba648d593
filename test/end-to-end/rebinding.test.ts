// Threats 1 to 4 in a real browser: pages of an attacker against the door and the browser form. Whatever they try,
// no handler sees it, and nothing that they may read comes back.
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright";
import { chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestWeb, type TestWeb } from "../host/web/web.ts";
import { CHROMIUM, hasChromium } from "../renderer/chromium.ts";
import { echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";

let house: House;
let web: TestWeb;
let server: Awaited<ReturnType<typeof upstream>>;
let credential: string;
let browser: Browser;
/** The attacker's own server, on a port of its own. */
let attacker: http.Server;
let attackerPort: number;

beforeAll(async () => {
  if (!hasChromium) return;
  server = await upstream(echoServer);
  house = await openHouse();
  web = await openTestWeb();
  ({ credential } = await house.agent());
  await house.call("servers.add", {
    kind: "http",
    name: "echo",
    url: server.url,
    auth: { type: "none" },
  });
  attacker = http.createServer((_request, response) => {
    response
      .writeHead(200, { "content-type": "text/html" })
      .end("<!doctype html><title>evil</title>");
  });
  await new Promise<void>((resolve) => attacker.listen(0, "127.0.0.1", resolve));
  attackerPort = (attacker.address() as AddressInfo).port;
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      // The name of the attacker leads to this machine: what a rebinding DNS server brings about.
      "--host-resolver-rules=MAP evil.test 127.0.0.1",
      // The browser's own protection of local networks is not what is tried here: older ones have none.
      "--disable-features=BlockInsecurePrivateNetworkRequests,LocalNetworkAccessChecks,PrivateNetworkAccessSendPreflights",
    ],
  });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) =>
    attacker === undefined ? resolve(null) : attacker.close(resolve),
  );
  await web?.stop();
  await house?.close();
  await server?.close();
});

/** Everything a page can send with, from this page. Returns what it could read. */
const tryAll = async (given: readonly string[]): Promise<string[]> => {
  const [target = "", body = "", token = ""] = given;
  const read: string[] = [];
  const note = (what: string) => (text: unknown) => {
    const said = typeof text === "string" ? text : "";
    if (said !== "") read.push(`${what}: ${said.slice(0, 200)}`);
  };
  const silent = (): undefined => undefined;
  const json = { "content-type": "application/json", authorization: `Bearer ${token}` };
  const text = (response: Response): Promise<string> => response.text();
  const loads = (element: HTMLElement & { src?: string }, attribute = "src"): Promise<void> =>
    new Promise((resolve) => {
      element.addEventListener("load", () => resolve());
      element.addEventListener("error", () => resolve());
      element.setAttribute(attribute, target);
      document.body.append(element);
      setTimeout(resolve, 1500);
    });
  const form = (enctype: string): Promise<void> =>
    new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.name = `f${Math.random()}`;
      const post = document.createElement("form");
      Object.assign(post, { method: "post", action: target, target: frame.name });
      post.enctype = enctype;
      const field = document.createElement("input");
      Object.assign(field, { name: body.slice(0, -1), value: '"}' });
      post.append(field);
      document.body.append(frame, post);
      frame.addEventListener("load", () => setTimeout(resolve, 200));
      post.submit();
      setTimeout(resolve, 1500);
    });
  const link = document.createElement("link");
  link.rel = "stylesheet";
  await Promise.all([
    fetch(target, { method: "POST", headers: json, body }).then(text).then(note("fetch"), silent),
    fetch(target, { method: "POST", body, mode: "no-cors" })
      .then(text)
      .then(note("no-cors"), silent),
    fetch(target, { headers: { authorization: `Bearer ${token}` } })
      .then(text)
      .then(note("get"), silent),
    fetch(target, { method: "DELETE" }).then(text).then(note("delete"), silent),
    new Promise<void>((resolve) => {
      const xhr = new XMLHttpRequest();
      xhr.onloadend = () => {
        note("xhr")(xhr.responseText);
        resolve();
      };
      xhr.open("POST", target);
      xhr.setRequestHeader("content-type", "application/json");
      xhr.send(body);
    }),
    Promise.resolve(navigator.sendBeacon(target, body)),
    loads(document.createElement("img")),
    loads(document.createElement("script")),
    loads(document.createElement("iframe")),
    loads(link, "href"),
    form("text/plain"),
    form("application/x-www-form-urlencoded"),
    form("multipart/form-data"),
    new Promise<void>((resolve) => {
      const events = new EventSource(target);
      events.onmessage = (event) => note("events")(String(event.data));
      events.onopen = () => read.push("events: open");
      events.onerror = () => {
        events.close();
        resolve();
      };
      setTimeout(resolve, 1500);
    }),
    new Promise<void>((resolve) => {
      const socket = new WebSocket(target.replace("http:", "ws:"));
      socket.onopen = () => read.push("socket: open");
      socket.onclose = () => resolve();
      setTimeout(resolve, 1500);
    }),
    new Promise<void>((resolve) => {
      const code = `fetch(${JSON.stringify(target)}, ${JSON.stringify({ method: "POST", headers: json, body })})
        .then((r) => r.text()).then(postMessage, () => postMessage(""))`;
      const worker = new Worker(URL.createObjectURL(new Blob([code])));
      worker.onmessage = (event) => {
        note("worker")(event.data);
        resolve();
      };
      setTimeout(resolve, 1500);
    }),
  ]);
  return read;
};

/** A page at this address, made up by the attacker; what it asks for goes out for real. */
async function pageAt(address: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route(
    (url) => url.href === address,
    (route) =>
      route.request().isNavigationRequest() && route.request().frame().parentFrame() === null
        ? route.fulfill({
            contentType: "text/html",
            body: "<!doctype html><title>evil</title><body>",
          })
        : route.continue(),
  );
  await page.goto(address);
  return { page, close: () => context.close() };
}

describe.skipIf(!hasChromium)(
  "pages in Chromium against the door (skipped where there is no /usr/bin/chromium)",
  () => {
    const pages: [string, () => string, (path: string) => string, RegExp][] = [
      // After rebinding the page has the door's own port, and its name leads here: same origin, Host evil.test.
      [
        "a rebound name",
        () => `http://evil.test:${house.port}/`,
        (path) => `http://evil.test:${house.port}${path}`,
        /host_refused/,
      ],
      [
        "another site",
        () => `http://evil.test:${attackerPort}/`,
        (path) => `${house.door}${path}`,
        /origin_refused/,
      ],
      [
        "another port of this machine",
        () => `http://127.0.0.1:${attackerPort}/`,
        (path) => `${house.door}${path}`,
        /origin_refused/,
      ],
      [
        "localhost with the same port",
        () => `http://localhost:${house.port}/`,
        (path) => `http://localhost:${house.port}${path}`,
        /host_refused/,
      ],
    ];
    it.each(pages)(
      "threat 1: %s reaches no handler, whatever it sends with",
      async (_what, page, at, code) => {
        const before = server.seen.length;
        const rows = (await house.calls()).filter((row) => row.kind === "call").length;
        const evil = await pageAt(page());
        const read: string[] = [];
        for (const path of ["/mcp/echo", "/tools/echo/echo/invoke"]) {
          read.push(...(await evil.page.evaluate(tryAll, [at(path), toolCall(), credential])));
        }
        await evil.close();
        expect(read).toEqual([]);
        expect(server.seen.length).toBe(before);
        // It did come in, many times, and each was turned away at the first guard.
        const name = /host/.test(code.source) ? "host_refused" : "origin_refused";
        const { rows: refused } = await house.call("calls.search", { code: name, limit: 500 });
        expect(refused.reduce((sum, row) => sum + row.count, 0)).toBeGreaterThan(15);
        expect((await house.calls()).filter((row) => row.kind === "call").length).toBe(rows);
      },
      60_000,
    );

    it("threat 1: and none of them reaches the browser form, or a file of it", async () => {
      const own = `http://evil.test:${web.port}/`;
      for (const [page, at] of [
        [own, `http://evil.test:${web.port}`],
        [`http://evil.test:${attackerPort}/`, web.form.origin],
        [`http://127.0.0.1:${attackerPort}/`, web.form.origin],
      ] as const) {
        const evil = await pageAt(page);
        for (const path of ["/call", "/session", "/events"]) {
          const read = await evil.page.evaluate(tryAll, [
            `${at}${path}`,
            '{"method":"app.status","input":{}}',
            "x",
          ]);
          // A refusal names its code to whoever may read it, and nothing else.
          expect(
            read.filter((one) => !/"ok":false,"error":\{"code":"host_refused"/.test(one)),
          ).toEqual([]);
        }
        await evil.close();
      }
      expect(web.calls).toEqual([]);
      expect(web.listeners()).toBe(0);
    }, 90_000);
  },
);
