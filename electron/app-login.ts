// Starting with the person's session, on each system in its own way.
import os from "node:os";
import { app } from "electron";
import { Refusal } from "./core/errors.ts";
import type { ShellSettings } from "./core/shell.ts";
import { autostartFile, setStartsAtLogin, startsAtLogin } from "./host/autostart.ts";

export interface LoginStart {
  settings(): ShellSettings["startAtLogin"];
  /** @throws Refusal `not_applicable`, `shell_unwritable` */
  set(on: boolean): void;
}

/** @param args what the installed program is started with, so that it opens the same data folder */
export function createLoginStart(args: readonly string[]): LoginStart {
  if (!app.isPackaged) {
    return {
      settings: () => ({ on: false, unavailable: "not-installed" }),
      set() {
        throw new Refusal("not_applicable", {
          reason: "Countersign runs from a checkout, which may move or go",
          instead: "Install a package first (npm run package).",
        });
      },
    };
  }
  if (process.platform === "linux") {
    const file = autostartFile(process.env, os.homedir());
    // An AppImage's own program lies below a mount that is gone after this run.
    const program = process.env["APPIMAGE"] ?? process.execPath;
    return {
      settings: () => ({ on: startsAtLogin(file), unavailable: null }),
      set: (on) => setStartsAtLogin(file, on, [program, ...args]),
    };
  }
  const own = { args: [...args] };
  return {
    settings: () => ({ on: app.getLoginItemSettings(own).openAtLogin, unavailable: null }),
    set: (on) => app.setLoginItemSettings({ ...own, openAtLogin: on }),
  };
}
