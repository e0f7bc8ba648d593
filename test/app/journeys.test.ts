// A first day, whole, in the real windows: first run, a server by its address alone, signing in on the issuer's own page
// in the system's browser, an agent, its first questions, a new credential, a pause of everything, a restart. The
// practice company stands for the world outside, the keychain daemon for the person's keychain.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { ask } from "../support/house.ts";
import { until } from "../support/processes.ts";
import { hasChromium, type SystemBrowser, systemBrowser } from "./browser.ts";
import { personAt, photograph, want } from "./person.ts";
import { type AppWindow, openApp } from "./window.ts";

const SCREENS = [
  "Overview",
  "Live log",
  "Servers",
  "Agents",
  "Identities",
  "Keys",
  "Policy",
  "Lab",
  "Doctor",
  "Settings",
];

let lab: Lab;
let browser: SystemBrowser;
let desktop: AppWindow;
let credential = "";
const kept = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-kept-"));
const person = personAt(() => desktop);
const { inFront, allow, deny, gone } = person;
const shot = (name: string, page: Page = desktop.page) => photograph(page, "app", name);

const go = (screen: string): Promise<void> =>
  desktop.page.getByRole("navigation").getByRole("button", { name: screen, exact: true }).click();

/** One call of an agent, by the door for scripts: it speaks either generation of MCP to the server. */
const call = (secret: string, text: string) =>
  ask(`http://127.0.0.1:${desktop.port}`, "/tools/crm/search_customers/invoke", {
    headers: { authorization: `Bearer ${secret}` },
    body: JSON.stringify({ text }),
  });

beforeAll(async () => {
  if (!hasChromium) return;
  browser = systemBrowser();
  lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
  desktop = await openApp([], { consents: true, env: browser.env });
}, 60_000);
afterAll(async () => {
  await desktop?.stop();
  await lab?.stop();
  await browser?.close();
  fs.rmSync(kept, { recursive: true, force: true });
});

describe.skipIf(!hasChromium)("a first day (skipped where Chromium is not installed)", () => {
  it("begins with two ways in", async () => {
    await desktop.page.getByText("Countersign holds the keys").first().waitFor();
    await shot("01-first-run");
  });

  it("adds a server by its address, and signs in on the issuer's own page in the system's browser", async () => {
    const { page } = desktop;
    await go("Servers");
    await page.getByRole("button", { name: "Add server" }).first().click();
    await page.getByLabel("Address", { exact: true }).fill(lab.server("crm").url);
    await page.getByRole("button", { name: "Find out" }).click();
    await page.getByRole("button", { name: "I know it, ask it" }).click();
    await page.getByText("Proposed: Account").waitFor();
    await page.getByLabel("Send the token unencrypted on this machine").check();
    await page.getByLabel("Name", { exact: true }).fill("crm");
    await shot("02-add-server");
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByRole("button", { name: "Sign in", exact: true }).click();

    const tab = await browser.follow();
    expect(new URL(tab.url()).origin, "the issuer's own page").toBe(new URL(lab.issuer.url).origin);
    await shot("03-issuer", tab);
    await shot("04-waiting-for-sign-in");
    await tab.getByRole("button", { name: /Ada/ }).click();
    await tab.getByRole("button", { name: "Yes, I agree" }).click();
    await tab.getByText("Signed in.").waitFor();
    await shot("05-signed-in", tab);
    await page.getByText("The server answers").waitFor();
    await shot("06-server-answers");
    // No window of ours went anywhere (RFC 8252 section 8.12).
    const urls = await desktop.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => contents.getURL()),
    );
    expect(urls).toEqual(["app://countersign/index.html"]);
    const accounts = await want<{ sub: string; state: string }[]>(page, "accounts.list");
    expect(accounts).toMatchObject([{ sub: "ada", state: "signed-in" }]);
  }, 60_000);

  it("connects an agent, whose credential is shown once", async () => {
    const { page } = desktop;
    await page
      .getByRole("button", { name: "Connect an agent" })
      .or(page.getByRole("button", { name: "Done" }))
      .last()
      .click();
    if ((await page.getByLabel("Name", { exact: true }).count()) === 0) {
      await go("Agents");
      await page.getByRole("button", { name: "Connect agent" }).first().click();
    }
    await page.getByLabel("Name", { exact: true }).fill("Claude Code");
    await page.getByRole("button", { name: "Make a credential" }).click();
    credential = (await page.locator(".once-line code").textContent()) ?? "";
    expect(credential).toMatch(/^csa_[A-Za-z0-9_-]{43}$/);
    await shot("07-agent");
    await page.getByRole("button", { name: "I have stored it" }).click();
    await page.getByRole("button", { name: "Close anyway" }).click();
  }, 30_000);

  it("consents, approves, denies, and sees each of them in the log", async () => {
    const { page } = desktop;
    await go("Live log");
    const found = call(credential, "London");
    const consent = await inFront("May this agent use this server?");
    await consent
      .getByText(/subject ada|Ada Lovelace/)
      .first()
      .waitFor();
    await shot("08-consent", consent);
    await allow(consent, "Let it use the server");

    const first = await inFront("An agent wants to use a tool");
    await first.getByText("search_customers").first().waitFor();
    await shot("09-question", first);
    await allow(first, "Allow once");
    const reply = await found;
    expect([reply.status, reply.body]).toEqual([200, expect.stringContaining("Difference")]);
    await gone();

    const again = call(credential, "");
    await deny(await inFront("An agent wants to use a tool"));
    expect((await again).code).toBe("call_refused");
    await gone();
    await until(
      async () =>
        (await page.getByRole("row").filter({ hasText: "search_customers" }).count()) >= 2,
      5000,
      "both rows",
    );
    await page.getByRole("row").filter({ hasText: "search_customers" }).last().click();
    await page.getByText("Auth evidence").first().waitFor();
    await shot("10-live-log");
  }, 60_000);

  it("rotates the agent: the old credential is worth nothing from then on", async () => {
    const { page } = desktop;
    await go("Agents");
    await page.getByRole("button", { name: "More for Claude Code" }).click();
    await page.getByRole("menuitem", { name: "Rotate credential" }).click();
    await shot("11-rotate");
    await page.getByRole("button", { name: "Rotate", exact: true }).click();
    const next = (await page.locator(".once-line code").textContent()) ?? "";
    expect(next).not.toBe(credential);
    await page.getByRole("button", { name: "I have stored it" }).click();
    await page.getByRole("button", { name: "Close anyway" }).click();
    expect((await call(credential, "London")).code).toBe("agent_credential_unknown");
    credential = next;
    const reply = call(credential, "London");
    await deny(await inFront("An agent wants to use a tool"));
    expect((await reply).code, "known, and asked about").toBe("call_refused");
    await gone();
  }, 30_000);

  it("panics: one item of the menu pauses every agent, another lets them go on", async () => {
    const press = (label: string): Promise<void> =>
      desktop.app.evaluate(({ Menu }, name) => {
        const items = Menu.getApplicationMenu()?.items.flatMap((one) => one.submenu?.items ?? []);
        items?.find((one) => one.label === name)?.click();
      }, label);
    const state = async (): Promise<string | undefined> =>
      (await want<{ state: string }[]>(desktop.page, "agents.list"))[0]?.state;
    await press("Pause all agents");
    await until(async () => (await state()) === "paused", 5000, "the pause");
    await go("Agents");
    await desktop.page.getByText("Paused").first().waitFor();
    await shot("12-panic");
    expect((await call(credential, "London")).code).toBe("agent_paused");
    await press("Let the paused agents go on");
    await until(async () => (await state()) === "active", 5000, "the end of the pause");
  }, 30_000);

  it("shows every screen with what happened", async () => {
    for (const screen of SCREENS) {
      await go(screen);
      await desktop.page.getByRole("heading", { level: 1 }).first().waitFor();
      await shot(`screen-${screen.toLowerCase().replaceAll(" ", "-")}`);
    }
  }, 60_000);

  it("restarts: server, account, agent and consent are there, and the next call is asked about", async () => {
    const { dataFolder, port } = desktop;
    await desktop.app.close();
    fs.cpSync(dataFolder, kept, { recursive: true, filter: (name) => !/Singleton/.test(name) });
    fs.rmSync(dataFolder, { recursive: true, force: true });
    desktop = await openApp(["--data", kept, "--port", String(port)], {
      consents: true,
      env: browser.env,
    });
    desktop = { ...desktop, port };
    await desktop.page.getByRole("navigation").waitFor();
    const reply = call(credential, "Hampton");
    await allow(await inFront("An agent wants to use a tool"), "Allow once");
    expect((await reply).body).toContain("Orbital Sums");
    await gone();
    await go("Live log");
    await until(
      async () =>
        (await desktop.page.getByRole("row").filter({ hasText: "search_customers" }).count()) >= 3,
      5000,
      "the rows of before",
    );
    await shot("13-after-restart");
    expect(browser.opened(), "no second sign-in was needed").toHaveLength(1);
  }, 60_000);
});
