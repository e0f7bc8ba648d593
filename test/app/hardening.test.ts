// What only the running program can show of its hardening, beside what the other tests here show (.github/HARDENING.md).
import https from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../fixtures/self-signed.ts";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { commandsBelow } from "./descendants.ts";
import { personAt, want } from "./person.ts";
import { type AppWindow, openApp } from "./window.ts";

let desktop: AppWindow;
let server: Awaited<ReturnType<typeof upstream>>;
const { inFront, press, gone } = personAt(() => desktop);

beforeAll(async () => {
  server = await upstream(echoServer);
  desktop = await openApp(["--vault", "memory"], { asks: true });
  await desktop.page.getByRole("navigation").waitFor();
}, 60_000);
afterAll(async () => {
  await desktop?.stop();
  await server?.close();
});

describe("the running program", () => {
  it("24: accepts no certificate error, not even in a window that nobody meant to make", async () => {
    let requests = 0;
    const secure = https.createServer(selfSigned, (_, response) => {
      requests++;
      response.end("hello");
    });
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
    const outcome = await desktop.app.evaluate(async ({ BrowserWindow, session }, address) => {
      const window = new BrowserWindow({
        show: false,
        // A session without our rules about addresses: what refuses here is the certificate alone.
        webPreferences: { session: session.fromPartition("strange") },
      });
      const failed = await window.loadURL(address).then(
        () => "loaded",
        (error: unknown) => String((error as { code?: unknown }).code),
      );
      window.destroy();
      return failed;
    }, url);
    expect(outcome).toMatch(/^ERR_CERT_/);
    expect(requests).toBe(0);
    secure.closeAllConnections();
    await new Promise((resolve) => secure.close(resolve));
  });

  it("23: the window that asks opens no developer tools", async () => {
    await want(desktop.page, "servers.add", {
      kind: "http",
      name: "echo",
      url: server.url,
      auth: { type: "none" },
      allowPlainHttpOnLoopback: true,
    });
    const { credential } = await want<{ credential: string }>(desktop.page, "agents.add", {
      name: "Claude Code",
    });
    const reply = ask(`http://127.0.0.1:${desktop.port}`, "/mcp/echo", {
      headers: { authorization: `Bearer ${credential}` },
      body: toolCall({ n: 1 }),
    });
    const page = await inFront();
    const opened = await desktop.app.evaluate(async ({ webContents }) => {
      const asking = webContents
        .getAllWebContents()
        .find((one) => one.getURL().startsWith("app://approval/"));
      asking?.openDevTools({ mode: "detach" });
      await new Promise((resolve) => setTimeout(resolve, 500));
      return asking?.isDevToolsOpened();
    });
    expect(opened).toBe(false);
    press(page, "Escape");
    expect((await reply).code).toBe("call_refused");
    await gone();
  }, 20_000);

  it.runIf(process.platform === "linux")("32: no process of it collects crashes", () => {
    const main = desktop.app.process().pid ?? 0;
    const own = commandsBelow(main);
    expect(own.length, "its own processes are found").toBeGreaterThan(2);
    expect(own.filter((line) => /crashpad|breakpad|--type=crash/.test(line))).toEqual([]);
  });
});
