// The options that the desktop app and the headless form share, and the data folder that all forms agree on.
import path from "node:path";
import { parseArgs } from "node:util";
import { Refusal } from "./core/errors.ts";
import type { VaultKind } from "./core/vault.ts";
import { DEFAULT_PORT, START_HELP, START_OPTIONS } from "./launch/option-table.mjs";

export { DEFAULT_PORT, START_HELP };

/**
 * How the command line is called here. npm names the script that it runs; from a checkout the program is on no
 * path, and only npm finds it.
 */
export const commandLineOf = (env: Surroundings["env"]): string =>
  ["start", "dev", "countersign"].includes(env["npm_lifecycle_event"] ?? "")
    ? "npm run -s countersign --"
    : "countersign";

const usage = (reason: string, cause?: unknown): Refusal =>
  new Refusal("usage", { reason, help: "npm start -- --help" }, cause);

export interface StartOptions {
  readonly help: boolean;
  readonly headless: boolean;
  /** Start the practice company, too. */
  readonly lab: boolean;
  /** The agents' door. 0 takes any free port: for tests, since agents need a fixed one. */
  readonly port: number;
  /** Absolute. */
  readonly dataFolder: string;
  /** Undefined: what the person chose earlier. */
  readonly vault: VaultKind | undefined;
  /** Questions are asked on the terminal of the start, and on no page. */
  readonly approveOnTerminal: boolean;
}

/** What the options are read against: the process's own values, or a test's. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly cwd: string;
}

const VAULTS: readonly VaultKind[] = ["keychain", "file", "memory"];

/**
 * Reads the options of a start.
 * @throws Refusal `usage` for an unknown option, a stray word or a value that cannot be used
 */
export function parseStartOptions(args: readonly string[], around: Surroundings): StartOptions {
  const { values } = read(args);
  const vault = values.vault;
  if (vault !== undefined && !isVault(vault)) {
    throw usage("--vault takes keychain, file or memory.");
  }
  if (values.data === "") throw usage("--data needs a folder.");
  const paths = around.platform === "win32" ? path.win32 : path.posix;
  return {
    help: values.help ?? false,
    headless: values.headless ?? false,
    lab: values.lab ?? false,
    port: portOf(values.port),
    dataFolder:
      values.data === undefined
        ? defaultDataFolder(around.env, around.platform, around.home)
        : paths.resolve(around.cwd, values.data),
    vault,
    approveOnTerminal: values["approve-on-terminal"] ?? false,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: START_OPTIONS, allowPositionals: false });
  } catch (error) {
    // parseArgs explains at length how to pass a leading dash; its first sentence is the part that helps.
    const reason = error instanceof Error ? (error.message.split(". ")[0] ?? "") : "";
    throw usage(`${reason.replace(/\.$/, "").slice(0, 200)}.`, error);
  }
}

const isVault = (text: string): text is VaultKind => (VAULTS as readonly string[]).includes(text);

function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  // 65534: the browser form takes the port after it.
  if (!/^\d{1,5}$/.test(text) || port > 65_534) {
    throw usage("--port takes a number from 1 to 65534.");
  }
  return port;
}

/**
 * Where settings and the journal live if nothing else is said: the folder that Electron calls `userData`,
 * worked out without Electron, so that the command line and the headless form find the desktop's data.
 */
export function defaultDataFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
): string {
  if (platform === "win32") {
    const base = env["APPDATA"] || path.win32.join(home, "AppData", "Roaming");
    return path.win32.join(base, "Countersign");
  }
  if (platform === "darwin") {
    return path.posix.join(home, "Library", "Application Support", "Countersign");
  }
  // XDG Base Directory: a relative XDG_CONFIG_HOME is invalid and must be ignored.
  const xdg = env["XDG_CONFIG_HOME"];
  const base = xdg && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, ".config");
  return path.posix.join(base, "Countersign");
}

/** Under `npm run dev` only: vite's server, from which pages come. Anything but loopback is not believed. */
export function devServerOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const said = env["COUNTERSIGN_DEV_SERVER"];
  return said !== undefined && /^http:\/\/127\.0\.0\.1:\d{1,5}$/.test(said) ? said : undefined;
}
