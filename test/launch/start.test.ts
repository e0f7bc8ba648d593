// `npm start` in a copy of the checkout with an empty home, as on a machine that has just cloned it.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort, root, until } from "../support/processes.ts";

let copy = "";
beforeAll(() => {
  copy = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-copy-"));
  for (const name of [
    "electron",
    "renderer",
    "vite.config.ts",
    "package.json",
    "package-lock.json",
  ]) {
    fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  fs.mkdirSync(path.join(copy, "home"));
});
afterAll(() => fs.rmSync(copy, { recursive: true, force: true }));

interface Start {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly code: Promise<number | null>;
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

let data = 0;
function start(args: readonly string[], env: Record<string, string> = {}): Start {
  const folder = args.includes("--data") ? [] : ["--data", path.join(copy, `data-${data++}`)];
  const child = spawn(
    process.execPath,
    ["electron/launch/start.mjs", ...args, ...folder, "--vault", "memory"],
    {
      cwd: copy,
      env: { PATH: process.env["PATH"] ?? "", HOME: path.join(copy, "home"), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  running.push(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString("utf8")));
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, out: () => out, err: () => err, code };
}

/** Two ports in a row: the door's and the browser form's. */
async function twoPorts(): Promise<number> {
  for (let i = 0; i < 50; i++) {
    const port = await freePort();
    const next = net.createServer();
    const free = await new Promise<boolean>((resolve) => {
      next.once("error", () => resolve(false));
      next.listen(port + 1, "127.0.0.1", () => resolve(true));
    });
    await new Promise((resolve) => next.close(resolve));
    if (free) return port;
  }
  throw new Error("no two free ports in a row");
}

const linkIn = (text: string): URL | null => {
  const link = /http:\/\/127\.0\.0\.1:\d+\/#code=\S+/.exec(text)?.[0];
  return link === undefined ? null : new URL(link);
};

function get(url: URL): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: url.hostname, port: url.port, path: url.pathname, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
      .on("error", reject);
  });
}

async function hold(port: number): Promise<() => Promise<unknown>> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return () => new Promise((resolve) => server.close(resolve));
}

describe("npm start without a display", { timeout: 90_000 }, () => {
  it("says why in one line, builds, and prints one link that works", async () => {
    const port = await twoPorts();
    const one = start(["--port", String(port)]);
    await until(
      () => linkIn(one.out()) !== null || one.child.exitCode !== null,
      60_000,
      "the link",
    );
    const lines = one.err().trim().split("\n");
    expect(lines[0]).toBe("Building …");
    expect(lines.filter((line) => line.startsWith("No window: "))).toHaveLength(1);
    expect(one.err()).toMatch(/No window: there is no display here/);
    expect(one.out().match(/Open it here.*#code=/g)).toHaveLength(1);
    const link = linkIn(one.out());
    expect(link?.port).toBe(String(port + 1));
    if (link) expect(await get(link)).toBe(200);
    one.child.kill("SIGTERM");
    expect(await one.code).toBe(0);
  });

  it("does not build again what is built, and ends on SIGINT with 0", async () => {
    const one = start(["--headless", "--port", "0"]);
    await until(() => linkIn(one.out()) !== null, 20_000, "the link");
    expect(one.err()).not.toContain("Building");
    expect(one.err()).not.toContain("No window");
    one.child.kill("SIGINT");
    expect(await one.code).toBe(0);
  });

  it("ends cleanly when only the launcher is killed", async () => {
    const port = await twoPorts();
    const one = start(["--headless", "--port", String(port)]);
    await until(() => linkIn(one.out()) !== null, 20_000, "the link");
    one.child.kill("SIGKILL");
    const link = linkIn(one.out());
    await until(
      async () =>
        !link ||
        (await get(link).then(
          () => false,
          () => true,
        )),
      10_000,
      "the end",
    );
  });

  it("builds once for several starts at the same time, and all of them work", async () => {
    fs.appendFileSync(path.join(copy, "electron/runtime.ts"), "\n// changed\n");
    const all = [0, 1, 2].map(() => start(["--headless", "--port", "0"]));
    for (const one of all) await until(() => linkIn(one.out()) !== null, 60_000, one.err());
    for (const one of all) {
      const link = linkIn(one.out());
      if (link) expect(await get(link)).toBe(200);
    }
    expect(
      fs.readdirSync(path.join(copy, "dist")).filter((name) => name.startsWith(".lock")),
    ).toEqual([]);
    for (const one of all) one.child.kill("SIGTERM");
    expect(await Promise.all(all.map((one) => one.code))).toEqual([0, 0, 0]);
  });

  it("takes over from a build that died, and waits for one that lives", async () => {
    const lock = path.join(copy, "dist/.lock");
    const dead = spawn(process.execPath, ["-e", "0"]);
    await new Promise((resolve) => dead.once("exit", resolve));
    fs.writeFileSync(lock, String(dead.pid));
    fs.appendFileSync(path.join(copy, "electron/runtime.ts"), "\n// changed again\n");
    const one = start(["--headless", "--port", "0"]);
    await until(() => linkIn(one.out()) !== null, 60_000, one.err());
    one.child.kill("SIGTERM");
    await one.code;

    fs.writeFileSync(lock, String(process.pid));
    fs.appendFileSync(path.join(copy, "electron/runtime.ts"), "\n// and again\n");
    const two = start(["--headless", "--port", "0"]);
    await until(() => two.err().includes("Waiting for another build"), 20_000, "waiting");
    expect(linkIn(two.out())).toBeNull();
    fs.rmSync(lock);
    await until(() => linkIn(two.out()) !== null, 60_000, two.err());
    two.child.kill("SIGTERM");
    await two.code;
  });

  it("shows the compiler's words when the build fails, ends with 1, and leaves no stamp", async () => {
    const file = path.join(copy, "electron/runtime.ts");
    const good = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, "export const = ;\n");
    const one = start(["--headless", "--port", "0"]);
    expect(await one.code).toBe(1);
    expect(one.err()).toContain("runtime.ts");
    expect(one.err()).toContain("The build failed");
    expect(fs.existsSync(path.join(copy, "dist/.stamp"))).toBe(false);
    fs.writeFileSync(file, good);
    const two = start(["--headless", "--port", "0"]);
    await until(() => linkIn(two.out()) !== null, 60_000, two.err());
    two.child.kill("SIGTERM");
    await two.code;
  });

  it.each([0, 1])("ends with 75 and names the holder when port + %i is taken", async (offset) => {
    const port = await twoPorts();
    const release = await hold(port + offset);
    try {
      const one = start(["--headless", "--port", String(port)]);
      expect(await one.code).toBe(75);
      expect(one.err()).toContain(`Port ${port + offset} is taken by`);
      expect(one.err()).toContain(`process ${process.pid}`);
      expect(one.out()).toBe("");
    } finally {
      await release();
    }
  });

  it("ends with 72 for a second start on the same data folder", async () => {
    const shared = ["--data", path.join(copy, "shared"), "--headless", "--port", "0"];
    const one = start(shared);
    await until(() => linkIn(one.out()) !== null, 20_000, "the link");
    const two = start(shared);
    expect(await two.code).toBe(72);
    expect(two.err()).toContain("already running");
    one.child.kill("SIGTERM");
    expect(await one.code).toBe(0);
  });

  it("starts with every dangerous variable set, and says which it took out", async () => {
    const one = start(["--headless", "--port", "0"], {
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
      NODE_OPTIONS: "--inspect=0",
      NODE_EXTRA_CA_CERTS: "/nonexistent.pem",
      HTTPS_PROXY: "http://ada:secret-in-a-proxy@127.0.0.1:9",
      SSLKEYLOGFILE: path.join(copy, "keys.log"),
    });
    await until(() => linkIn(one.out()) !== null, 30_000, one.err());
    for (const name of [
      "NODE_TLS_REJECT_UNAUTHORIZED",
      "NODE_OPTIONS",
      "NODE_EXTRA_CA_CERTS",
      "HTTPS_PROXY",
      "SSLKEYLOGFILE",
    ]) {
      expect(one.err()).toContain(name);
    }
    expect(one.err() + one.out()).not.toContain("secret-in-a-proxy");
    expect(fs.existsSync(path.join(copy, "keys.log"))).toBe(false);
    one.child.kill("SIGTERM");
    expect(await one.code).toBe(0);
  });
});

describe("npm start with a display that does not work", { timeout: 60_000 }, () => {
  it("says why in one line and serves the browser", async () => {
    // As root the reason is the sandbox; for anyone else it is the Electron below, which cannot run.
    fs.mkdirSync(path.join(copy, "no-electron"), { recursive: true });
    const program = path.join(
      copy,
      "no-electron",
      process.platform === "win32" ? "electron.exe" : "electron",
    );
    fs.writeFileSync(
      program,
      "#!/bin/sh\necho 'error while loading shared libraries: libgtk-3.so.0: no' >&2\nexit 127\n",
      { mode: 0o755 },
    );
    const one = start(["--port", "0"], {
      DISPLAY: ":987",
      ELECTRON_OVERRIDE_DIST_PATH: path.join(copy, "no-electron"),
    });
    await until(() => linkIn(one.out()) !== null, 40_000, one.err());
    const why = one
      .err()
      .split("\n")
      .filter((line) => line.startsWith("No window: "));
    expect(why).toHaveLength(1);
    const root = process.getuid?.() === 0;
    expect(why[0]).toContain(root ? "as root" : "the library libgtk-3.so.0 is missing");
    one.child.kill("SIGTERM");
    expect(await one.code).toBe(0);
  });
});
