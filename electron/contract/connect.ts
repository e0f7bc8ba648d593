// The contract's methods that write an assistant's own configuration. What stands in such a file is never returned:
// names, states, and a diff in which credentials and other programs' values are hidden.
import { z } from "zod";
import type { ConnectPreview, ConnectTarget, Written } from "../core/connect/views.ts";
import { idOf, label, slug } from "../core/names.ts";
import { tenantScope } from "./inputs.ts";
import { type MethodShape, returns } from "./shape.ts";

const target = slug;
const wish = {
  ...tenantScope,
  target,
  /** An agent that is there gets a new credential, which is written; left out, one is made for this assistant. */
  agent: idOf("agt").optional(),
  name: label.optional(),
};

export const connectMethods = {
  "connect.targets": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<readonly ConnectTarget[]>(),
  },
  "connect.preview": {
    surfaces: ["app", "cli"],
    input: z.strictObject(wish),
    output: returns<ConnectPreview>(),
  },
  /** Writes only what a preview showed: its revision must still hold. */
  "connect.write": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ ...wish, revision: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }),
    output: returns<Written>(),
  },
  "connect.undo": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ target }),
    output: returns<{ target: string; file: string; agentRemoved: boolean }>(),
  },
  /** Takes our entries out and leaves the rest as it is now, where undo would lose what came since. */
  "connect.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ target }),
    output: returns<{ target: string; file: string; removed: readonly string[] }>(),
  },
} as const satisfies Record<string, MethodShape>;
