// What the stand-in says of the desktop around the app: it remembers the switch, and nothing else.
import type { ShellSettings } from "../../electron/core/shell.ts";
import type { Handlers } from "../../electron/surface.ts";

export function shellAnswers() {
  let on = false;
  const settings = (): ShellSettings => ({
    startAtLogin: { on, unavailable: null },
    shortcut: { keys: "Ctrl+Alt+Shift+C", state: "on" },
    away: "lock-and-sleep",
  });
  return {
    "shell.settings": settings,
    "shell.setStartAtLogin": (input: { on: boolean }) => {
      on = input.on;
      return settings();
    },
    "shell.takeLink": () => ({ link: null }),
  } satisfies Partial<Handlers>;
}
