// Builds the packages with the Electron at hand, and starts a packaged program as an ordinary person would: not as
// root, with Chromium's sandbox, in a session with a keychain of its own.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root, type Run } from "./window.ts";

/** `nobody`, where the tests run as root: Chromium's sandbox refuses root, and the guard refuses to be without one. */
const PERSON = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : null;

export interface Packages {
  /** Holds everything of this test; readable by all. */
  readonly folder: string;
  /** electron-builder's output. */
  readonly output: string;
  remove(): void;
}

/** Runs `npm run package` as it is, into a folder of its own and without compression. */
export function buildPackages(...targets: readonly string[]): Packages {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-package-"));
  fs.chmodSync(folder, 0o755);
  const output = path.join(folder, "out");
  const script = path.join(root, "electron/package/package.mjs");
  const made = spawnSync(
    process.execPath,
    [script, "--linux", ...targets, `-c.directories.output=${output}`, "-c.deb.compression=gz"],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, ELECTRON_BUILDER_COMPRESSION_LEVEL: "0" },
      maxBuffer: 1 << 26,
    },
  );
  if (made.status !== 0) throw new Error(`no packages:\n${made.stdout}${made.stderr}`);
  return {
    folder,
    output,
    remove: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** A home for the person who starts it; nothing of the machine's own is in reach. */
export function makeHome(folder: string): string {
  const home = fs.mkdtempSync(path.join(folder, "home-"));
  const authority = process.env["XAUTHORITY"];
  if (authority !== undefined) fs.copyFileSync(authority, path.join(home, ".Xauthority"));
  for (const name of ["", ...fs.readdirSync(home)]) {
    if (PERSON !== null) fs.chownSync(path.join(home, name), PERSON.uid, PERSON.gid);
  }
  return home;
}

function surroundings(home: string, extra: Record<string, string>): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: home,
    TMPDIR: home,
    DISPLAY: process.env["DISPLAY"] ?? "",
    XAUTHORITY: path.join(home, ".Xauthority"),
    GDK_BACKEND: "x11",
    LIBGL_ALWAYS_SOFTWARE: "1",
    ...extra,
  };
}

/** Starts a program as that person. */
export function startAs(
  home: string,
  command: readonly [string, ...string[]],
  env: Record<string, string> = {},
): ChildProcess {
  const [program, ...args] = command;
  return spawn(program, args, {
    ...PERSON,
    cwd: home,
    env: surroundings(home, env),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs it to its end; kills it once it has said `until`, or after some seconds. */
export function runAs(
  home: string,
  command: readonly [string, ...string[]],
  {
    env = {},
    until,
    seconds = 15,
  }: { env?: Record<string, string>; until?: RegExp; seconds?: number } = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const child = startAs(home, command, env);
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      if (until?.test(output)) child.kill("SIGKILL");
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    child.once("error", (error) => (output += String(error)));
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

/** A process of this program: its main process, or one of a type that Chromium names (`renderer`). */
export function processOf(program: string, type: string | null): number | null {
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      // The arguments of Chromium's children are one string, parted by blanks.
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]/);
      const own = words.find((word) => word.startsWith("--type="))?.slice(7) ?? null;
      if (words[0] === program && own === type) return Number(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  return null;
}
