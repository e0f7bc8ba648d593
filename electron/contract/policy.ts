// The contract's methods about the policy as a whole: trying a change on what happened, and rules as a file.
import { z } from "zod";
import { idOf, label } from "../core/names.ts";
import type { RegoCheck } from "../core/policy/rego-faults.ts";
import type { Rehearsal } from "../core/policy/rehearsal.ts";
import type { InForceView } from "../contract-views.ts";
import { type OwnPolicy, policyMode, policyName, serverTimeout } from "../core/policy/own.ts";
import { effect, toolPattern } from "../core/policy/rules.ts";
import { secretText, tenantScope } from "./inputs.ts";
import { type MethodShape, returns } from "./shape.ts";

/** What a person gives to make a rule. */
export const newRule = {
  ...tenantScope,
  effect,
  agent: idOf("agt").nullable().default(null),
  server: idOf("srv").nullable().default(null),
  tool: toolPattern.nullable().default(null),
  note: label.nullable().default(null),
};
/** A rules file: its text. */
const rulesFile = { ...tenantScope, text: z.string().max(512 * 1024) };

/** One file of Rego. */
const rego = z.string().max(256 * 1024);
/** A policy whose place a new one takes. */
const replaces = idOf("pol").optional();

const change = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("add-rule"), ...newRule }),
  z.strictObject({ type: z.literal("remove-rule"), id: idOf("rule") }),
  z.strictObject({ type: z.literal("import-rules"), ...rulesFile }),
  z.strictObject({ type: z.literal("remove-policy"), id: idOf("pol") }),
  /** With the rule that a proposal of learning would make. */
  z.strictObject({ type: z.literal("accept-proposal"), id: idOf("prp") }),
  z.strictObject({ type: z.literal("install-policy"), mode: policyMode, rego, replaces }),
]);
export type RehearsedChange = Exclude<z.output<typeof change>, { type: "accept-proposal" }>;

export const policyMethods = {
  /** Begins to try a change on the newest calls of the journal; `rehearsal` events and policy.rehearsal tell of it. */
  "policy.rehearse": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      change,
      last: z.number().int().min(1).max(100_000).default(10_000),
      days: z.number().int().min(1).max(3650).nullable().default(null),
    }),
    output: returns<Rehearsal>(),
  },
  "policy.rehearsal": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("reh") }),
    output: returns<Rehearsal>(),
  },
  "policy.cancelRehearsal": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("reh") }),
    output: returns<Rehearsal>(),
  },
  /** Which policies decide now. Nothing in it is secret. */
  "policy.inForce": {
    surfaces: ["app", "cli"],
    input: z.strictObject({}),
    output: returns<InForceView>(),
  },
  /** What is wrong with Rego that is being written, by `opa` where it is on this machine. Nothing of it is kept. */
  "policy.check": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ rego }),
    output: returns<RegoCheck>(),
  },
  /** Loads a policy, tries it on past calls, and waits for the person's yes on the surface that asks. */
  "policy.install": {
    surfaces: ["app", "cli"],
    input: z.strictObject({
      name: policyName,
      mode: policyMode,
      replaces,
      source: z.discriminatedUnion("type", [
        z.strictObject({
          type: z.literal("file"),
          /** Its name, to be shown. */
          origin: label.max(200),
          /** An OPA bundle, policy.wasm or Rego source. */
          base64: z
            .base64()
            .min(1)
            .max(900 * 1024),
        }),
        z.strictObject({
          type: z.literal("server"),
          url: z.url().max(2048),
          token: secretText.optional(),
          timeoutMs: serverTimeout,
        }),
      ]),
    }),
    output: returns<OwnPolicy>(),
  },
  /** Waits for the person's yes, too: what the policy denied may be let through without it. */
  "policy.remove": {
    surfaces: ["app", "cli"],
    input: z.strictObject({ id: idOf("pol") }),
    output: returns<{ removed: true }>(),
  },
  "rules.export": {
    surfaces: ["app", "cli"],
    input: z.strictObject(tenantScope),
    output: returns<{ text: string; leftOut: number }>(),
  },
  /** Adds what is not there yet. Rules that allow something are shown in one question, and this waits for its answer. */
  "rules.import": {
    surfaces: ["app", "cli"],
    input: z.strictObject(rulesFile),
    output: returns<{ added: number; there: number }>(),
  },
} as const satisfies Record<string, MethodShape>;
