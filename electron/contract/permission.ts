// The contract's methods about questions, what is allowed for a while, and rules.
import { z } from "zod";
import type { AskingPlace, ShownQuestion, Waiting } from "../contract-views.ts";
import { idOf } from "../core/names.ts";
import { MAX_FIELDS } from "../core/permission/conditions.ts";
import { type Grant, LIFETIMES, MOST_CALLS, SCOPES } from "../core/permission/grants.ts";
import type { Question } from "../core/permission/questions.ts";
import { effect, type Rule } from "../core/policy/rules.ts";
import { nonceText, tenantScope } from "./inputs.ts";
import { newRule } from "./policy.ts";
import { type MethodShape, returns } from "./shape.ts";
export const permissionMethods = {
  /** What is asked of the person now. Only the surface that asks sees it, and only it can answer. */
  "questions.list": {
    surfaces: ["approval"],
    input: z.strictObject({}),
    output: returns<readonly Question[]>(),
  },
  "questions.show": {
    surfaces: ["approval"],
    input: z.strictObject({ id: idOf("qst") }),
    output: returns<ShownQuestion>(),
  },
  /** Arguments as the person wants them sent; null: as the agent wrote them. It is shown anew. */
  "questions.revise": {
    surfaces: ["approval"],
    input: z.strictObject({
      id: idOf("qst"),
      nonce: nonceText,
      argumentsText: z
        .string()
        .max(4 * 1024 * 1024)
        .nullable(),
    }),
    output: returns<ShownQuestion>(),
  },
  "questions.hold": {
    surfaces: ["approval"],
    input: z.strictObject({ id: idOf("qst"), nonce: nonceText }),
    output: returns<Question>(),
  },
  "questions.answer": {
    surfaces: ["approval"],
    input: z.strictObject({
      id: idOf("qst"),
      nonce: nonceText,
      /** Of the bytes that were shown: a yes to a call is for these and no others. */
      hash: z
        .string()
        .regex(/^[0-9a-f]{1,64}$/)
        .optional(),
      verdict: z.discriminatedUnion("type", [
        z.strictObject({
          type: z.literal("allow"),
          lifetime: z.enum(LIFETIMES),
          scope: z.enum(SCOPES),
          fields: z.array(z.string().max(512)).max(MAX_FIELDS).readonly().optional(),
          atMost: z.number().int().min(1).max(MOST_CALLS).nullable().optional(),
          typed: z.string().max(1024).optional(),
          tools: z
            .array(z.strictObject({ name: z.string().max(1024), effect }))
            .max(2000)
            .readonly()
            .optional(),
        }),
        z.strictObject({ type: z.literal("deny") }),
        z.strictObject({ type: z.literal("deny-and-pause") }),
      ]),
    }),
    /** `url`: where the person signs in, after a yes to that; it opens by itself where the app has a browser. */
    output: returns<{ answered: true; url: string | null }>(),
  },
  "questions.waiting": {
    surfaces: ["app", "approval", "cli"],
    input: z.strictObject({}),
    output: returns<Waiting>(),
  },
  /** Brings the surface that asks to the front, or makes a link to it. */
  "questions.open": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<AskingPlace>(),
  },
  /** Asks about this agent again, although nobody answered before. */
  "questions.resume": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ agent: idOf("agt") }),
    output: returns<Waiting>(),
  },
  "grants.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly Grant[]>(),
  },
  "grants.revoke": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("grt") }),
    output: returns<{ revoked: true }>(),
  },
  "rules.list": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<readonly Rule[]>(),
  },
  /** A rule that allows something waits here until the person has agreed to it on the surface that asks. */
  "rules.add": {
    surfaces: ["app", "cli"],
    input: z.strictObject(newRule),
    output: returns<Rule>(),
  },
  /** One that denies or asks waits here for that, too: what it stops may be let through without it. */
  "rules.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("rule") }),
    output: returns<{ removed: true }>(),
  },
} as const satisfies Record<string, MethodShape>;
