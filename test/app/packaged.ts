// Builds the packages with the Electron at hand, and starts a packaged program as an ordinary person would: not as
// root, with Chromium's sandbox, in a session with a keychain of its own.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort, portAnswers, until } from "../support/processes.ts";
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
    [
      script,
      "--linux",
      ...targets,
      `-c.directories.output=${output}`,
      "-c.deb.compression=gz",
      "-c.rpm.compression=gzip",
    ],
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

export interface Started {
  /** Its processes, for `processOf`. */
  readonly program: Program;
  readonly home: string;
  readonly data: string;
  readonly port: number;
  /** Its exit code, once it ends. */
  readonly ended: Promise<number | null>;
  /** Ends it as the system does, and gives its exit code. */
  end(): Promise<number | null>;
}

interface Starting {
  /** What is started; its processes have its name, unless `program` says otherwise. */
  readonly command: string;
  readonly env?: Record<string, string>;
  readonly program?: (home: string) => Program;
}

/**
 * Starts a packaged program with a keychain of its own, waits until its door answers and its window is there, hands it
 * out, and sees that it is gone afterwards. What it said is in the error of whatever fails meanwhile.
 */
export async function whileItRuns(
  folder: string,
  { command, env = {}, program: named = () => command }: Starting,
  use: (started: Started) => Promise<void>,
): Promise<void> {
  const home = makeHome(folder);
  const data = path.join(home, "data");
  const port = await freePort();
  const program = named(home);
  const keyring = path.join(home, "with-keyring.sh");
  fs.copyFileSync(path.join(root, "test/with-keyring.sh"), keyring);
  const words = ["sh", keyring, command, "--data", data, "--port", String(port)] as const;
  const child = startAs(home, words, env);
  let output = "";
  child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  let ended = false;
  const gone = new Promise<number | null>((resolve) => child.once("exit", resolve));
  void gone.then(() => (ended = true));
  try {
    await until(async () => ended || (await portAnswers(port)), 30_000, "the door");
    if (ended) throw new Error("it ended");
    await until(() => processOf(program, "renderer") !== null, 15_000, "the window's process");
    const end = (): Promise<number | null> => {
      const main = processOf(program, null);
      if (main === null) throw new Error("the main process is gone");
      process.kill(main, "SIGTERM");
      return gone;
    };
    await use({ program, home, data, port, ended: gone, end });
  } catch (error) {
    throw new Error(`${String(error)}\nIt said:\n${output}`, { cause: error });
  } finally {
    const main = processOf(program, null);
    if (main !== null) process.kill(main, "SIGKILL");
  }
}

/** A program by its path, or by what its path is like where nobody can know it beforehand. */
export type Program = string | RegExp;

/** A process of this program: its main process, or one of a type that Chromium names (`renderer`). */
export function processOf(program: Program, type: string | null): number | null {
  const isOurs = (word = ""): boolean =>
    typeof program === "string" ? word === program : program.test(word);
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      // The arguments of Chromium's children are one string, parted by blanks.
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]/);
      const own = words.find((word) => word.startsWith("--type="))?.slice(7) ?? null;
      if (isOurs(words[0]) && own === type) return Number(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  return null;
}
