// The X-ray: the last flows, step by step, with secrets masked before they got here. In memory only: what a flow
// asked and heard is for the person who mends it now, and the journal keeps the facts that last.
import { remedyFor } from "./oauth/remedies.ts";
import type { FlowRecorder, FlowRule, FlowStep } from "./oauth/types.ts";

export interface Flow {
  readonly id: string;
  /** UTC milliseconds. */
  readonly at: number;
  readonly tenant: string;
  /** What it was for, in words people know. */
  readonly purpose: string;
  readonly steps: readonly FlowStep[];
  /** `remark`: it came to its end, and something in it could not be had, through nobody's fault. */
  readonly state: "running" | "ok" | "remark" | "failed";
}

/** Where a flow went wrong, and what to do about it. */
export interface FailedStep {
  readonly flow: string;
  /** Id of the step. */
  readonly step: string;
  /** The rule that decided; null where the step ended before anything could be checked. */
  readonly rule: Omit<FlowRule, "ok"> | null;
  /** How to mend it; null where only the refusal's own advice is known. */
  readonly mend: string | null;
}

/** The step at which a flow failed; null where it did not, or not in a step. */
export function failedStepOf(flow: Flow): FailedStep | null {
  const step =
    flow.state === "failed" ? flow.steps.findLast((s) => s.state === "failed") : undefined;
  if (step === undefined) return null;
  // Breaches that only inform may stand before it; the one that decides is the last that was checked.
  const last = step.rules.at(-1);
  if (last === undefined || last.ok)
    return { flow: flow.id, step: step.id, rule: null, mend: null };
  const { ok: _ok, ...rule } = last;
  return { flow: flow.id, step: step.id, rule, mend: remedyFor(rule.id) };
}

export interface Flows {
  begin(
    tenant: string,
    purpose: string,
  ): { readonly id: string; readonly recorder: FlowRecorder; end(ok: boolean | "remark"): void };
  get(id: string): Flow | undefined;
  /** Newest first. */
  list(tenant?: string): readonly Flow[];
}

const KEPT = 200;
/** A flow that polls (RFC 8628) repeats one step: the first and the newest are worth keeping. */
const STEPS_KEPT = 60;

export function createFlows(newId: () => string, now: () => number): Flows {
  const kept = new Map<
    string,
    { flow: Omit<Flow, "steps" | "state">; steps: FlowStep[]; state: Flow["state"] }
  >();
  const view = (entry: {
    flow: Omit<Flow, "steps" | "state">;
    steps: FlowStep[];
    state: Flow["state"];
  }): Flow => ({
    ...entry.flow,
    steps: [...entry.steps],
    state: entry.state,
  });
  return {
    begin(tenant, purpose) {
      const id = newId();
      const entry = {
        flow: { id, at: now(), tenant, purpose },
        steps: [] as FlowStep[],
        state: "running" as Flow["state"],
      };
      kept.set(id, entry);
      for (const old of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(old);
      }
      return {
        id,
        recorder: {
          step(step) {
            entry.steps.push(step);
            if (entry.steps.length > STEPS_KEPT) entry.steps.splice(STEPS_KEPT / 2, 1);
          },
        },
        end(ok) {
          entry.state = ok === "remark" ? ok : ok ? "ok" : "failed";
        },
      };
    },
    get(id) {
      const entry = kept.get(id);
      return entry === undefined ? undefined : view(entry);
    },
    list: (tenant) =>
      [...kept.values()]
        .filter((entry) => tenant === undefined || entry.flow.tenant === tenant)
        .reverse()
        .map(view),
  };
}
