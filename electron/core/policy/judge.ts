// What a policy's answer comes to. Deny beats ask beats allow; nothing said means ask; an answer that cannot be read,
// or none at all, means deny.
import { z } from "zod";
import type { Effect } from "./rules.ts";

/** What a policy engine must be able to do. It may throw: that is a denial. */
export interface PolicyEngine {
  /** The policy's raw answer; undefined where the policy has none. */
  evaluate(input: unknown): unknown;
  /** SHA-256 of the policy and its data, hex. */
  readonly hash: () => string;
}

export interface Decision {
  readonly effect: Effect;
  /** Ids of the rules that spoke for this effect. */
  readonly rules: readonly string[];
}

const ruleIds = z.array(z.string().min(1).max(128)).max(1000);
const answerSchema = z.strictObject({ deny: ruleIds, ask: ruleIds, allow: ruleIds });

/** Names of the decisions that no policy made. */
export const NOTHING_SAID = "built-in/nothing-said";
export const POLICY_FAILED = "built-in/policy-failed";

/** @param answer `{deny, ask, allow}`, each a list of the rules that say so */
export function judge(answer: unknown): Decision {
  const read = answerSchema.safeParse(answer);
  if (!read.success) return { effect: "deny", rules: [POLICY_FAILED] };
  for (const effect of ["deny", "ask", "allow"] as const) {
    if (read.data[effect].length > 0) return { effect, rules: read.data[effect] };
  }
  return { effect: "ask", rules: [NOTHING_SAID] };
}

/** Asks the engine and judges its answer. Never throws. */
export function decide(engine: PolicyEngine, input: unknown): Decision {
  try {
    return judge(engine.evaluate(input));
  } catch {
    return { effect: "deny", rules: [POLICY_FAILED] };
  }
}
