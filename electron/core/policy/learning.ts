// What is remembered about learning: since when and until when calls are watched, and which proposals the person put aside.
import { z } from "zod";
import { idOf, instant, slug } from "../names.ts";
import { identityOf, type Proposal, weightOf } from "./learn.ts";
import { toolPattern } from "./rules.ts";

const dismissedSchema = z.strictObject({
  effect: z.enum(["allow", "deny"]),
  tenant: slug,
  agent: idOf("agt"),
  server: idOf("srv"),
  tool: toolPattern,
  target: z.string().max(16_384).nullable(),
  fingerprint: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** How much spoke for it then. */
  weight: z.number().int().min(1),
  at: instant,
});
export type Dismissed = z.infer<typeof dismissedSchema>;

/** Proposals that are remembered as put aside: the oldest make room. */
export const MOST_DISMISSED = 300;

export const learningSchema = z.strictObject({
  /** Null where it was never begun. */
  span: z.strictObject({ from: instant, until: instant }).nullable(),
  dismissed: z.array(dismissedSchema).max(MOST_DISMISSED),
});
export type Learning = z.infer<typeof learningSchema>;

/** As it is remembered. */
export function dismissedOf(one: Proposal, now: number): Dismissed {
  const { effect, tenant, agent, server, tool, target, fingerprint } = one;
  const what = { effect, tenant, agent, server, tool, target, fingerprint };
  return { ...what, weight: weightOf(one), at: new Date(now).toISOString() };
}

/** Whether the person put it aside, and no more than twice as much speaks for it now. */
export const isDismissed = (one: Proposal, dismissed: readonly Dismissed[]): boolean =>
  dismissed.some(
    (before) => identityOf(before) === identityOf(one) && weightOf(one) < 2 * before.weight,
  );
