// Whether a call would complete what lets a stranger's text carry private data out ("lethal trifecta": private data,
// untrusted content, a way out, within one run; threat 45).
import type { SentTo } from "../runs/runs.ts";
import { FLOW_LABELS, type FlowLabel } from "./labels.ts";

/** The rule that asks then, whatever other rules and grants allow. */
export const LETHAL_TRIFECTA = "built-in/lethal-trifecta";

/** Who brought a label into the run: an earlier call, or this one. */
export interface Brought {
  readonly label: FlowLabel;
  /** The call that was the first to bring it; null for the call that is asked about. */
  readonly by: {
    readonly server: string;
    readonly tool: string;
    /** UTC instant. */
    readonly at: string;
  } | null;
}

/**
 * @param own labels of the call that is to be made
 * @param earlier what its run sent calls to, first call first
 * @param labels of a tool, as they stand now: one that was set a moment ago counts for what was read before it
 * @returns what brought each label, or null where the call does not complete the three
 */
export function trifectaOf(
  own: readonly FlowLabel[],
  earlier: readonly SentTo[],
  labels: (serverId: string, tool: string) => readonly FlowLabel[],
): readonly Brought[] | null {
  if (!own.includes("egress")) return null;
  const first = new Map<FlowLabel, SentTo>();
  for (const sent of earlier) {
    for (const label of labels(sent.server.id, sent.tool)) {
      if (!first.has(label)) first.set(label, sent);
    }
  }
  if (!(["private", "untrusted"] as const).every((l) => own.includes(l) || first.has(l))) {
    return null;
  }
  return FLOW_LABELS.map((label) => {
    const sent = label === "egress" ? undefined : first.get(label);
    return {
      label,
      by:
        sent === undefined
          ? null
          : {
              server: sent.server.name,
              tool: sent.tool,
              at: new Date(sent.at).toISOString(),
            },
    };
  });
}
