// Rules that the person made: data for the policy, never code. An `allow` is made only by a verdict of the person.
import { z } from "zod";
import { idOf, instant, label, slug } from "../names.ts";

export const effect = z.enum(["allow", "ask", "deny"]);
export type Effect = z.infer<typeof effect>;

/** A tool's name with `*` and `?` as in a shell. Everything else stands for itself. */
export const toolPattern = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^[\]{}!\\\p{Cc}]+$/u, "use a tool's name; only * and ? have a meaning of their own");

export const ruleSchema = z.strictObject({
  id: idOf("rule"),
  tenant: slug,
  effect,
  /** Null: every agent of the tenant. */
  agent: idOf("agt").nullable(),
  /** Null: every server of the tenant. */
  server: idOf("srv").nullable(),
  /**
   * The server's address or command when the rule was made: a server that is pointed elsewhere is not the one that
   * was meant. Null where the rule is for every server, or denies.
   */
  target: z.string().max(16_384).nullable(),
  /** Null: every tool. */
  tool: toolPattern.nullable(),
  /**
   * SHA-256 of the tool's definition that it was made for, hex: another definition is another tool. Null, or left out in
   * rules of before: whatever the tool says of itself.
   */
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .optional(),
  note: label.nullable(),
  createdAt: instant,
});
export type Rule = z.infer<typeof ruleSchema>;
