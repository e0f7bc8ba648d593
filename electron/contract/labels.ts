// The contract's methods about flow labels: what tools do with what an agent knows.
import { z } from "zod";
import type { LabelsView } from "../contract-views.ts";
import { flowLabel, toolName } from "../core/labels/labels.ts";
import { idOf } from "../core/names.ts";
import { tenantScope } from "./inputs.ts";
import { type MethodShape, returns } from "./shape.ts";

export const labelMethods = {
  "labels.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<LabelsView>(),
  },
  /** All labels that a tool (null: the whole server) shall have. One less waits for a yes on the surface that asks. */
  "labels.set": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      server: idOf("srv"),
      tool: toolName.nullable().default(null),
      labels: z.array(flowLabel).max(8),
    }),
    output: returns<LabelsView>(),
  },
} as const satisfies Record<string, MethodShape>;
