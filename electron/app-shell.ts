// The desktop around the app, put together: tray, menu, links, the keys that show what is asked, starting at login,
// and that a person who goes away allows nothing.
import { app, type BrowserWindow, globalShortcut, powerMonitor } from "electron";
import { showInFolder } from "./app-browser.ts";
import { createClipboard } from "./app-clipboard.ts";
import { createLinks, type Links } from "./app-links.ts";
import { createLoginStart } from "./app-login.ts";
import { setupMenu } from "./app-menu.ts";
import { setupTray } from "./app-tray.ts";
import type { Countersign } from "./compose-types.ts";
import type { Log } from "./core/log.ts";
import type { Shell, ShellSettings } from "./core/shell.ts";
import { type SessionLock, watchSessionLock } from "./host/session-lock.ts";

/** Shows what is asked, from anywhere. It can only show: the answer needs the window. */
export const SHOW_QUESTIONS = "CommandOrControl+Alt+Shift+C";

export interface DesktopShell extends Shell {
  readonly links: Links;
  start(parts: {
    readonly countersign: Countersign;
    readonly window: () => BrowserWindow | null;
    readonly approvalWindow: () => BrowserWindow | null;
    readonly show: () => void;
  }): void;
}

/** @param args what a start at login passes on */
export function createDesktopShell({
  args,
  log,
}: {
  readonly args: readonly string[];
  readonly log: Log;
}): DesktopShell {
  const links = createLinks();
  const login = createLoginStart(args);
  const copied = createClipboard();
  let shortcut: ShellSettings["shortcut"]["state"] = "none";
  let lock: SessionLock | null = null;

  const settings = (): ShellSettings => ({
    startAtLogin: login.settings(),
    shortcut: { keys: SHOW_QUESTIONS, state: shortcut },
    away: lock !== null && lock.state() !== "watching" ? "sleep" : "lock-and-sleep",
  });

  function takeKeys(act: () => void): void {
    try {
      shortcut = globalShortcut.register(SHOW_QUESTIONS, act) ? "on" : "taken";
    } catch (error) {
      log.error("shell.shortcut", error);
    }
    if (shortcut !== "on") log.warn("shell.shortcut_taken", { keys: SHOW_QUESTIONS });
  }

  return {
    links,
    settings,
    setStartAtLogin(on) {
      login.set(on);
      return settings();
    },
    takeLink: () => links.take(),
    forgetCopied: (sha256) => copied.forget(sha256),
    downloads: () => app.getPath("downloads"),
    showInFolder,
    start({ countersign, window, approvalWindow, show }) {
      const failed = (error: unknown): void => log.error("shell.tray", error);
      const { act } = setupTray({ countersign, show, approvalWindow, failed });
      setupMenu({ go: (link) => links.go(link), act });
      takeKeys(() => act("question"));
      // Electron tells of a locked screen on macOS and Windows; on Linux the buses do.
      if (process.platform === "linux") {
        const locked = (): void => {
          countersign.lockPerson();
          void copied.forgetNow();
        };
        lock = watchSessionLock({ locked, env: process.env });
      }
      for (const event of ["lock-screen", "suspend"] as const) {
        powerMonitor.on(event as "suspend", () => void copied.forgetNow());
      }
      // An installed package names us for its scheme; Windows wants to be told by the program.
      if (app.isPackaged && process.platform === "win32")
        app.setAsDefaultProtocolClient("countersign");
      app.on("will-quit", () => {
        globalShortcut.unregisterAll();
        void copied.forgetNow();
        lock?.close();
      });
      links.ready({ window, show, came: () => countersign.linkCame() });
    },
  };
}
