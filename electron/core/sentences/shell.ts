// Words about the desktop around the app: starting at login, and updates.
import type { Words } from "./words.ts";

export const shellWords = {
  shell_unwritable: [
    "Starting at login could not be changed: {file} cannot be written ({reason}).",
    "Check the rights of that folder, or add Countersign in your desktop's own settings.",
  ],
  update_refused: [
    "What was found about a newer version is not believed: {reason}.",
    "Nothing was changed. If this happens again, get the newest version by hand.",
  ],
} as const satisfies Record<string, Words>;
