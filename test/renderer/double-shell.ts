// What the stand-in says of the desktop around the app: it remembers the switch, and nothing else.
import type { ShellSettings } from "../../electron/core/shell.ts";
import type { World } from "./double.ts";
import type { Handlers } from "../../electron/surface.ts";

export function shellAnswers(world: Pick<World, "away">) {
  let on = false;
  const settings = (): ShellSettings => ({
    startAtLogin: { on, unavailable: null },
    shortcut: { keys: "Ctrl+Alt+Shift+C", state: "on" },
    away: world.away,
  });
  return {
    "shell.settings": settings,
    "shell.setStartAtLogin": (input: { on: boolean }) => {
      on = input.on;
      return settings();
    },
    "shell.takeLink": () => ({ link: null }),
    "shell.forgetCopied": () => ({ seconds: 60 }),
  } satisfies Partial<Handlers>;
}
