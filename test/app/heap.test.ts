// The pages never hold a secret (Electron hardening 25): after secrets of every kind came in, tokens were obtained, a
// question was answered and every screen was visited, neither page's heap holds any of what the vault holds, nor an
// access token, nor the passphrase, in any of the forms that programs make of them.
import fs from "node:fs";
import path from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redirectPath } from "../../electron/core/oauth/authorization-code.ts";
import { deriveKey, open, parseSealed } from "../../electron/host/vault/sealed-format.ts";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { formsOf, heapOf } from "../support/heap.ts";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { digest } from "../support/ports.ts";
import { temporaryFolder, until } from "../support/processes.ts";
import { systemBrowser, type SystemBrowser } from "./browser.ts";
import { personAt, photograph, want } from "./person.ts";
import { type AppWindow, openApp } from "./window.ts";

const PASSPHRASE = "canary-passphrase-4d1f-of-seven-words";
const API_KEY = "canary-api-key-9c0b61e7d2";

let lab: Lab;
let browser: SystemBrowser;
let desktop: AppWindow;
let server: Awaited<ReturnType<typeof upstream>>;
let credential = "";
const tokens = new Set<string>();
const files = temporaryFolder();
const { inFront, allow, gone, press } = personAt(() => desktop);

const go = (screen: string): Promise<void> =>
  desktop.page.getByRole("navigation").getByRole("button", { name: screen, exact: true }).click();
/** Letter by letter: in one piece the driver itself would leave it in the page. */
const type = (page: Page, label: string, text: string): Promise<void> =>
  page.getByLabel(label, { exact: true }).pressSequentially(text);
const send = (name: string, args: unknown, secret = credential) =>
  ask(`http://127.0.0.1:${desktop.port}`, `/mcp/${name}`, {
    headers: { authorization: `Bearer ${secret}` },
    body: toolCall(args),
  });

/** Everything that the vault holds now, one strand for each thing that must not be on a page. */
async function inVault(): Promise<Map<string, string>> {
  const file = fs.readFileSync(path.join(desktop.dataFolder, "secrets.sealed"));
  const parsed = parseSealed(file);
  if (!parsed.ok) throw new Error("the sealed file cannot be read");
  const key = await deriveKey(PASSPHRASE, parsed.lock.salt, parsed.lock.cost);
  const strands = new Map<string, string>();
  for (const [address, text] of Object.entries(open(parsed.file, key) ?? {})) {
    if (text.includes("-----BEGIN")) {
      const lines = text.split("\n").filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line));
      lines.forEach((line, i) => strands.set(`${address}: line ${i + 1} of a private key`, line));
    } else if (text.startsWith("{")) {
      // A record with public parts: those that are secret are told by their names.
      for (const [, name = "", value = ""] of text.matchAll(
        /"(refreshToken|value|d|pkcs8|privateKey)":"([^"]{16,})"/g,
      )) {
        strands.set(`${address}: ${name}`, value);
      }
    } else strands.set(address, text);
  }
  return strands;
}

beforeAll(async () => {
  server = await upstream((request, response, body) => {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (bearer !== undefined) tokens.add(bearer);
    echoServer(request, response, body);
  });
  browser = systemBrowser();
  // Without a bus there is no keychain: the person chooses the sealed file, and types its passphrase.
  desktop = await openApp([], {
    asks: true,
    env: { ...browser.env, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent" },
  });
  lab = await startLab({
    log: { info: () => undefined, warn: () => undefined },
    redirects: (issuer) => [`http://127.0.0.1:${desktop.port}${redirectPath(issuer, digest)}`],
  });
}, 60_000);
afterAll(async () => {
  await desktop?.stop();
  await lab?.stop();
  await server?.close();
  await browser?.close();
  files.remove();
});

describe("the pages' heaps", () => {
  it("take in a passphrase, a key, a client secret, a private key and an agent, all by hand", async () => {
    const { page } = desktop;
    await page.getByRole("heading", { name: "Where should keys be kept?" }).waitFor();
    await photograph(page, "app", "vault-choice");
    await type(page, "Passphrase", PASSPHRASE);
    await type(page, "Repeat it", PASSPHRASE);
    // While it is typed it is there: the search can find what it looks for.
    expect(found(await heapOf(page), new Map([["passphrase", PASSPHRASE]]))).not.toEqual([]);
    await page.getByRole("button", { name: "Make the sealed file" }).click();
    await page.getByRole("navigation").waitFor();

    await go("Servers");
    await page.getByRole("button", { name: "Add server" }).first().click();
    await page.getByLabel("Address", { exact: true }).fill(server.url);
    await page.getByLabel("Name", { exact: true }).fill("keyed");
    await page.getByRole("radio", { name: "X-API-Key" }).check();
    await type(page, "Key", API_KEY);
    await page.getByLabel(/Send the key unencrypted/).check();
    await page.getByRole("button", { name: "Add and test" }).click();
    await page.getByText("The server answers").waitFor();
    await page.keyboard.press("Escape");

    const { basic } = lab.issuer.clients;
    await go("Identities");
    await page.getByRole("tab", { name: "Issuers" }).click();
    await page.getByRole("button", { name: "Register at an issuer" }).first().click();
    await page.getByLabel("Issuer", { exact: true }).fill(lab.issuer.url);
    await page.getByLabel(/unencrypted on this machine/).check();
    await page.getByLabel("Client id", { exact: true }).fill(basic.id);
    await page.getByLabel("Name here", { exact: true }).fill("home");
    await page.getByRole("combobox", { name: "How Countersign proves itself" }).click();
    await page.getByRole("option", { name: /Secret, in a header/ }).click();
    await type(page, "Secret", basic.secret ?? "");
    await page.getByRole("button", { name: "Register", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });

    const own = await lab.ca.issueFor("CN=ada,O=Larkspur PRACTICE");
    const file = path.join(files.path, "ada.pem");
    fs.writeFileSync(file, `${own.certificatePem}\n${own.privateKeyPem}`);
    await page.getByRole("tab", { name: "Certificates" }).click();
    await page.getByRole("button", { name: "Import" }).first().click();
    await page.locator("input[type=file]").setInputFiles(file);
    await page.getByRole("dialog").getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await go("Agents");
    await page.getByRole("button", { name: "Connect agent" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("Claude Code");
    await page.getByRole("button", { name: "Make a credential" }).click();
    credential = (await page.locator(".once-line code").textContent()) ?? "";
    await page.getByRole("button", { name: "I have stored it" }).click();
    await page.getByRole("button", { name: "Close anyway" }).click();
  }, 60_000);

  it("see tokens come and go: a person signs in, agents call", async () => {
    const { page } = desktop;
    const [issuer] = await want<{ id: string }[]>(page, "issuers.list");
    const { resource, scopes } = lab.server("crm");
    await want(page, "servers.add", {
      kind: "http",
      name: "mine",
      url: server.url,
      auth: {
        type: "account",
        issuer: issuer?.id,
        scopes,
        resource,
        audience: null,
        account: null,
      },
      allowPlainHttpOnLoopback: true,
    });
    const { url } = await want<{ url: string }>(page, "accounts.signIn", {
      issuer: issuer?.id,
      scopes: ["openid", "offline_access", ...scopes],
      resource,
    });
    const back = new URL((await lab.signIn(url, "ada")) ?? "none:");
    expect((await fetch(back)).status).toBe(200);
    await want(page, "servers.add", {
      kind: "http",
      name: "ours",
      url: server.url,
      auth: { type: "client-credentials", issuer: issuer?.id, scopes, resource, audience: null },
      allowPlainHttpOnLoopback: true,
    });
    for (const name of ["keyed", "mine", "ours"]) {
      const reply = send(name, { n: name });
      await allow(await inFront("An agent wants to use a tool"), "Allow once");
      expect([name, (await reply).status]).toEqual([name, 200]);
      await gone();
    }
    expect(tokens.size, "two access tokens were used").toBe(2);
  }, 60_000);

  it("the page that asks holds none of it, after an answer and while the next question waits", async () => {
    const other = await want<{ credential: string }>(desktop.page, "agents.add", {
      name: "Cursor",
    });
    const first = send("mine", { n: 1 });
    const page = await inFront("An agent wants to use a tool");
    const second = send("ours", { n: 2 }, other.credential);
    await page.getByText("1 more waits").waitFor();
    await allow(page, "Allow once");
    expect((await first).status).toBe(200);
    await page
      .getByText('"n": 2')
      .or(page.getByText("ours", { exact: true }))
      .first()
      .waitFor();
    const heap = await heapOf(page);
    // What is on the screen is found, so the search works here, too.
    expect(heap).toContain("Cursor");
    expect(found(heap, await canaries())).toEqual([]);
    press(page, "Escape");
    await second;
    await gone();
  }, 40_000);

  it("the app's page holds none of it, after every screen was visited", async () => {
    const { page } = desktop;
    for (const screen of ["Overview", "Live log", "Servers", "Agents", "Keys", "Policy", "Lab"]) {
      await go(screen);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
    }
    await go("Identities");
    for (const tab of ["Accounts", "Issuers", "Certificates", "Recent flows"]) {
      await page.getByRole("tab", { name: tab }).click();
    }
    await page.getByRole("button", { name: /X-ray/ }).first().click();
    await page.getByRole("dialog").waitFor();
    await photograph(page, "app", "xray");
    await page.keyboard.press("Escape");
    await go("Live log");
    await page.getByRole("row").filter({ hasText: "mine" }).first().click();
    await page.getByText("Auth evidence").first().waitFor();
    for (const screen of ["Doctor", "Settings"]) await go(screen);
    const heap = await heapOf(page);
    expect(heap).toContain("Larkspur");
    const all = await canaries();
    expect([...all.keys()].length, "kinds of secret").toBeGreaterThanOrEqual(8);
    expect(found(heap, all)).toEqual([]);
    // Tokens of the practice issuer are JWTs; none at all is there.
    expect(heap.match(/eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/g)).toBeNull();
    expect(heap).not.toContain("PRIVATE KEY-----\\n");
  }, 60_000);
});

async function canaries(): Promise<Map<string, string>> {
  await until(() => fs.existsSync(path.join(desktop.dataFolder, "secrets.sealed")));
  const all = await inVault();
  expect([...all.values()]).toContain(API_KEY);
  expect([...all.values()]).toContain(lab.issuer.clients.basic.secret);
  expect([...all.keys()].some((name) => name.endsWith(": refreshToken"))).toBe(true);
  expect([...all.keys()].some((name) => name.includes("private key"))).toBe(true);
  all.set("passphrase", PASSPHRASE);
  all.set("agent's credential", credential);
  [...tokens].forEach((token, i) => all.set(`access token ${i + 1}`, token));
  return all;
}

/** Names of the strands that are in the heap in any form. */
const found = (heap: string, strands: ReadonlyMap<string, string>): string[] =>
  [...strands]
    .filter(([, text]) => formsOf(text).some((form) => heap.includes(form)))
    .map(([name]) => name);
