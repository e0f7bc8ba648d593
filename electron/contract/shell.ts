// The contract's methods about the desktop around the app.
import { z } from "zod";
import type { DeepLink, ShellSettings } from "../core/shell.ts";
import { type MethodShape, returns } from "./shape.ts";

export const shellMethods = {
  "shell.settings": {
    surfaces: ["app"],
    input: z.strictObject({}),
    output: returns<ShellSettings>(),
  },
  /** Off until the person wants it. */
  "shell.setStartAtLogin": {
    surfaces: ["app"],
    input: z.strictObject({ on: z.boolean() }),
    output: returns<ShellSettings>(),
  },
  /** What a `countersign:` link asked for and the person agreed to look at; given out once. */
  "shell.takeLink": {
    surfaces: ["app"],
    input: z.strictObject({}),
    output: returns<{ link: DeepLink | null }>(),
  },
  /** A text with this SHA-256 was copied, and is a secret: seconds until it leaves the clipboard; null: nobody can. */
  "shell.forgetCopied": {
    surfaces: ["app"],
    input: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    output: returns<{ seconds: number | null }>(),
  },
} as const satisfies Record<string, MethodShape>;
