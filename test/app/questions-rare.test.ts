// The questions that a person meets seldom, in the real windows: several calls at once as a list, a page that a server wants
// opened, and a sign-in that comes back as somebody else. Photographed in both themes (.cache/screenshots/questions),
// answered, and their effect seen where it takes effect.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { redirectPath } from "../../electron/core/oauth/authorization-code.ts";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { changingServer, type ChangingServer, tool } from "../support/changing-server.ts";
import { ask, toolCall } from "../support/house.ts";
import { digest } from "../support/ports.ts";
import { until } from "../support/processes.ts";
import { personAt, say, want } from "./person.ts";
import { systemBrowser, type SystemBrowser } from "./browser.ts";
import { type AppWindow, openApp } from "./window.ts";

const PAGE = "https://accounts.example.com/consent?request=8f3a&back=crm";

let desktop: AppWindow;
let crm: ChangingServer;
let browser: SystemBrowser;
let lab: Lab;
let credential = "";
const person = personAt(() => desktop);
const { inFront, allow, deny, gone, photographQuestion } = person;

const call = (name: string, args: unknown) =>
  ask(`http://127.0.0.1:${desktop.port}`, "/mcp/crm", {
    headers: {
      authorization: `Bearer ${credential}`,
      accept: "application/json, text/event-stream",
    },
    body: toolCall(args, 1, name),
  });

beforeAll(async () => {
  crm = await changingServer();
  crm.tools = [tool("read_customer"), tool("list_invoices"), tool("delete_customer")];
  // What the desktop would open is noted, and goes nowhere.
  browser = systemBrowser();
  desktop = await openApp(["--vault", "memory"], { asks: true, env: browser.env });
  await desktop.page.getByRole("navigation").waitFor();
  lab = await startLab({
    log: { info: () => undefined, warn: () => undefined },
    redirects: (issuer) => [`http://127.0.0.1:${desktop.port}${redirectPath(issuer, digest)}`],
  });
  await want(desktop.page, "servers.add", {
    kind: "http",
    name: "crm",
    url: crm.url,
    auth: { type: "api-key", secret: "key-of-the-crm" },
    allowPlainHttpOnLoopback: true,
  });
  const made = await want<{ credential: string }>(desktop.page, "agents.add", {
    name: "Claude Code",
  });
  ({ credential } = made);
}, 60_000);
afterAll(async () => {
  await desktop?.stop();
  await lab?.stop();
  await crm?.close();
  await browser?.close();
});
afterEach(() => gone());

describe("questions that are met seldom", () => {
  it("several calls at once: a list, where each row is answered by itself", async () => {
    const replies = [
      call("read_customer", { id: 7, reason: "Review\u202e tnemyap\u202c" }),
      call("list_invoices", { customer: 7, open: true }),
      call("delete_customer", { id: 7 }),
    ];
    const page = await inFront("An agent wants to do 3 things");
    const row = (name: string) => page.getByRole("listitem").filter({ hasText: name }).first();
    await row("read_customer").getByRole("button", { name: "Allow", exact: true }).click();
    await row("list_invoices").getByRole("button", { name: "Deny", exact: true }).click();
    // What cannot be taken back has no yes here.
    expect(
      await row("delete_customer").getByRole("button", { name: "Allow", exact: true }).count(),
    ).toBe(0);
    await photographQuestion(page, "burst");
    expect(crm.ran).toEqual([]);
    await until(
      async () => {
        if (crm.ran.length > 0) return true;
        const button = page.getByRole("button", { name: "Allow 1 once, deny 1" });
        if ((await button.getAttribute("aria-disabled")) === null) await button.click();
        return false;
      },
      15_000,
      "the answers being taken",
    );
    expect((await replies[0])?.status).toBe(200);
    expect((await replies[1])?.code).toBe("call_refused");
    expect(crm.ran).toEqual(["read_customer"]);
    await deny(page);
    expect((await replies[2])?.code).toBe("call_refused");
    expect(crm.ran).toEqual(["read_customer"]);
  }, 40_000);

  it("page: the agent hears of it after a yes only, and nothing is opened or fetched by us", async () => {
    crm.events = true;
    crm.before = JSON.stringify({
      jsonrpc: "2.0",
      id: "e1",
      method: "elicitation/create",
      params: { mode: "url", elicitationId: "e1", url: PAGE, message: "Please confirm there" },
    });
    const first = call("read_customer", { id: 8 });
    await allow(await inFront("An agent wants to use a tool"), "Allow once");
    const page = await inFront("Shall this page be opened?");
    await photographQuestion(page, "page");
    await deny(page);
    expect((await first).body).not.toContain("accounts.example.com");
    await gone();

    const second = call("read_customer", { id: 9 });
    await allow(await inFront("An agent wants to use a tool"), "Allow once");
    await allow(await inFront("Shall this page be opened?"), "");
    expect((await second).body).toContain(PAGE);
    expect(browser.opened()).toEqual([]);
    crm.events = false;
    crm.before = null;
  }, 60_000);

  it("account changed: a no leaves the account as it was, a yes puts the other in its place", async () => {
    const { page } = desktop;
    const { basic } = lab.issuer.clients;
    const { id: issuer } = await want<{ id: string }>(page, "issuers.add", {
      name: "home",
      issuer: lab.issuer.url,
      clientId: basic.id,
      auth: { method: "client_secret_basic", secret: basic.secret },
      allowPlainHttpOnLoopback: true,
      trustPem: lab.ca.certificatePem,
    });
    const accounts = () => want<{ id: string; sub: string }[]>(page, "accounts.list");
    const signIn = async (who: string, account?: string): Promise<void> => {
      const { url } = await want<{ url: string }>(page, "accounts.signIn", {
        issuer,
        scopes: ["openid", "offline_access", "profile", "email"],
        resource: `${lab.issuer.url}/account`,
        ...(account !== undefined && { account }),
      });
      await fetch((await lab.signIn(url, who)) ?? "nowhere:");
    };
    await signIn("ada");
    const [ada] = await accounts();
    expect(ada?.sub).toBe("ada");
    await signIn("grace", ada?.id);
    const asking = await inFront("You signed in as somebody else");
    await photographQuestion(asking, "account-changed");
    expect(await accounts(), "nothing changes while it is asked").toMatchObject([{ sub: "ada" }]);
    await deny(asking);
    await gone();
    expect(await accounts()).toMatchObject([{ id: ada?.id, sub: "ada" }]);
    await signIn("grace", ada?.id);
    await allow(await inFront("You signed in as somebody else"), "Replace the account");
    await until(async () => (await accounts())[0]?.sub === "grace", 5000, "the other account");
    // The app's window has no say in it.
    expect(await say(page, "questions.list")).toMatchObject({ ok: false });
  }, 60_000);
});
