// Starting and ending the app: switches, a second start, failures with their exit codes, a clean end.
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "../support/processes.ts";
import { openApp, type Run, runApp, spawnApp } from "./window.ts";

const folders: string[] = [];
function folder(): string {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-app-"));
  folders.push(made);
  return made;
}
/** Chromium's own lock is a symbolic link to nothing. */
function isLocked(data: string): boolean {
  return fs.lstatSync(path.join(data, "SingletonLock"), { throwIfNoEntry: false }) !== undefined;
}
afterEach(() => {
  for (const made of folders.splice(0)) {
    fs.rmSync(made, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
});

describe("launch switches", () => {
  it.each([
    "--remote-debugging-pipe",
    "--remote-allow-origins=*",
    "--inspect-port=0",
    "--js-flags=--expose-gc",
    "--disable-web-security",
    "--load-extension=/tmp",
    "--ignore-certificate-errors",
    "--host-rules=MAP * 127.0.0.1",
    "--host-resolver-rules=MAP * 127.0.0.1",
    "--proxy-server=127.0.0.1:9",
    "--user-data-dir=/tmp/x",
    "--single-process",
    "-ignore-certificate-errors",
  ])("ends with 78 before any window when started with %s", async (launchSwitch) => {
    const data = path.join(folder(), "never-made");
    const run = await runApp([launchSwitch, "--data", data]);
    expect(run).toMatchObject({ code: 78 });
    expect(run.output).toContain("Countersign does not start with --");
    expect(fs.existsSync(data)).toBe(false);
  });

  it("ends with 78 when the switch stands before the app's own path", async () => {
    const data = path.join(folder(), "never-made");
    const run = await runApp(["--data", data], { before: ["--disable-web-security"] });
    expect(run).toMatchObject({ code: 78 });
  });

  it("refuses also what tests may use, when it is not a test", async () => {
    const run = await runApp(["--remote-debugging-port=0", "--data", folder()], {
      env: { COUNTERSIGN_TEST_RUNTIME: "" },
      // Without the marker a message box waits for a click: the words come before it.
      untilOutput: /does not start with/,
    });
    expect(run.output).toMatch(/does not start with --(no-sandbox|remote-debugging-port)/);
  });

  it("ends with 64 for an option that it does not know", async () => {
    const run = await runApp(["--frobnicate"]);
    expect(run).toMatchObject({ code: 64 });
    expect(run.output).toContain("frobnicate");
  });
});

describe("failures at the start", () => {
  it("ends with 75 and names the holder when the door's port is taken", async () => {
    const holder = net.createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const { port } = holder.address() as net.AddressInfo;
    const run = await runApp(["--data", folder(), "--port", String(port), "--vault", "memory"]);
    holder.close();
    expect(run).toMatchObject({ code: 75 });
    expect(run.output).toContain(`Port ${port} is taken by`);
    expect(run.output).toContain(`process ${process.pid}`);
  });

  it("ends with 71 when the data folder cannot be made", async () => {
    const file = path.join(folder(), "a-file");
    fs.writeFileSync(file, "");
    const run = await runApp(["--data", path.join(file, "below")]);
    expect(run).toMatchObject({ code: 71 });
    expect(run.output).toContain("cannot be used");
    expect(run.output).toContain("--data DIR");
  });
});

describe("a second start", () => {
  it("shows the first window and ends with 72", async () => {
    const first = await openApp();
    try {
      await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
      const second = await runApp(["--data", first.dataFolder, "--port", String(first.port)]);
      expect(second).toMatchObject({ code: 72 });
      expect(second.output).toContain("already running");
      const windows = await first.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows().map((window) => window.isVisible() && !window.isMinimized()),
      );
      expect(windows).toEqual([true]);
    } finally {
      await first.stop();
    }
  });
});

describe("the end", () => {
  it("comes cleanly when the window is closed, and leaves the window's place behind", async () => {
    const own = await openApp();
    const gone = new Promise<number | null>((resolve) => {
      own.app.process().once("exit", (code) => resolve(code));
    });
    await own.app.evaluate(({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0];
      window?.setBounds({ x: 40, y: 50, width: 900, height: 640 });
      setTimeout(() => window?.close(), 100);
    });
    expect(await gone).toBe(0);
    const kept = JSON.parse(
      fs.readFileSync(path.join(own.dataFolder, "window.json"), "utf8"),
    ) as object;
    expect(kept).toMatchObject({ width: 900, height: 640, maximized: false });
    expect(fs.statSync(path.join(own.dataFolder, "window.json")).mode & 0o777).toBe(0o600);
    await own.stop();
  });

  it.each([
    ["SIGINT", 2500],
    ["SIGTERM", 2500],
    ["SIGTERM", 300],
  ] as const)("comes cleanly on %s after %i ms", async (signal, wait) => {
    const data = folder();
    const child = spawnApp(["--data", data, "--port", "0"]);
    let output = "";
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    const gone = new Promise<Run>((resolve) => {
      child.once("exit", (code) => resolve({ code, output }));
    });
    await until(() => isLocked(data), 20_000, "the app's lock");
    // By now it may still be opening its window: both moments must end well.
    await new Promise((resolve) => setTimeout(resolve, wait));
    child.kill(signal);
    expect(await gone).toMatchObject({ code: 0 });
    expect(isLocked(data)).toBe(false);
  });
});

describe("a page that dies", () => {
  it("is loaded again once", async () => {
    const own = await openApp();
    try {
      await own.app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        if (!contents) return;
        const loaded = new Promise<void>((resolve) =>
          contents.once("did-finish-load", () => resolve()),
        );
        contents.forcefullyCrashRenderer();
        await loaded;
      });
      const text = await own.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript("location.href"),
      );
      expect(text).toBe("app://countersign/index.html");
    } finally {
      await own.stop();
    }
  });
});

describe("the runtime", () => {
  it("says on standard error that it is an old test runtime, where it is", async () => {
    const child = spawnApp(["--data", folder(), "--port", "0"]);
    let output = "";
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    const gone = new Promise((resolve) => child.once("exit", resolve));
    const version = /electron-(\d+)\./.exec(process.env["COUNTERSIGN_TEST_ELECTRON"] ?? "")?.[1];
    const old = version !== undefined && Number(version) < 43;
    if (old) await until(() => output.includes("old test runtime"), 15_000, "the notice");
    else await new Promise((resolve) => setTimeout(resolve, 3000));
    child.kill("SIGTERM");
    await gone;
    expect(output.includes("old test runtime")).toBe(old);
  });
});
