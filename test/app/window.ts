// Starts the built app in a real Electron and hands out its window.
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright";
import { freePort } from "../support/processes.ts";
import { ONLY_MET, writeRules } from "../support/rules.ts";

export const root = path.resolve(import.meta.dirname, "../..");
/** The app's exit code for `port_taken`. */
const PORT_TAKEN = 75;
const MAIN = path.join(root, "dist/main/main.cjs");

/** Chromium does not run as root with its sandbox: machines that build often have no other user. */
const SANDBOX = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

export function electronProgram(): string {
  const program = process.env["COUNTERSIGN_TEST_ELECTRON"];
  if (program === undefined) throw new Error("run these tests with: npm run test:app");
  return program;
}

function surroundings(extra: Record<string, string>): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(NODE_|VITE)/.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

export interface AppWindow {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly dataFolder: string;
  readonly port: number;
  /** What the app wrote to its standard error. */
  readonly errors: () => string;
  /** Ends the app and removes its data folder. */
  stop(): Promise<void>;
}

export interface OpenOptions {
  /** Calls are asked about, as they are where nobody made a rule; else all are allowed. */
  readonly asks?: boolean;
  /** Agents are also asked about when they first meet a server. */
  readonly consents?: boolean;
  /** Beside what is there. */
  readonly env?: Record<string, string>;
}

export async function openApp(
  args: readonly string[] = [],
  options: OpenOptions = {},
): Promise<AppWindow> {
  for (let attempt = 1; ; attempt++) {
    const own = await tryToOpen(args, options);
    if ("stop" in own) return own;
    // Somebody else took the port that was free a moment ago, or Chromium itself crashed: neither is the app's doing.
    const again = own.code === PORT_TAKEN || own.signal !== null;
    const how = `ended with ${own.signal ?? own.code} before its window came:\n${own.errors}`;
    if (!again || attempt === 2) throw new Error(`the app ${how}`);
    console.error(`trying once more, because the app ${how}`);
  }
}

interface EndedEarly {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

async function tryToOpen(
  args: readonly string[],
  { asks = false, consents = false, env = {} }: OpenOptions,
): Promise<AppWindow | EndedEarly> {
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-app-"));
  const remove = (): void => fs.rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  if (!consents) writeRules(dataFolder, asks ? ONLY_MET : undefined);
  const port = await freePort();
  const app = await _electron.launch({
    executablePath: electronProgram(),
    args: [...SANDBOX, MAIN, "--data", dataFolder, "--port", String(port), ...args],
    env: surroundings({ COUNTERSIGN_TEST_RUNTIME: "1", ...env }),
    timeout: 30_000,
  });
  let text = "";
  const child = app.process();
  child.stderr?.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  let page: Page;
  try {
    page = await app.firstWindow();
  } catch (error) {
    if (child.exitCode === null && child.signalCode === null) {
      await new Promise((resolve) => {
        child.once("exit", resolve);
        setTimeout(resolve, 5000).unref();
      });
    }
    remove();
    if (child.exitCode === null && child.signalCode === null) throw error;
    return { code: child.exitCode, signal: child.signalCode, errors: text };
  }
  await page.waitForLoadState();
  return {
    app,
    page,
    dataFolder,
    port,
    errors: () => text,
    async stop() {
      await app.close();
      remove();
    },
  };
}

export interface Run {
  readonly code: number | null;
  readonly output: string;
}

interface RunOptions {
  readonly env?: Record<string, string>;
  readonly seconds?: number;
  /** Switches before the app's own path. */
  readonly before?: readonly string[];
  /** Ends the app once it has said this. */
  readonly untilOutput?: RegExp;
}

/** Runs the app without Playwright until it ends by itself, or kills it after the time limit. */
export function runApp(
  args: readonly string[],
  { env = {}, seconds = 20, before = [], untilOutput }: RunOptions = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawnApp(args, env, before);
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString("utf8");
      if (untilOutput?.test(output)) child.kill("SIGKILL");
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    const timer = setTimeout(() => child.kill("SIGKILL"), seconds * 1000);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

export function spawnApp(
  args: readonly string[],
  env: Record<string, string> = {},
  before: readonly string[] = [],
): ChildProcess {
  return spawn(electronProgram(), [...SANDBOX, ...before, MAIN, ...args], {
    env: surroundings({ COUNTERSIGN_TEST_RUNTIME: "1", ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
}
