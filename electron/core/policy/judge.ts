// What policies' answers come to. Deny beats ask beats allow; nothing said means ask; an answer that cannot be read,
// or none at all, means deny.
import { z } from "zod";
import type { Effect } from "./rules.ts";

/** What a policy engine must be able to do. It may throw or reject: that is a denial. */
export interface PolicyEngine {
  /** The policy's raw answer; undefined where the policy has none. A promise where it is not answered in this thread. */
  evaluate(input: unknown): unknown;
  /** SHA-256 of the policy and its data, hex. */
  readonly hash: () => string;
}

/** What one policy says: for each effect the ids of the rules that speak for it. */
export interface Says {
  readonly deny: readonly string[];
  readonly ask: readonly string[];
  readonly allow: readonly string[];
}

export interface Decision {
  readonly effect: Effect;
  /** Ids of the rules that spoke for this effect. */
  readonly rules: readonly string[];
  /** What policies elsewhere call this decision; left out where none does. */
  readonly marks?: readonly DecisionMark[];
}

/** By what a decision is found again in the decision log of the engine that made it. */
export interface DecisionMark {
  /** Name of the policy here. */
  readonly policy: string;
  /** OPA's `decision_id`; null where it keeps no decision log. */
  readonly decisionId: string | null;
  /** Revision of the bundle, or of each (`name=revision`), that it decided by; null where it has none. */
  readonly revision: string | null;
}

/** One of the policies that decide together. */
export interface PolicyPart {
  /** Stands before the ids of its rules; null for the policy that Countersign ships. */
  readonly name: string | null;
  readonly engine: PolicyEngine;
  /** What its raw answer says; null where it cannot be read. */
  readonly read: (answer: unknown) => Says | null;
  /** What it calls this answer; left out for a policy that decides here. */
  readonly mark?: (answer: unknown) => Omit<DecisionMark, "policy"> | null;
}

const ruleIds = z.array(z.string().min(1).max(128)).max(1000);
const answerSchema = z.strictObject({ deny: ruleIds, ask: ruleIds, allow: ruleIds });

/** Names of the decisions that no policy made. */
export const NOTHING_SAID = "built-in/nothing-said";
export const POLICY_FAILED = "built-in/policy-failed";

const FAILED: Decision = { effect: "deny", rules: [POLICY_FAILED] };

/** Reads the answer of the shipped policy: `{deny, ask, allow}`, each a list of rule ids, and nothing else. */
export function readSets(answer: unknown): Says | null {
  const read = answerSchema.safeParse(answer);
  return read.success ? read.data : null;
}

/** @param all what each policy says; null for one that failed, which is a denial whatever the others say */
export function weigh(all: readonly (Says | null)[]): Decision {
  const said = all.filter((one) => one !== null);
  if (said.length !== all.length || said.length === 0) return FAILED;
  for (const effect of ["deny", "ask", "allow"] as const) {
    const rules = said.flatMap((one) => one[effect]);
    if (rules.length > 0) return { effect, rules };
  }
  return { effect: "ask", rules: [NOTHING_SAID] };
}

/** @param answer of the shipped policy */
export const judge = (answer: unknown): Decision => weigh([readSets(answer)]);

/** A policy of the person's speaks under its own name: it cannot pass for a rule of theirs, or for a built-in one. */
function named(name: string | null, says: Says | null): Says | null {
  if (name === null || says === null) return says;
  const under = (ids: readonly string[]) => ids.map((id) => `${name}/${id}`);
  return { deny: under(says.deny), ask: under(says.ask), allow: under(says.allow) };
}

interface Told {
  readonly says: Says | null;
  readonly mark: DecisionMark | null;
}
const SILENT: Told = { says: null, mark: null };

function toldBy({ name, read, mark }: PolicyPart, answer: unknown): Told {
  const marked = mark?.(answer) ?? null;
  return {
    says: named(name, read(answer)),
    mark: marked === null ? null : { policy: name ?? "", ...marked },
  };
}

function ask(part: PolicyPart, input: unknown): Told | Promise<Told> {
  try {
    const answer = part.engine.evaluate(input);
    if (!(answer instanceof Promise)) return toldBy(part, answer);
    return answer.then(
      (value) => toldBy(part, value),
      () => SILENT,
    );
  } catch {
    return SILENT;
  }
}

function together(all: readonly Told[]): Decision {
  const decision = weigh(all.map(({ says }) => says));
  const marks = all.map(({ mark }) => mark).filter((mark) => mark !== null);
  return marks.length === 0 ? decision : { ...decision, marks };
}

/**
 * Asks all policies and weighs what they say. Never throws, never rejects. Answered in this thread (no promise) where
 * each of them is.
 */
export function decideAll(
  parts: readonly PolicyPart[],
  input: unknown,
): Decision | Promise<Decision> {
  const all = parts.map((part) => ask(part, input));
  if (!all.some((one) => one instanceof Promise)) return together(all as Told[]);
  return Promise.all(all.map(async (one) => one)).then(together);
}

/** Asks the shipped policy alone, which answers in this thread. Never throws. */
export function decide(engine: PolicyEngine, input: unknown): Decision {
  try {
    return judge(engine.evaluate(input));
  } catch {
    return FAILED;
  }
}
