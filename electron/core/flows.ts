// The X-ray: the last flows, step by step, with secrets masked before they got here. In memory only: what a flow
// asked and heard is for the person who mends it now, and the journal keeps the facts that last.
import type { FlowRecorder, FlowStep } from "./oauth/types.ts";

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
