// What the contract's methods about the desktop around the app do.
import { Refusal } from "./core/errors.ts";
import type { Shell } from "./core/shell.ts";
import type { Handlers } from "./surface.ts";

function notDesktop(): never {
  throw new Refusal("not_applicable", {
    reason: "this is not the desktop app",
    instead: "Open the folder yourself.",
  });
}
/** The browser form has no desktop around it: nothing starts at login, and no key shows it. */
export const NO_SHELL: Shell = {
  settings: () => ({
    startAtLogin: { on: false, unavailable: "not-desktop" },
    shortcut: { keys: "", state: "none" },
    away: "none",
  }),
  setStartAtLogin() {
    throw new Refusal("not_applicable", {
      reason: "this is not the desktop app",
      instead: "Start `countersign serve` with your session's own means.",
    });
  },
  takeLink: () => null,
  forgetCopied: () => null,
  downloads: notDesktop,
  showInFolder: notDesktop,
};

export function shellHandlers(shell: Shell = NO_SHELL) {
  return {
    "shell.settings": () => shell.settings(),
    "shell.setStartAtLogin": ({ on }) => shell.setStartAtLogin(on),
    "shell.takeLink": () => ({ link: shell.takeLink() }),
    "shell.forgetCopied": ({ sha256 }) => ({ seconds: shell.forgetCopied(sha256) }),
  } satisfies Partial<Handlers>;
}
