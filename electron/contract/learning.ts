// The contract's methods about learning: rules proposed from what the person said to calls.
import { z } from "zod";
import { idOf } from "../core/names.ts";
import type { LearningView } from "../core/policy/learner.ts";
import type { Rule } from "../core/policy/rules.ts";
import { tenantScope } from "./inputs.ts";
import { type MethodShape, returns } from "./shape.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Milliseconds for which calls are watched. */
export const LEARN_FOR = { least: 10 * MINUTE, most: 60 * DAY };

const proposal = z.strictObject({ id: idOf("prp") });

export const learningMethods = {
  "learning.show": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<LearningView>(),
  },
  /** Begins anew from now on; nothing is enforced by it. */
  "learning.start": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ ms: z.number().int().min(LEARN_FOR.least).max(LEARN_FOR.most) }),
    output: returns<LearningView>(),
  },
  "learning.stop": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<LearningView>(),
  },
  /** Makes a proposal a rule. One that allows waits here until the person has agreed on the surface that asks. */
  "learning.accept": { surfaces: ["app", "cli"], input: proposal, output: returns<Rule>() },
  /** It is not proposed again before twice as much speaks for it. */
  "learning.dismiss": {
    surfaces: ["app", "cli"],
    input: proposal,
    output: returns<LearningView>(),
  },
} as const satisfies Record<string, MethodShape>;
