// Policies of the person's own, beside the shipped one or in its place: a compiled bundle, or an OPA server.
import { z } from "zod";
import { idOf, instant, SLUG } from "../names.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Stands before the ids of its rules, and so must not look like a rule of the person's or a built-in one. */
export const policyName = z
  .string()
  .regex(SLUG, "must be 1 to 48 of a-z, 0-9 and '-'")
  .refine((name) => name !== "built-in", "this name is taken");

/** `join`: asked beside the others. `replace`: the shipped policy is not asked any more. */
export const policyMode = z.enum(["join", "replace"]);
export type PolicyMode = z.infer<typeof policyMode>;

/** Milliseconds that an OPA server has for its answer. */
export const serverTimeout = z.number().int().min(50).max(5000).default(500);

export const ownPolicySchema = z.strictObject({
  id: idOf("pol"),
  name: policyName,
  mode: policyMode,
  source: z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("bundle"),
      /** The name of the file that it came from. */
      origin: z.string().min(1).max(200),
      /** SHA-256 of the file that is kept of it in the data folder. */
      hash: sha256,
      /** Size of the compiled policy. */
      bytes: z.number().int().min(1),
    }),
    z.strictObject({
      type: z.literal("server"),
      /** OPA's Data API: `https://opa.example/v1/data/countersign/decision`. */
      url: z.url().max(2048),
      /** The bearer token, in the vault. */
      secret: idOf("sec").nullable(),
      timeoutMs: serverTimeout,
    }),
  ]),
  installedAt: instant,
});
export type OwnPolicy = z.infer<typeof ownPolicySchema>;

/** All of them are asked at each call. */
export const MOST_POLICIES = 4;
/** Secrets of policies belong to no tenant: a policy decides for all of them. */
export const POLICY_TENANT = "policies";

/** What is kept of a bundle: its parts in one file, so that one hash covers them. */
export interface KeptBundle {
  readonly wasm: Uint8Array;
  /** The bundle's own data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The source that it was compiled from here; null where it came compiled. */
  readonly rego: string | null;
}

/** A policy as a question and the policy page show it. */
export interface OwnPolicyView extends OwnPolicy {
  readonly rego: string | null;
}
