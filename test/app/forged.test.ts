// Forged verdicts in a real Electron (threats 52, 53): with a live id, nonce and hash, from every frame and window that is
// not the main frame of the window that asks. And a flood there: one window, a list, and a banner with Resume.
import path from "node:path";
import http from "node:http";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, echoServer, type RawReply, toolCall, upstream } from "../support/house.ts";
import { until } from "../support/processes.ts";
import { type AppWindow, openApp, root } from "./window.ts";

let desktop: AppWindow;
let server: Awaited<ReturnType<typeof upstream>>;
let credential = "";
const sockets = new http.Agent({ keepAlive: true, maxSockets: 60 });

interface Answer {
  readonly ok: boolean;
  readonly value?: unknown;
  readonly error?: { readonly code: string };
}
/** One call of the page's own bridge, as a script in that page would make it. */
const say = (page: Page, method: string, input: unknown): Promise<Answer> =>
  page.evaluate(
    ([m, i]) =>
      (
        Reflect.get(window, "countersign") as unknown as {
          call(method: string, input: unknown): Promise<Answer>;
        }
      ).call(m, i),
    [method, input] as const,
  );
const send = (args: unknown, id = 1, tool = "echo"): Promise<RawReply> =>
  ask(`http://127.0.0.1:${desktop.port}`, "/mcp/echo", {
    headers: { authorization: `Bearer ${credential}` },
    body: toolCall(args, id, tool),
    agent: sockets,
  });
const isAsking = (page: Page): boolean => page.url().startsWith("app://approval/");
async function asking(): Promise<Page> {
  let found: Page | undefined;
  await until(
    () => (found = desktop.app.windows().findLast(isAsking)) !== undefined,
    8000,
    "the window that asks",
  );
  const page = found as Page;
  await page.getByRole("alertdialog").waitFor();
  return page;
}
const gone = (): Promise<void> =>
  until(() => !desktop.app.windows().some(isAsking), 5000, "the window that asks going");

beforeAll(async () => {
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
  expect(added.ok).toBe(true);
  const agent = await say(desktop.page, "agents.add", { name: "Claude Code" });
  ({ credential } = agent.value as { credential: string });
}, 60_000);
afterAll(async () => {
  sockets.destroy();
  await desktop?.stop();
  await server?.close();
});

describe("a verdict with everything right about it", () => {
  it("is refused from any other window and from any frame inside, and taken once from the window that asks", async () => {
    const reply = send({ n: 1 });
    const page = await asking();
    const listed = (await say(page, "questions.list", {})).value as {
      id: string;
      matter: { subject: { argumentsHash: string } };
    }[];
    const [first] = listed;
    if (first === undefined) throw new Error("nothing is asked");
    const shown = await say(page, "questions.show", { id: first.id });
    const verdict = {
      id: first.id,
      nonce: (shown.value as { nonce: string }).nonce,
      hash: first.matter.subject.argumentsHash,
      verdict: { type: "allow", lifetime: "once", scope: "arguments" },
    };
    await page.waitForTimeout(600);

    expect((await say(desktop.page, "questions.answer", verdict)).error?.code).toBe(
      "surface_refused",
    );
    const refused = await desktop.app.evaluate(
      async ({ BrowserWindow, ipcMain }, { verdict: forged, preload }) => {
        const windows = BrowserWindow.getAllWindows();
        const find = (start: string) =>
          windows.find((one) => one.webContents.getURL().startsWith(start))?.webContents;
        const [asks, app] = [find("app://approval/"), find("app://countersign/")];
        // What ipcMain would be handed, if a frame had the bridge.
        const handlers = Reflect.get(ipcMain, "_invokeHandlers") as Map<
          string,
          (event: unknown, ...args: unknown[]) => Promise<{ ok: boolean; error?: { code: string } }>
        >;
        const handler = handlers.get("countersign:question");
        if (!asks || !app || !handler) return {};
        const from = async (sender: unknown, senderFrame: unknown) => {
          const answer = await handler({ sender, senderFrame }, "questions.answer", forged);
          return answer.ok ? "taken" : answer.error?.code;
        };
        await asks.executeJavaScript(
          "{ const f = document.createElement('iframe'); f.id = 'inner'; document.body.append(f); }",
        );
        const inner = asks.mainFrame.frames[0];
        const main = asks.mainFrame;
        const codes: Record<string, unknown> = {
          "a frame inside": inner === undefined ? "there is none" : await from(asks, inner),
          "the app's window": await from(app, app.mainFrame),
          "the app's window, with this one's frame": await from(app, main),
          "this window, with the app's frame": await from(asks, app.mainFrame),
          "this window, gone to another page": await from(asks, {
            parent: null,
            url: "app://countersign/index.html",
            frameTreeNodeId: main.frameTreeNodeId,
          }),
          "no frame": await from(asks, null),
        };
        await asks.executeJavaScript("document.querySelector('#inner').remove()");
        const other = new BrowserWindow({
          show: false,
          webPreferences: {
            preload,
            sandbox: true,
            contextIsolation: true,
            session: asks.session,
          },
        });
        await other.loadURL(asks.getURL());
        codes["another window with the same page and bridge"] =
          await other.webContents.executeJavaScript(
            `countersign.call("questions.answer", ${JSON.stringify(forged)})
              .then((answer) => answer.ok ? "taken" : answer.error.code)`,
          );
        other.destroy();
        return codes;
      },
      { verdict, preload: path.join(root, "dist/preload/approval.cjs") },
    );
    expect(Object.keys(refused)).toHaveLength(7);
    for (const [from, code] of Object.entries(refused)) expect(code, from).toBe("surface_refused");
    for (const [change, code] of [
      [{ hash: `0${verdict.hash.slice(1)}` }, "verdict_other_bytes"],
      [{ nonce: "A".repeat(22) }, "verdict_refused"],
      [{ id: "qst_000000000000" }, "question_closed"],
    ] as const) {
      const wrong = await say(page, "questions.answer", { ...verdict, ...change });
      expect(wrong.error?.code).toBe(code);
    }
    expect(server.seen).toHaveLength(0);
    expect(((await say(page, "questions.list", {})).value as unknown[]).length).toBe(1);

    // The window goes with the answer, and may take the page away before it heard of it.
    await say(page, "questions.answer", verdict).catch(() => undefined);
    expect((await reply).status).toBe(200);
    expect(server.seen).toHaveLength(1);
    await gone();
  }, 40_000);
});

describe("a flood of 500 questions (threat 59)", () => {
  it("opens one window with a list of twenty; one key denies them, and the app offers to ask again", async () => {
    const before = server.seen.length;
    const codes: (string | undefined)[] = [];
    let most = 0;
    const flood = Array.from({ length: 500 }, async (_, i) => {
      codes.push((await send({ i }, i)).code);
    });
    await until(
      () => {
        most = Math.max(most, desktop.app.windows().filter(isAsking).length);
        return codes.length >= 480;
      },
      30_000,
      "all but twenty being denied",
    );
    const page = await asking();
    await page.getByText("An agent wants to do 20 things").waitFor();
    expect(most).toBeLessThanOrEqual(1);
    expect(desktop.app.windows().filter(isAsking)).toHaveLength(1);
    await page.screenshot({ path: path.join(root, ".cache/screenshots/app-ask-flood.png") });
    void page.keyboard.press("Escape").catch(() => undefined);
    await Promise.all(flood);
    await gone();
    const count = (code: string): number => codes.filter((one) => one === code).length;
    expect(count("call_refused")).toBe(20);
    // Here the shipped paces hold, too: what comes faster than any tool may be called is not even asked about.
    const denials = ["questions_full", "agent_cooling_down", "call_limit_reached"];
    expect(denials.map(count).reduce((sum, one) => sum + one)).toBe(480);
    expect(count("agent_cooling_down")).toBeGreaterThan(0);
    expect(server.seen).toHaveLength(before);

    const app = desktop.page;
    await app.getByRole("navigation").getByRole("button", { name: "Policy" }).click();
    await app.getByText("Not asked about for now").waitFor();
    expect((await send({}, 1, "other")).code).toBe("agent_cooling_down");
    await app.getByRole("button", { name: "Ask again" }).first().click();
    await app.getByText("Not asked about for now").waitFor({ state: "detached" });
    const reply = send({}, 1, "other");
    const next = await asking();
    void next.keyboard.press("Escape").catch(() => undefined);
    expect((await reply).code).toBe("call_refused");
    await gone();
  }, 60_000);
});
