// The person goes away: a locked screen, told on the real session bus as a desktop tells it, ends what was allowed for a
// while, denies what waits, and takes a copied credential off the clipboard.
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { until } from "../support/processes.ts";
import { personAt, photograph, want } from "./person.ts";
import { type AppWindow, openApp } from "./window.ts";

const missing = ["dbus-monitor", "dbus-send"].find(
  (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status !== 0,
);
const onBus =
  missing === undefined && process.env["DBUS_SESSION_BUS_ADDRESS"] !== undefined ? it : it.skip;

let desktop: AppWindow;
let server: Awaited<ReturnType<typeof upstream>>;
let credential = "";
const { asking, inFront, press, allow, gone } = personAt(() => desktop);

const send = (args: unknown) =>
  ask(`http://127.0.0.1:${desktop.port}`, "/mcp/echo", {
    headers: { authorization: `Bearer ${credential}` },
    body: toolCall(args),
  });
/** As a screen saver does it. */
function signal(active: boolean): void {
  const sent = spawnSync("dbus-send", [
    "--session",
    "--type=signal",
    "/org/freedesktop/ScreenSaver",
    "org.freedesktop.ScreenSaver.ActiveChanged",
    `boolean:${active}`,
  ]);
  expect(sent.status).toBe(0);
}
const grants = () => want<{ lifetime: string }[]>(desktop.page, "grants.list");
const clipboard = (): Promise<string> =>
  desktop.app.evaluate(({ clipboard }) => clipboard.readText());

beforeAll(async () => {
  server = await upstream(echoServer);
  desktop = await openApp(["--vault", "memory"], { asks: true });
  await desktop.page.getByRole("navigation").waitFor();
  await want(desktop.page, "servers.add", {
    kind: "http",
    name: "echo",
    url: server.url,
    auth: { type: "none" },
    allowPlainHttpOnLoopback: true,
  });
  ({ credential } = await want<{ credential: string }>(desktop.page, "agents.add", {
    name: "Claude Code",
  }));
}, 60_000);
afterAll(async () => {
  await desktop?.stop();
  await server?.close();
});

describe("a person who goes away", () => {
  it("has allowed something until the lock", async () => {
    const first = send({ n: 1 });
    const page = await inFront();
    await page.getByRole("button", { name: "For longer…" }).click();
    await page.getByRole("combobox", { name: "How long" }).click();
    await page.getByRole("option", { name: /until Countersign is locked/ }).click();
    await allow(page, "Allow until lock");
    expect((await first).status).toBe(200);
    await gone();
    expect(await grants()).toMatchObject([{ lifetime: "until-lock" }]);
    expect((await send({ n: 1 })).status, "not asked again").toBe(200);
  }, 30_000);

  onBus(
    "locks the screen: what waits is denied, what was allowed has ended",
    async () => {
      await until(
        async () =>
          (await want<{ away: string }>(desktop.page, "shell.settings")).away === "lock-and-sleep",
        10_000,
        "the watch on the bus",
      );
      const waiting = send({ n: 2 });
      await asking();
      // The end of a lock, and a signal of another kind, are none.
      signal(false);
      await desktop.page.waitForTimeout(300);
      expect(await grants()).toHaveLength(1);
      // The monitor may have named itself a moment before the bus listens to it.
      await until(
        async () => {
          signal(true);
          return (await grants()).length === 0;
        },
        10_000,
        "the lock being heard",
      );
      expect((await waiting).code).toBe("question_withdrawn");
      await gone();
      const again = send({ n: 1 });
      press(await inFront(), "Escape");
      expect((await again).code, "asked about again").toBe("call_refused");
      await gone();
    },
    40_000,
  );

  it("leaves no credential on the clipboard (Electron hardening 33)", async () => {
    const { page } = desktop;
    await page.getByRole("navigation").getByRole("button", { name: "Agents" }).click();
    await page.getByRole("button", { name: "Connect agent" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Script");
    await page.getByRole("button", { name: "Make a credential" }).click();
    const shown = (await page.locator(".once-line code").textContent()) ?? "";
    await page.getByRole("button", { name: "Copy the credential" }).click();
    await page.getByText(/leaves the clipboard in 60 seconds/).waitFor();
    await photograph(page, "app", "copied");
    expect(await clipboard()).toBe(shown);
    await desktop.app.evaluate(({ powerMonitor }) => void powerMonitor.emit("suspend"));
    await until(async () => (await clipboard()) === "", 5000, "the clipboard being cleared");
    // What is not ours stays.
    await desktop.app.evaluate(({ clipboard }) => clipboard.writeText("a shopping list"));
    await desktop.app.evaluate(({ powerMonitor }) => void powerMonitor.emit("suspend"));
    await page.waitForTimeout(200);
    expect(await clipboard()).toBe("a shopping list");
    await page.getByRole("button", { name: "I have stored it" }).click();
  }, 30_000);
});
