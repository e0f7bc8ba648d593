// What the contract's methods about newer versions do.
import type { Shell } from "./core/shell.ts";
import type { UpdateRegister } from "./core/update/updates.ts";
import { NO_SHELL } from "./handlers-shell.ts";
import type { Handlers } from "./surface.ts";

export function updateHandlers(updates: UpdateRegister, desktop: Shell = NO_SHELL) {
  return {
    "updates.status": () => updates.view(),
    "updates.check": () => updates.check(),
    "updates.setSource": (wish) => updates.setSource(wish),
    "updates.off": () => updates.turnOff(),
    "updates.download": () => updates.download(),
    "updates.cancelDownload": () => updates.cancelDownload(),
    "updates.showFile": () => {
      desktop.showInFolder(updates.downloadedFile());
      return { shown: true };
    },
  } satisfies Partial<Handlers>;
}
