// The contract's methods about what servers' tools say of themselves, and what was agreed to.
import { z } from "zod";
import { idOf } from "../core/names.ts";
import type { ToolView } from "../core/pins/pins.ts";
import { type MethodShape, returns } from "./shape.ts";

const server = idOf("srv");
const tool = z.string().min(1).max(1024);

export const toolMethods = {
  /** What is known of a server's tools; empty where no list was seen. */
  "tools.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ server }),
    output: returns<readonly ToolView[]>(),
  },
  /** Asks the server for its list now. */
  "tools.refresh": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ server }),
    output: returns<readonly ToolView[]>(),
  },
  /** Raises the question whether a tool may be used as it is now, and waits for the answer on the surface that asks. */
  "tools.review": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ server, tool }),
    output: returns<readonly ToolView[]>(),
  },
  /** Blocks a tool as it is. */
  "tools.reject": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ server, tool }),
    output: returns<readonly ToolView[]>(),
  },
} as const satisfies Record<string, MethodShape>;
