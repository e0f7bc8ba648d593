// The contract's methods about everything together: figures of calls.
import { z } from "zod";
import type { SecretEntry } from "../core/secret-entries.ts";
import { type CallStatistics, RANGES } from "../core/statistics.ts";
import type { WaitingTools } from "../core/pins/waiting.ts";
import { tenantScope } from "./inputs.ts";
import { type MethodShape, returns } from "./shape.ts";

export const overviewMethods = {
  /** How many calls, how they ended and how long they took, up to now. */
  "calls.statistics": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      ...tenantScope,
      range: z.enum(RANGES).default("day"),
      /** The person's zone: minutes east of UTC, so that days begin at their midnight. */
      offsetMinutes: z.number().int().min(-1080).max(1080).default(0),
    }),
    output: returns<CallStatistics>(),
  },
  /** Servers with tools that changed and wait for a look; those with most first. */
  "tools.waiting": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly WaitingTools[]>(),
  },
  /** Every secret by name, kind, age and use. The vault is not read: no value is anywhere near. */
  "secrets.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly SecretEntry[]>(),
  },
} as const satisfies Record<string, MethodShape>;
