// Countersign without Electron: the same program, its interface served to the browser.
import { randomInt } from "node:crypto";
import os from "node:os";
import path from "node:path";
import { approveOnTerminal } from "./approve-on-terminal.ts";
import type { ComposeOptions, Countersign } from "./compose-types.ts";
import type { AppStatus, LabStatus, Reply } from "./contract.ts";
import { asTyped, commandLineIs } from "./core/command-line.ts";
import { asRefusal, exitCode, Refusal } from "./core/errors.ts";
import type { Log } from "./core/log.ts";
import { complaint } from "./core/sentences.ts";
import { whoHolds } from "./host/door/holder.ts";
import { guardLaunch, inspectorIsOpen, isTestRun, scrubEnvironment } from "./host/env.ts";
import type { Terminal } from "./host/terminal/terminal.ts";
import { loadAssets } from "./host/web/assets.ts";
import { openWebForm, type WebForm } from "./host/web/listener.ts";
import { commandLineOf, devServerOf, parseStartOptions, START_HELP } from "./options.ts";
import { describeRuntime } from "./runtime.ts";
import { askTheFirst, folderInUse } from "./second-start.ts";
import { stderrLog } from "./stderr-log.ts";
import { concernsQuestions } from "./surface.ts";

export interface ServeParts {
  readonly compose: (options: ComposeOptions) => Promise<Countersign>;
  /** How the command line is started here: program and first arguments. */
  readonly commandLine: readonly string[];
  /** The built interface. */
  readonly assetFolder: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** The terminal of the start. @throws Refusal `terminal_unusable` */
  readonly openTerminal: () => Terminal;
  /** Resolves when the program is asked to end. */
  readonly untilAsked: () => Promise<void>;
}

/**
 * Runs until asked to end.
 * @param args the process's own arguments, without program and script
 * @returns the exit code: 0 after a clean end, else that of the refusal, whose words went to `err`
 */
export async function serve(args: readonly string[], parts: ServeParts): Promise<number> {
  commandLineIs(commandLineOf(process.env));
  try {
    const testMarker = isTestRun(process.env, false);
    const removed = scrubEnvironment(process.env);
    if (inspectorIsOpen() && !testMarker) {
      throw new Refusal("launch_switch_refused", { switch: "--inspect" });
    }
    const options = parseStartOptions(
      guardLaunch({ args, platform: process.platform, testMarker }),
      { env: process.env, platform: process.platform, home: os.homedir(), cwd: process.cwd() },
    );
    if (options.help) {
      parts.out(START_HELP);
      return 0;
    }
    const log = stderrLog({ quiet: true });
    if (removed.length > 0) log.warn("environment.removed", { names: removed.join(" ") });
    // First: where it cannot ask, nothing is started.
    const terminal = options.approveOnTerminal ? parts.openTerminal() : null;
    const countersign = await parts.compose({
      dataFolder: options.dataFolder,
      port: options.port,
      vault: options.vault,
      runtime: describeRuntime(process.versions),
      removedEnvironment: removed,
      commandLine: parts.commandLine,
      log,
    });
    try {
      const web = await openWeb(countersign, options.port, parts, log);
      const asking = await (
        terminal === null
          ? openAsking(countersign, options.port, parts, log)
          : askOn(terminal, countersign)
      ).catch(async (error: unknown) => {
        await web.close();
        throw error;
      });
      try {
        const lab = options.lab ? await startLab(countersign) : [];
        await greet(countersign, web, asking, parts.out, lab);
        await parts.untilAsked();
      } finally {
        await Promise.all([web.close(), asking.close()]);
      }
    } finally {
      const { stuck } = await countersign.close();
      // A keychain dialog that nobody answers holds a thread that a normal exit would wait for, for ever.
      if (stuck) process.kill(process.pid, "SIGKILL");
    }
    return 0;
  } catch (error) {
    const folder = folderInUse(error);
    const link = folder === null ? null : await askTheFirst(folder);
    if (link !== null) parts.out(`Open the one that runs, once:  ${link}\n`);
    return complain(error, parts.err);
  }
}

/** Writes a refusal's sentence and advice. @returns its exit code */
export function complain(error: unknown, err: (text: string) => void): number {
  const refusal = asRefusal(error);
  const { sentence, advice } = complaint(refusal);
  err(`${sentence}\n${advice}\n`);
  if (refusal.code === "internal") stderrLog({ quiet: true }).error("start.failed", error);
  return exitCode(refusal.code);
}

async function openWeb(
  countersign: Countersign,
  port: number,
  parts: ServeParts,
  log: Log,
): Promise<WebForm> {
  const { desk } = countersign;
  const web = await openWebForm({
    port: port === 0 ? 0 : port + 1,
    assets: loadAssets(path.resolve(parts.assetFolder)),
    desk: {
      call: (method, input) => desk.call("app", method, input),
      watch: (listener) => desk.watch(listener),
    },
    explain: complaint,
    whoHolds,
    report: (error) => log.error("web.failed", error),
  });
  countersign.setLinkMaker(() => onDevServer(web.makeLink(), web.origin));
  countersign.onSecondStart(() => {
    parts.out(`\nOpen it here, once:  ${onDevServer(web.makeLink(), web.origin)}\n`);
  });
  return web;
}

/** What asks the person, wherever that is. */
interface Asking {
  /** For the person who starts it: where answers are given. */
  readonly line: string;
  close(): unknown;
}

/** Questions on the terminal, and then on no page: whoever may run commands here could open that. */
function askOn(terminal: Terminal, countersign: Countersign): Promise<Asking> {
  countersign.onQuestions(() => ({ where: "terminal", url: null }));
  const asking = approveOnTerminal({
    desk: countersign.desk,
    terminal,
    draw: randomInt,
    monotonic: () => performance.now(),
    gone: () => countersign.withdrawQuestions(),
  });
  return Promise.resolve({
    line: "on this terminal, when something is asked",
    close: () => asking.close(),
  });
}

/** The page that asks: an origin of its own, which no page of the app can reach into, and a link of its own. */
async function openAsking(
  countersign: Countersign,
  port: number,
  parts: ServeParts,
  log: Log,
): Promise<Asking> {
  const { desk } = countersign;
  const asking = await openWebForm({
    // The app's own page and the door for certificates have the two between.
    port: port === 0 ? 0 : port + 3,
    assets: loadAssets(path.resolve(parts.assetFolder), "/approval.html"),
    desk: {
      call: (method, input) => desk.call("approval", method, input),
      watch: (listener) =>
        desk.watch((event) => {
          if (concernsQuestions(event)) listener(event);
        }),
    },
    explain: complaint,
    whoHolds,
    report: (error) => log.error("asking.failed", error),
  });
  countersign.onQuestions(() => ({ where: "page", url: asking.makeLink() }));
  return { line: asking.makeLink(), close: () => asking.close() };
}

/** Under `npm run dev` the page comes from vite, which passes calls on; the code in the link stays the same. */
function onDevServer(link: string, origin: string): string {
  const dev = devServerOf(process.env);
  return dev === undefined ? link : link.replace(origin, dev);
}

/** Starts the practice company. A lab that does not start is said and is no reason not to run. */
async function startLab(countersign: Countersign): Promise<string[]> {
  const reply = (await countersign.desk.call("app", "lab.start", {})) as Reply<LabStatus>;
  if (!reply.ok) return [`Practice company    ${reply.error.sentence}`];
  const names = reply.value.servers.map((server) => server.name).join(", ");
  return [`Practice company    ${names} (see it work: ${asTyped("countersign lab tour")})`];
}

async function greet(
  countersign: Countersign,
  web: WebForm,
  asking: Asking,
  out: (text: string) => void,
  more: readonly string[],
): Promise<void> {
  const reply = (await countersign.desk.call("app", "app.status", {})) as Reply<AppStatus>;
  const lines = [
    `Agents use          ${countersign.door}/mcp/<server>`,
    `Data folder         ${countersign.dataFolder}`,
    `Secrets             ${reply.ok ? vaultLine(reply.value.vault) : reply.error.sentence}`,
    ...(reply.ok
      ? reply.value.troubles.map((t) => `Trouble             ${t.sentence} ${t.advice}`)
      : []),
    ...(reply.ok
      ? reply.value.reminders.map((r) => `Renew soon          ${r.sentence} ${r.advice}`)
      : []),
    ...more,
    `Open it here, once  ${onDevServer(web.makeLink(), web.origin)}`,
    `Answer it here      ${asking.line}`,
    "Each link works once, for ten minutes. Ctrl-C ends Countersign.",
  ];
  out(`${lines.join("\n")}\n`);
}

function vaultLine(vault: AppStatus["vault"]): string {
  if (vault.state === "unchosen") {
    return vault.keychain === "ready"
      ? "no place chosen yet: the keychain of this machine is ready"
      : "no place chosen yet: this machine's keychain is not usable, so pick a sealed file or memory";
  }
  const places = {
    keychain: "OS keychain",
    file: "sealed file",
    memory: "memory only, gone at exit",
  };
  const place = vault.kind === null ? "unknown" : places[vault.kind];
  return vault.reason === null
    ? `${place}, ${vault.state}`
    : `${place}, ${vault.state} (${vault.reason})`;
}
