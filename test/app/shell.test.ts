// The desktop around the app, in a real Electron: its menu, its keys, its links, and an end with calls in flight.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { until } from "../support/processes.ts";
import { type AppWindow, openApp, runApp } from "./window.ts";

interface Bridge {
  call(method: string, input: unknown): Promise<{ ok: boolean; value?: never }>;
}
const say = async <T>(own: AppWindow, method: string, input: unknown = {}): Promise<T> => {
  const reply = await own.page.evaluate(
    ([m, i]) => (Reflect.get(window, "countersign") as unknown as Bridge).call(m, i),
    [method, input] as const,
  );
  if (!reply.ok) throw new Error(JSON.stringify(reply));
  return reply.value as T;
};

let desktop: AppWindow;
beforeAll(async () => {
  desktop = await openApp(["--vault", "memory"], { asks: true });
}, 60_000);
afterAll(() => desktop?.stop());

describe("the menu", () => {
  it("has the system's roles and our screens, each with its key", async () => {
    const items = await desktop.app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? []).flatMap((top) =>
        (top.submenu?.items ?? []).map((item) => `${top.label}/${item.role ?? item.label}`),
      ),
    );
    for (const wanted of [
      "quit",
      "close",
      "copy",
      "paste",
      "undo",
      "togglefullscreen",
      "minimize",
    ]) {
      expect(items.some((item) => item.toLowerCase().endsWith(`/${wanted}`))).toBe(true);
    }
    expect(items).toContain("Go/Live log");
    const keys = await desktop.app.evaluate(({ Menu }) =>
      (Menu.getApplicationMenu()?.items ?? []).flatMap((top) =>
        (top.submenu?.items ?? []).flatMap((item) => item.accelerator ?? []),
      ),
    );
    // Each means one thing, and each is a key that there is.
    expect(new Set(keys).size).toBe(keys.length);
    expect(
      keys.filter(
        (key) =>
          !/^(?:CommandOrControl|CmdOrCtrl|Ctrl|Control|Alt|Shift|\+)*\+?[\w,=-]$/i.test(key),
      ),
    ).toEqual([]);
  });

  it("goes to a screen, and to the form for a server", async () => {
    await press("Go", "Servers");
    await desktop.page.getByRole("heading", { name: "Servers", level: 1 }).waitFor();
    await press("File", "Add a server…");
    await desktop.page.getByRole("dialog").waitFor();
    await desktop.page.keyboard.press("Escape");
    await desktop.page.getByRole("dialog").waitFor({ state: "detached" });
  });

  const press = (top: string, label: string): Promise<void> =>
    desktop.app.evaluate(
      ({ Menu }, [menu, name]) => {
        const item = Menu.getApplicationMenu()
          ?.items.find((one) => one.label === menu)
          ?.submenu?.items.find((one) => one.label === name);
        item?.click();
      },
      [top, label] as const,
    );
});

describe("the keys that show what is asked", () => {
  it("are taken, and the settings say so", async () => {
    const { shortcut, startAtLogin } = await say<{
      shortcut: { keys: string; state: string };
      startAtLogin: object;
    }>(desktop, "shell.settings");
    const registered = await desktop.app.evaluate(
      ({ globalShortcut }, keys) => globalShortcut.isRegistered(keys),
      shortcut.keys,
    );
    expect(shortcut.state).toBe(registered ? "on" : "taken");
    // From a checkout nothing starts at login, and nothing can be made to.
    expect(startAtLogin).toEqual({ on: false, unavailable: "not-installed" });
    await expect(say(desktop, "shell.setStartAtLogin", { on: true })).rejects.toThrow(
      "not_applicable",
    );
  });
});

describe("a link of our scheme", () => {
  /** Answers the box as a person would, and keeps what it said. */
  const boxes = (response: number): Promise<void> =>
    desktop.app.evaluate(({ dialog }, answer) => {
      const seen: unknown[] = [];
      Object.assign(globalThis, { boxes: seen });
      Object.assign(dialog, {
        showMessageBox: (...args: unknown[]) => {
          seen.push(args.at(-1));
          return Promise.resolve({ response: answer, checkboxChecked: false });
        },
      });
    }, response);
  const seen = (): Promise<
    readonly { message: string; detail: string; defaultId: number; cancelId: number }[]
  > => desktop.app.evaluate(() => Reflect.get(globalThis, "boxes") as never);
  /** A second start, as the system makes one for a link. */
  const start = async (...links: string[]): Promise<void> => {
    const second = await runApp(["--data", desktop.dataFolder, ...links]);
    expect(second).toMatchObject({ code: 72 });
  };

  it("is put to the person whole, with no as its default, and fetches nothing", async () => {
    const canary = await upstream((_, response) => response.end());
    const url = `http://127.0.0.1:${canary.port}/mcp?a=${"x".repeat(300)}`;
    await boxes(0);
    await start(`countersign://add-server?url=${encodeURIComponent(url)}`);
    await until(async () => (await seen()).length === 1, 5000, "the box");
    const [box] = await seen();
    expect(box).toMatchObject({ defaultId: 0, cancelId: 0 });
    expect(box?.detail).toContain(url);
    expect(await desktop.page.getByRole("dialog").count()).toBe(0);
    await boxes(1);
    await start(`countersign://add-server?url=${encodeURIComponent(url)}`);
    const field = desktop.page.getByRole("dialog").getByRole("textbox").first();
    await field.waitFor();
    expect(await field.inputValue()).toBe(url);
    expect(canary.seen).toHaveLength(0);
    expect(await say<unknown[]>(desktop, "servers.list")).toEqual([]);
    await desktop.page.keyboard.press("Escape");
    await desktop.page.getByRole("dialog").waitFor({ state: "detached" });
    await canary.close();
  }, 60_000);

  it("opens a screen, and hostile ones open nothing", async () => {
    await boxes(1);
    await start("countersign://open/agents");
    await desktop.page.getByRole("heading", { name: "Agents", level: 1 }).waitFor();
    await start("countersign://add-server?url=javascript:alert(1)");
    await start("countersign://open/log", "countersign://open/lab");
    await start("COUNTERSIGN://run?x=`id`");
    expect(await seen()).toEqual([]);
    expect(await desktop.page.getByRole("heading", { name: "Agents", level: 1 }).count()).toBe(1);
  }, 60_000);
});

describe("an end with a call in flight", () => {
  it("denies what waits, tells the agent, and writes it down", async () => {
    const server = await upstream(echoServer);
    const own = await openApp(["--vault", "memory"], { asks: true });
    const kept = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-kept-"));
    try {
      await say(own, "servers.add", {
        kind: "http",
        name: "echo",
        url: server.url,
        auth: { type: "none" },
        allowPlainHttpOnLoopback: true,
      });
      const { credential } = await say<{ credential: string }>(own, "agents.add", {
        name: "Agent",
      });
      const reply = ask(`http://127.0.0.1:${own.port}`, "/mcp/echo", {
        headers: { authorization: `Bearer ${credential}` },
        body: toolCall({ n: 1 }, 1, "echo"),
      });
      await until(
        async () => (await say<{ questions: number }>(own, "questions.waiting")).questions === 1,
        10_000,
        "the question",
      );
      const ended = new Promise<number | null>((resolve) =>
        own.app.process().once("exit", resolve),
      );
      own.app.process().kill("SIGTERM");
      expect((await reply).code).toBe("question_withdrawn");
      expect(await ended).toBe(0);
      expect(server.seen).toHaveLength(0);
      fs.cpSync(own.dataFolder, kept, { recursive: true });
    } finally {
      await own.stop();
      await server.close();
    }
    const again = await openApp(["--vault", "memory", "--data", kept]);
    try {
      const { rows } = await say<{ rows: { code: string; tool: string }[] }>(
        again,
        "calls.search",
        {},
      );
      expect(rows).toMatchObject([{ code: "question_withdrawn", tool: "echo" }]);
    } finally {
      await again.stop();
      fs.rmSync(kept, { recursive: true, force: true });
    }
  }, 90_000);
});
