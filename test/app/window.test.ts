// The app window as it runs: what it shows, and what it cannot be made to do.
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONTENT_POLICY, SECURITY_HEADERS } from "../../electron/host/web/policy.ts";
import { findingsIn } from "../support/content-policy.ts";
import { type AppWindow, openApp, root } from "./window.ts";

let own: AppWindow;
const requested: string[] = [];
beforeAll(async () => {
  own = await openApp();
  own.page.on("request", (request) => requested.push(request.url()));
  await own.page.reload();
});
afterAll(() => own?.stop());

describe("the window", () => {
  it("shows the interface from app:// and asks nothing of any other place", async () => {
    await own.page.waitForFunction(() => document.body.innerText.trim().length > 0);
    const urls = await own.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => contents.getURL()),
    );
    expect(urls).toEqual(["app://countersign/index.html"]);
    expect(requested.length).toBeGreaterThan(1);
    expect(requested.filter((url) => !url.startsWith("app://countersign/"))).toEqual([]);
    const folder = path.join(root, ".cache/screenshots");
    fs.mkdirSync(folder, { recursive: true });
    await own.page.screenshot({ path: path.join(folder, "window.png") });
  });

  it("runs its page in a sandbox, isolated, without Node", async () => {
    const all = await own.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => {
        const own = contents as unknown as { getLastWebPreferences(): Record<string, unknown> };
        return own.getLastWebPreferences();
      }),
    );
    expect(all).toHaveLength(1);
    // Electron leaves out some that are off.
    const on = Object.entries(all[0] ?? {}).filter(([, value]) => value === true);
    expect(Object.fromEntries(on)).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      webSecurity: true,
    });
    for (const off of [
      "nodeIntegration",
      "nodeIntegrationInWorker",
      "nodeIntegrationInSubFrames",
      "allowRunningInsecureContent",
      "experimentalFeatures",
      "webviewTag",
      "navigateOnDragDrop",
    ]) {
      expect([off, all[0]?.[off] ?? false]).toEqual([off, false]);
    }
    const seen = await own.page.evaluate(() => ({
      process: typeof Reflect.get(globalThis, "process"),
      require: typeof Reflect.get(globalThis, "require"),
      module: typeof Reflect.get(globalThis, "module"),
    }));
    expect(seen).toEqual({ process: "undefined", require: "undefined", module: "undefined" });
  });

  it("says in its title that it runs on a test runtime, where it does", async () => {
    const [title, version] = await own.app.evaluate(({ BrowserWindow }) => [
      BrowserWindow.getAllWindows()[0]?.getTitle() ?? "",
      process.versions["electron"] ?? "",
    ]);
    const old = Number.parseInt(version ?? "", 10) < 43;
    expect(title).toBe(old ? `Countersign (test runtime: Electron ${version})` : "Countersign");
  });

  it("serves every page with the strict policy and its companions", async () => {
    const headers = await own.page.evaluate(async () =>
      Object.fromEntries((await fetch("app://countersign/index.html")).headers),
    );
    expect(headers["content-security-policy"]).toBe(CONTENT_POLICY);
    expect(findingsIn(headers["content-security-policy"])).toEqual([]);
    expect(CONTENT_POLICY).toMatchInlineSnapshot(
      `"default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"`,
    );
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      expect([name, headers[name]]).toEqual([name, value]);
    }
  });

  it("does not run an inline script, an inline handler, eval or markup from a string", async () => {
    const outcome = await own.page.evaluate(async () => {
      const page = globalThis as unknown as Record<string, unknown>;
      const script = document.createElement("script");
      const refused: string[] = [];
      try {
        script.text = "globalThis.inlineRan = true";
        document.body.append(script);
      } catch {
        refused.push("text");
      }
      try {
        document.body.insertAdjacentHTML(
          "beforeend",
          "<img src=x onerror='globalThis.handlerRan=1'>",
        );
      } catch {
        refused.push("html");
      }
      try {
        document.body.setAttribute("onclick", "globalThis.handlerRan = 1");
      } catch {
        refused.push("attribute");
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { inline: page["inlineRan"], handler: page["handlerRan"], refused };
    });
    expect(outcome).toEqual({
      inline: undefined,
      handler: undefined,
      refused: ["text", "html", "attribute"],
    });
  });

  it("does not run an inline script even where a library blesses it as trusted", async () => {
    const outcome = await own.page.evaluate(async () => {
      const blocked: string[] = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        blocked.push(event.effectiveDirective);
      });
      const types = Reflect.get(globalThis, "trustedTypes") as {
        createPolicy(name: string, rules: object): { createScript(text: string): string };
      };
      const policy = types.createPolicy("careless", { createScript: (text: string) => text });
      const script = document.createElement("script");
      script.text = policy.createScript("globalThis.blessedRan = true");
      document.body.append(script);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { ran: Reflect.get(globalThis, "blessedRan") as unknown, blocked };
    });
    expect(outcome).toEqual({ ran: undefined, blocked: ["script-src-elem"] });
  });
});

describe("leaving the page", () => {
  it.each([
    "https://example.com/",
    "http://127.0.0.1:9/",
    "file:///etc/passwd",
    "app://other/index.html",
    "data:text/html,hello",
    "chrome://gpu",
    "ftp://127.0.0.1/",
    "javascript:globalThis.jumped=1",
    "blob:app://countersign/00000000-0000-0000-0000-000000000000",
    "about:blank",
  ])("stays, however %s is asked for", async (target) => {
    await own.page
      .evaluate((url) => {
        try {
          window.open(url);
          const link = document.createElement("a");
          link.href = url;
          link.target = "_blank";
          document.body.append(link);
          link.click();
          link.dispatchEvent(new MouseEvent("auxclick", { button: 1 }));
          link.target = "";
          link.click();
          link.remove();
          window.location.href = url;
        } catch {
          // Refused outright: as good.
        }
      }, target)
      .catch(() => {});
    await own.page.waitForTimeout(300);
    await own.page.waitForURL("app://countersign/index.html");
    expect(await own.page.evaluate(() => Reflect.get(globalThis, "jumped"))).toBeUndefined();
    const all = await own.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => contents.getURL()),
    );
    expect(all).toEqual(["app://countersign/index.html"]);
  });

  it("attaches no webview and loads no frame", async () => {
    const frames = await own.page.evaluate(async () => {
      const webview = document.createElement("webview");
      webview.setAttribute("src", "app://countersign/index.html");
      const frame = document.createElement("iframe");
      frame.src = "app://countersign/index.html";
      document.body.append(webview, frame);
      await new Promise((resolve) => setTimeout(resolve, 400));
      const inside = frame.contentDocument?.querySelector("#root") ?? null;
      webview.remove();
      frame.remove();
      return inside === null;
    });
    expect(frames).toBe(true);
    const types = await own.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents().map((contents) => contents.getType()),
    );
    expect(types).toEqual(["window"]);
  });

  it("denies every permission that a page can ask for", async () => {
    const states = await own.page.evaluate(async () => {
      const states: Record<string, string> = {};
      const ask = async (name: string, asked: Promise<unknown>): Promise<void> => {
        const late = new Promise((resolve) => setTimeout(resolve, 4000, "no answer"));
        const outcome = await Promise.race([
          asked.then(
            () => "granted",
            () => "denied",
          ),
          late,
        ]);
        states[name] = String(outcome);
      };
      for (const name of [
        "camera",
        "microphone",
        "geolocation",
        "notifications",
        "midi",
        "clipboard-read",
      ]) {
        const status = await navigator.permissions.query({ name: name as PermissionName });
        states[name] = status.state;
      }
      const media = navigator.mediaDevices;
      await ask("use the microphone", media.getUserMedia({ audio: true }));
      await ask("use the camera", media.getUserMedia({ video: true }));
      await ask("see the screen", media.getDisplayMedia());
      await ask("read the clipboard", navigator.clipboard.readText());
      await Promise.race([
        document.body.requestFullscreen().catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, 500)),
      ]);
      states["fill the screen"] = document.fullscreenElement === null ? "denied" : "granted";
      await ask(
        "know the place",
        new Promise((done, failed) => {
          navigator.geolocation.getCurrentPosition(done, failed);
        }),
      );
      states["show notifications"] = await Notification.requestPermission();
      return states;
    });
    expect(Object.keys(states).length).toBeGreaterThanOrEqual(12);
    expect(Object.entries(states).filter(([, state]) => state !== "denied")).toEqual([]);
  });

  it("connects to no network address, not even on loopback", async () => {
    const outcome = await own.page.evaluate(async (port) => {
      const reach = (url: string): Promise<string> =>
        fetch(url, { mode: "no-cors" }).then(
          () => "reached",
          () => "denied",
        );
      return [await reach(`http://127.0.0.1:${port}/`), await reach("https://example.com/")];
    }, own.port);
    expect(outcome).toEqual(["denied", "denied"]);
  });
});

describe("app:// pages", () => {
  it("hands out what was built and nothing outside of it", async () => {
    const outside = [
      "/../main/main.cjs",
      "/%2e%2e/main/main.cjs",
      "/..%2fmain/main.cjs",
      "/..%5cmain%5cmain.cjs",
      "/%2e%2e%2f%2e%2e%2fpackage.json",
      "/assets/../../package.json",
      "/assets/%2e%2e/%2e%2e/package.json",
      "//etc/passwd",
      "/etc/passwd",
      "/%00index.html",
      "/index.html%00.png",
      "/INDEX.HTML",
      "/.stamp",
      "/assets/",
      "/assets",
    ];
    const statuses = await own.page.evaluate(async (paths) => {
      const statuses: Record<string, number> = {};
      for (const at of paths) {
        const response = await fetch(`app://countersign${at}`).catch(() => null);
        const text = response ? await response.text() : "";
        if (response && (response.status !== 404 || text !== "")) statuses[at] = response.status;
      }
      return statuses;
    }, outside);
    expect(statuses).toEqual({});
    const inside = await own.page.evaluate(async () => (await fetch("/index.html")).status);
    expect(inside).toBe(200);
  });

  it("answers for its own host and for reading only", async () => {
    const outcome = await own.page.evaluate(async () => {
      const post = await fetch("/index.html", { method: "POST", body: "x" }).catch(() => null);
      return post?.status ?? "failed";
    });
    expect(outcome).toBe(404);
  });
});
