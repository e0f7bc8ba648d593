// Words about the desktop around the app: starting at login.
import type { Words } from "./words.ts";

export const shellWords = {
  shell_unwritable: [
    "Starting at login could not be changed: {file} cannot be written ({reason}).",
    "Check the rights of that folder, or add Countersign in your desktop's own settings.",
  ],
} as const satisfies Record<string, Words>;
