// Composition root of the desktop app: a table of contents, in the order in which things must happen.
import "./shims.ts";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { app, type BrowserWindow } from "electron";
import type { Countersign } from "./compose-types.ts";
import { createCountersign } from "./compose.ts";
import { commandLineIs } from "./core/command-line.ts";
import { Refusal } from "./core/errors.ts";
import { failAndExit } from "./app-failure.ts";
import { guardLaunch, inspectorIsOpen, isTestRun, scrubEnvironment } from "./host/env.ts";
import { loadAssets } from "./host/web/assets.ts";
import { setupIpc } from "./ipc.ts";
import { installedCommandLine, ownArguments, shellWord } from "./launch-arguments.ts";
import {
  DEFAULT_PORT,
  START_HELP,
  commandLineOf,
  defaultDataFolder,
  devServerOf,
  parseStartOptions,
  type StartOptions,
} from "./options.ts";
import { openingSignIns } from "./app-browser.ts";
import { setupApproval } from "./app-approval.ts";
import { createDesktopShell, type DesktopShell } from "./app-shell.ts";
import { APP_ORIGIN, APPROVAL_ORIGIN, declareAppScheme, serveAppPages } from "./app-pages.ts";
import { describeRuntime, runtimeNotice } from "./runtime.ts";
import { askTheFirst, folderInUse } from "./second-start.ts";
import { stderrLog } from "./stderr-log.ts";
import { lockDownContents, lockedSession, openAppWindow, showWindow } from "./windows.ts";

const testRun = isTestRun(process.env, app.isPackaged);
const devServer = app.isPackaged ? undefined : devServerOf(process.env);
const removed = scrubEnvironment(process.env);
const runtime = describeRuntime(process.versions);
commandLineIs(
  app.isPackaged
    ? shellWord(installedCommandLine(process.resourcesPath, process.platform))
    : commandLineOf(process.env),
);
const log = stderrLog({ quiet: true });

// Before anything else can throw: Electron's own answer to an uncaught error is a dialog that lets it run on.
process.on("uncaughtException", (error) => void failAndExit(error, { silent: testRun }));

let window: BrowserWindow | null = null;
let shell: DesktopShell | null = null;
let countersign: Promise<Countersign> | null = null;
let quitting = false;
/** Arguments of this start that are a link of ours, or pretend to be one: taken out before ours are read. */
let links: readonly string[] = [];
const isLink = (word: string): boolean => /^countersign:/i.test(word);

try {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(START_HELP);
    app.exit(0);
  } else {
    // As root, where only tests run, the guard has let --no-sandbox through, and both together cannot work.
    if (!app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
    declareAppScheme();
    lockDownContents();
    closeBeforeQuit();
    claimDataFolder(options.dataFolder);
    void start(options).catch(async (error: unknown) => {
      // A headless Countersign holds the folder: it prints a fresh link where it runs, and so does this one here.
      const folder = folderInUse(error);
      const link = folder === null ? null : await askTheFirst(folder);
      if (link !== null) process.stderr.write(`Open the one that runs, once:  ${link}\n`);
      return failAndExit(error, { silent: testRun });
    });
  }
} catch (error) {
  void failAndExit(error, { silent: testRun || endsAtOnce(error) });
}

function readOptions(): StartOptions {
  const args = ownArguments(process.argv, {
    packaged: app.isPackaged,
    appPaths: [app.getAppPath(), __filename],
  });
  const mine = guardLaunch({
    args,
    platform: process.platform,
    testMarker: testRun,
    also: [...process.argv.slice(1, process.argv.length - args.length), ...process.execArgv],
  });
  if (inspectorIsOpen() && !testRun) {
    throw new Refusal("launch_switch_refused", { switch: "--inspect" });
  }
  // ELECTRON_DISABLE_SANDBOX has the same effect as the switch, and is in no argument.
  if (app.commandLine.hasSwitch("no-sandbox") && !testRun) {
    throw new Refusal("launch_switch_refused", { switch: "--no-sandbox" });
  }
  links = mine.filter(isLink);
  const options = parseStartOptions(
    mine.filter((word) => !isLink(word)),
    {
      env: process.env,
      platform: process.platform,
      home: os.homedir(),
      cwd: process.cwd(),
    },
  );
  if (options.headless) {
    const reason =
      "This is the desktop program: use npm start -- --headless, or countersign serve.";
    throw new Refusal("usage", { reason });
  }
  if (options.approveOnTerminal) {
    throw new Refusal("usage", {
      reason: "--approve-on-terminal goes with --headless; the desktop app asks in a window.",
    });
  }
  return options;
}

/** One desktop app per data folder: a second start brings the first one's window to the front. */
function claimDataFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "it cannot be made";
    throw new Refusal("data_folder_unusable", { folder, reason }, error);
  }
  app.setPath("userData", folder);
  // Chromium's own files stay apart from ours.
  app.setPath("sessionData", path.join(folder, "chromium"));
  if (!app.requestSingleInstanceLock()) {
    throw new Refusal("already_running", { folder, pid: "its window was brought to the front" });
  }
  // What the second start was given may come from anyone: one link is looked for in it, and nothing else is read.
  app.on("second-instance", (_, argv) => {
    if (window) showWindow(window);
    shell?.links.arguments(argv);
  });
}

/**
 * Without a message box. For a second start the first window is the answer; and while a box waited for its click, a
 * refused switch would already be in force: a debugger's port stands open from the first moment.
 */
function endsAtOnce(error: unknown): boolean {
  return (
    error instanceof Refusal &&
    (error.code === "already_running" || error.code === "launch_switch_refused")
  );
}

async function start(options: StartOptions): Promise<void> {
  if (removed.length > 0) log.warn("environment.removed", { names: removed.join(" ") });
  const notice = runtimeNotice(runtime);
  if (notice !== null) process.stderr.write(`${notice}\n`);
  await app.whenReady();
  const { dataFolder, port, vault } = options;
  if (quitting) return;
  const own = createDesktopShell({ args: startArguments(options), log });
  shell = own;
  own.links.arguments(links);
  countersign = createCountersign({
    dataFolder,
    port,
    vault,
    runtime,
    removedEnvironment: removed,
    // Electron's own program would open a window: the command line runs on the machine's Node.
    commandLine: app.isPackaged
      ? [installedCommandLine(process.resourcesPath, process.platform)]
      : ["node", path.join(__dirname, "cli.cjs")],
    shell: own,
    log,
  });
  const running = await countersign;
  if (quitting) return;
  if (options.lab) void running.desk.call("app", "lab.start", {});

  const pageOrigin = devServer ?? APP_ORIGIN;
  const session = lockedSession(pageOrigin, "countersign");
  const assets = loadAssets(path.join(__dirname, "../renderer"));
  serveAppPages(session, assets, APP_ORIGIN);
  const preloadFolder = path.join(__dirname, "../preload");
  const asking = devServer ?? APPROVAL_ORIGIN;
  const approvalSession = lockedSession(asking, "countersign-approval");
  serveAppPages(approvalSession, assets, APPROVAL_ORIGIN);
  const approvalWindow = setupApproval({
    countersign: running,
    preloadFolder,
    pageOrigin: asking,
    session: approvalSession,
  });
  setupIpc([
    {
      surface: "app",
      desk: openingSignIns(running.desk),
      window: () => window,
      origin: pageOrigin,
    },
    {
      surface: "approval",
      desk: openingSignIns(running.desk),
      window: approvalWindow,
      origin: asking,
    },
  ]);
  const open = (): void => {
    window = openAppWindow(
      {
        dataFolder,
        preloadFolder,
        pageOrigin,
        title:
          notice === null
            ? "Countersign"
            : `Countersign (test runtime: Electron ${runtime.version})`,
      },
      session,
    );
    window.on("closed", () => {
      window = null;
      // A question that is open must not keep a program alive whose window was closed.
      if (process.platform !== "darwin") app.quit();
    });
  };
  const show = (): void => (window ? showWindow(window) : open());
  open();
  own.start({ countersign: running, window: () => window, approvalWindow, show });
  running.onSecondStart(show);
  app.on("activate", show);
  app.on("window-all-closed", () => {
    // On a Mac an app lives on without windows; elsewhere there would be no way left to reach it.
    if (process.platform !== "darwin") app.quit();
  });
}

/** What a start at login passes on, so that it opens the same folder at the same door. */
function startArguments({ dataFolder, port }: StartOptions): string[] {
  const usual = defaultDataFolder(process.env, process.platform, os.homedir());
  return [
    ...(dataFolder === usual ? [] : ["--data", dataFolder]),
    ...(port === DEFAULT_PORT ? [] : ["--port", String(port)]),
  ];
}

/**
 * Quitting waits until pending calls are denied, children have ended and the journal is closed: 5 s at most.
 * It may come at any moment, also while everything is still being opened.
 */
function closeBeforeQuit(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => app.quit());
  }
  app.on("will-quit", (event) => {
    if (quitting) return;
    quitting = true;
    if (countersign === null) return;
    event.preventDefault();
    const late = setTimeout(() => app.exit(1), 5000);
    countersign
      .then((running) => running.close())
      .then(({ stuck }) => {
        // A keychain dialog that nobody answers holds a thread that a normal exit would wait for, for ever.
        if (stuck) process.kill(process.pid, "SIGKILL");
      })
      .catch((error: unknown) => log.error("close.failed", error))
      .finally(() => {
        clearTimeout(late);
        // Not from within the event: Electron would take it for a part of the quit that was just put off.
        setImmediate(() => app.exit(0));
      });
  });
}
