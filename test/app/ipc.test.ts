// Who may call the program from a page: only the main frame of our own window.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import path from "node:path";
import { type AppWindow, openApp, root } from "./window.ts";

let own: AppWindow;
beforeAll(async () => {
  own = await openApp();
});
afterAll(() => own?.stop());

describe("the bridge", () => {
  it("exposes three members and no way around them", async () => {
    const shape = await own.page.evaluate(() => {
      const bridge = Reflect.get(window, "countersign") as unknown as Record<string, unknown>;
      return Object.fromEntries(Object.keys(bridge).map((key) => [key, typeof bridge[key]]));
    });
    expect(shape).toMatchInlineSnapshot(`
      {
        "call": "function",
        "platform": "string",
        "watch": "function",
      }
    `);
    const added = await own.page.evaluate(() => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const clean = new Set(Object.getOwnPropertyNames(frame.contentWindow));
      frame.remove();
      const names = Object.getOwnPropertyNames(window).filter((name) => !clean.has(name));
      return names.filter((name) =>
        /electron|ipc|require|process|node|buffer|countersign/i.test(name),
      );
    });
    expect(added).toEqual(["countersign"]);
  });

  it("answers the page, and refuses methods that are not the page's", async () => {
    const replies = await own.page.evaluate(async () => {
      const bridge = Reflect.get(window, "countersign") as unknown as {
        call(method: unknown, input: unknown): Promise<{ ok: boolean; error?: { code: string } }>;
      };
      return {
        status: (await bridge.call("app.status", {})).ok,
        foreign: (await bridge.call("app.link", {})).error?.code,
        unknown: (await bridge.call("no.such", {})).error?.code,
        proto: (await bridge.call("__proto__", {})).error?.code,
        notText: (await bridge.call({ evil: true }, {})).error?.code,
        extra: (await bridge.call("app.status", { more: 1 })).error?.code,
      };
    });
    expect(replies).toEqual({
      status: true,
      foreign: "surface_refused",
      unknown: "method_unknown",
      proto: "method_unknown",
      notText: "method_unknown",
      extra: "input_invalid",
    });
  });

  it("gives listeners the event's text and nothing of Electron, and stops when told", async () => {
    await own.page.evaluate(() => {
      const bridge = Reflect.get(window, "countersign") as unknown as {
        watch(listener: (...args: unknown[]) => void): () => void;
      };
      const heard: unknown[][] = [];
      Reflect.set(window, "heard", heard);
      const stop = bridge.watch((...args) => heard.push(args));
      Reflect.set(window, "stopHearing", stop);
    });
    const push = (what: string): Promise<void> =>
      own.app.evaluate(({ BrowserWindow }, what) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        contents?.send("countersign:event", JSON.stringify({ type: "changed", what }));
      }, what);
    await push("servers");
    await own.page.waitForFunction(() => (Reflect.get(window, "heard") as unknown[]).length > 0);
    expect(await own.page.evaluate(() => Reflect.get(window, "heard"))).toEqual([
      [JSON.stringify({ type: "changed", what: "servers" })],
    ]);
    await own.page.evaluate(() => (Reflect.get(window, "stopHearing") as () => void)());
    await push("agents");
    await own.page.waitForTimeout(200);
    expect(await own.page.evaluate(() => (Reflect.get(window, "heard") as unknown[]).length)).toBe(
      1,
    );
  });
});

/** Opens a second window on the given page with our own preload, calls through it, and closes it. */
function callFromOtherWindow(url: string): Promise<unknown> {
  return own.app.evaluate(
    async ({ BrowserWindow, session }, { url, preload }) => {
      const other = new BrowserWindow({
        show: false,
        webPreferences: {
          preload,
          sandbox: true,
          contextIsolation: true,
          // Our own session, so that app:// works there: the page is the same, the window is not.
          session: BrowserWindow.getAllWindows()[0]?.webContents.session ?? session.defaultSession,
        },
      });
      try {
        await other.loadURL(url);
        return await other.webContents.executeJavaScript(
          "countersign.call('app.status', {}).then((reply) => reply.ok ? 'answered' : reply.error.code)",
        );
      } finally {
        other.destroy();
      }
    },
    { url, preload: path.join(root, "dist/preload/app.cjs") },
  );
}

describe("foreign callers", () => {
  it("refuses another window, even one that shows our own page", async () => {
    expect(await callFromOtherWindow("app://countersign/index.html")).toBe("surface_refused");
  });

  it("refuses another window that shows a blank page", async () => {
    expect(await callFromOtherWindow("about:blank")).toBe("surface_refused");
  });

  it("refuses a frame inside our own window", async () => {
    // The page's policy allows no frame, so main makes one, with Node switched on in sub-frames: the worst case.
    const outcome = await own.app.evaluate(async ({ BrowserWindow, ipcMain }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (!contents) return "no window";
      await contents.executeJavaScript(
        "{ const f = document.createElement('iframe'); f.id = 'inner'; document.body.append(f); }",
      );
      const frame = contents.mainFrame.frames[0];
      if (!frame) return "no frame";
      // What ipcMain would be handed if that frame had a bridge.
      const handlers = Reflect.get(ipcMain, "_invokeHandlers") as Map<
        string,
        (event: unknown, ...args: unknown[]) => unknown
      >;
      const handler = handlers.get("countersign:call");
      if (!handler) return "no handler";
      const reply = (await handler({ sender: contents, senderFrame: frame }, "app.status", {})) as {
        error?: { code: string };
      };
      const own = (await handler(
        { sender: contents, senderFrame: contents.mainFrame },
        "app.status",
        {},
      )) as {
        ok: boolean;
      };
      await contents.executeJavaScript("document.querySelector('#inner').remove()");
      return { frame: reply.error?.code, main: own.ok };
    });
    expect(outcome).toEqual({ frame: "surface_refused", main: true });
  });

  it("refuses its own window once it shows a page of another origin", async () => {
    const outcome = await own.app.evaluate(async ({ BrowserWindow, ipcMain }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const handlers = Reflect.get(ipcMain, "_invokeHandlers") as Map<
        string,
        (event: unknown, ...args: unknown[]) => unknown
      >;
      const handler = handlers.get("countersign:call");
      if (!contents || !handler) return [];
      const codes: unknown[] = [];
      for (const url of [
        "https://example.com/",
        "app://other/",
        "file:///tmp/x.html",
        "about:blank",
        "",
      ]) {
        const frame = { parent: null, url, frameTreeNodeId: contents.mainFrame.frameTreeNodeId };
        const reply = (await handler(
          { sender: contents, senderFrame: frame },
          "app.status",
          {},
        )) as {
          error?: { code: string };
        };
        codes.push(reply.error?.code);
      }
      const gone = (await handler({ sender: contents, senderFrame: null }, "app.status", {})) as {
        error?: { code: string };
      };
      return [...codes, gone.error?.code];
    });
    expect(outcome).toEqual(Array.from({ length: 6 }, () => "surface_refused"));
  });
});
