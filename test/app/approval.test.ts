// The window that asks, in a real Electron: when it comes, who may answer, and what it takes for a no.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findingsIn } from "../support/content-policy.ts";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { personAt, say, SHOTS, want } from "./person.ts";
import { type AppWindow, openApp } from "./window.ts";

let desktop: AppWindow;
let server: Awaited<ReturnType<typeof upstream>>;
let credential = "";

const send = (args: unknown, tool = "echo") =>
  ask(`http://127.0.0.1:${desktop.port}`, "/mcp/echo", {
    headers: { authorization: `Bearer ${credential}` },
    body: toolCall(args, 1, tool),
  });
const { asking, inFront, press, click, focus, gone } = personAt(() => desktop);

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  server = await upstream(echoServer);
  desktop = await openApp(["--vault", "memory"], { asks: true });
  await desktop.page.getByRole("navigation").waitFor();
  const added = await say(desktop.page, "servers.add", {
    kind: "http",
    name: "echo",
    url: server.url,
    auth: { type: "none" },
    allowPlainHttpOnLoopback: true,
  });
  expect(added).toMatchObject({ ok: true });
  ({ credential } = await want<{ credential: string }>(desktop.page, "agents.add", {
    name: "Claude Code",
  }));
}, 60_000);
afterAll(async () => {
  await desktop?.stop();
  await server?.close();
});

describe("the window that asks", () => {
  it("comes only when something is asked, with an origin, a session and a bridge of its own", async () => {
    expect(desktop.app.windows()).toHaveLength(1);
    const reply = send({ query: "Jane Doe" });
    const page = await asking();
    await page.getByText("Jane Doe").waitFor();
    expect(server.seen, "nothing left before the answer").toHaveLength(0);
    const facts = await desktop.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((one) => {
        const { sandbox, contextIsolation, nodeIntegration, webSecurity } = (
          one as unknown as { getLastWebPreferences(): Record<string, unknown> }
        ).getLastWebPreferences();
        return {
          origin: one.getURL().split("/").slice(0, 3).join("/"),
          hardened: [sandbox, contextIsolation, nodeIntegration, webSecurity].join(),
        };
      }),
    );
    expect(facts.map(({ origin }) => origin).sort()).toEqual([
      "app://approval",
      "app://countersign",
    ]);
    expect(new Set(facts.map(({ hardened }) => hardened))).toEqual(
      new Set(["true,true,false,true"]),
    );
    const bridge = await page.evaluate(() =>
      Object.keys(Reflect.get(window, "countersign") as unknown as object),
    );
    expect(bridge.sort()).toEqual(["call", "platform", "watch"]);
    const policy = await page.evaluate(async () =>
      (await fetch(location.href)).headers.get("content-security-policy"),
    );
    expect(findingsIn(policy)).toEqual([]);
    for (const [theme, colorScheme] of [
      ["light", "light"],
      ["dark", "dark"],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      await page.screenshot({ path: path.join(SHOTS, `app-ask-${theme}.png`) });
    }

    // Forged verdicts: from the app's window, for its methods and for the other's.
    const app = desktop.page;
    expect(await say(app, "questions.list", {})).toMatchObject({
      error: { code: "surface_refused" },
    });
    expect(
      await say(app, "questions.answer", {
        id: "qst_0000000000",
        nonce: "x".repeat(22),
        verdict: { type: "allow", lifetime: "once", scope: "arguments" },
      }),
    ).toMatchObject({ error: { code: "surface_refused" } });
    expect(await say(page, "calls.search", {})).toMatchObject({
      error: { code: "surface_refused" },
    });

    click(page, "Deny");
    expect((await reply).code).toBe("call_refused");
    await gone();
    expect(server.seen).toHaveLength(0);
  }, 40_000);

  it("takes no early click and no Enter alone; after that a click is a yes", async () => {
    const reply = send({ n: 1 });
    const page = await asking();
    const allow = page.getByRole("button", { name: "Allow once", exact: true });
    // At once after a new showing: the button is dead, and pressing it starts the wait again.
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await allow.click({ force: true });
    expect(desktop.app.windows()).toHaveLength(2);
    await page.evaluate(() => Object.assign(document, { hasFocus: () => false }));
    await page.waitForTimeout(300);
    await allow.click({ force: true });
    await page.waitForTimeout(300);
    expect(server.seen, "a click into a window without focus allows nothing").toHaveLength(0);
    await page.evaluate(() => Object.assign(document, { hasFocus: () => true }));
    await page.waitForTimeout(900);
    await allow.focus();
    await page.keyboard.press("Enter");
    await page.waitForTimeout(300);
    expect(server.seen, "Enter alone allows nothing").toHaveLength(0);
    click(page, "Allow once");
    expect((await reply).status).toBe(200);
    await gone();
  }, 40_000);

  it("Escape is a no, Control and Enter together a yes", async () => {
    const no = send({ n: 2 });
    press(await inFront(), "Escape");
    expect((await no).code).toBe("call_refused");
    await gone();
    const yes = send({ n: 3 });
    const page = await inFront();
    await page.waitForTimeout(900);
    press(page, "Control+Enter");
    expect((await yes).status).toBe(200);
    await gone();
  }, 40_000);

  it("sends what the person made of the arguments, and shows that before", async () => {
    const reply = send({ to: "everyone" });
    const page = await inFront();
    await page.getByRole("button", { name: "Change the arguments" }).click();
    const text = page.getByLabel("Arguments, as they will be sent");
    await text.fill('{"to":"Jane","to":"all"}');
    await page.getByRole("button", { name: "Use these" }).click();
    await page.getByText("comes twice").or(page.getByText("twice")).first().waitFor();
    await page.screenshot({ path: path.join(SHOTS, "app-ask-edit.png") });
    // Escape leaves the text, and does not answer.
    await text.press("Escape");
    expect(desktop.app.windows()).toHaveLength(2);
    await page.getByRole("button", { name: "Change the arguments" }).click();
    await text.fill('{"to":"Jane"}');
    await page.getByRole("button", { name: "Use these" }).click();
    await page.getByText("You changed them").waitFor();
    await page.screenshot({ path: path.join(SHOTS, "app-ask-edited.png") });
    await page.waitForTimeout(900);
    click(page, "Allow once");
    const { status, body } = await reply;
    expect(status).toBe(200);
    expect(body).toContain("Jane");
    expect(body).not.toContain("everyone");
    await gone();
  }, 40_000);

  it("lets no script that only clicks allow what cannot be taken back (threat 58)", async () => {
    const before = server.seen.length;
    const reply = send({ id: 9 }, "delete_note");
    const page = await inFront();
    const allow = page.getByRole("button", { name: "Allow once", exact: true });
    // Read to its end, so that the name alone is missing.
    await page.locator(".ask-body").evaluate((node) => node.scrollTo(0, node.scrollHeight));
    await page.waitForTimeout(3300);
    for (let i = 0; i < 5; i++) {
      await allow.click({ force: true });
      await page.waitForTimeout(200);
    }
    await page.waitForTimeout(3300);
    await allow.click({ force: true });
    expect(server.seen).toHaveLength(before);
    await page.getByLabel("The tool's name").pressSequentially("delete_note");
    await page.screenshot({ path: path.join(SHOTS, "app-ask-typed.png") });
    await page.waitForTimeout(3300);
    click(page, "Allow once");
    expect((await reply).status).toBe(200);
    await gone();
  }, 60_000);

  it("denies when it is closed, and when its page dies", async () => {
    const closed = send({ n: 4 });
    await asking();
    await desktop.app.evaluate(({ BrowserWindow }) => {
      for (const one of BrowserWindow.getAllWindows()) {
        if (one.webContents.getURL().startsWith("app://approval/")) one.close();
      }
    });
    expect((await closed).code).toBe("question_withdrawn");
    await gone();
    const killed = send({ n: 5 });
    await asking();
    await desktop.app.evaluate(({ BrowserWindow }) => {
      for (const one of BrowserWindow.getAllWindows()) {
        if (one.webContents.getURL().startsWith("app://approval/")) {
          one.webContents.forcefullyCrashRenderer();
        }
      }
    });
    expect((await killed).code).toBe("question_withdrawn");
    // And the next question finds a new one.
    const next = send({ n: 6 });
    press(await inFront(), "Escape");
    expect((await next).code).toBe("call_refused");
    await gone();
  }, 40_000);

  it("denies while the person is away: the machine sleeps", async () => {
    const asleep = send({ n: 7 });
    await asking();
    await desktop.app.evaluate(({ powerMonitor }) => void powerMonitor.emit("suspend"));
    expect((await asleep).code).toBe("question_withdrawn");
    await gone();
  }, 20_000);

  it("the app's window says that a question waits, and leads there", async () => {
    const reply = send({ n: 8 });
    const page = await asking();
    await desktop.page.getByText("A question waits for you").waitFor();
    await desktop.page.getByRole("button", { name: "Answer" }).click();
    await focus();
    press(page, "Escape");
    expect((await reply).code).toBe("call_refused");
    await desktop.page.getByText("A question waits for you").waitFor({ state: "detached" });
  }, 30_000);
});
