// Runs and labels together: what a run has read, and whether a call would carry it out.
import type { Subject } from "../permission/subject.ts";
import type { Runs } from "../runs/runs.ts";
import { type FlowLabel, labelsOf, type ToolLabels } from "./labels.ts";
import { type Brought, trifectaOf } from "./trifecta.ts";

export type Flow = ReturnType<typeof createFlow>;

export function createFlow(ports: {
  readonly runs: Runs;
  /** As they stand now. */
  readonly labels: () => readonly ToolLabels[];
}) {
  const { runs } = ports;
  const of = (serverId: string, tool: string): readonly FlowLabel[] =>
    labelsOf(ports.labels(), serverId, tool);
  return {
    enter: runs.enter.bind(runs),
    labels: of,

    /** What brought each label, where this call would complete the three in its run; else null. */
    trifecta({ agent, server, tool, run }: Subject): readonly Brought[] | null {
      const own = of(server.id, tool);
      if (run == null || !own.includes("egress")) return null;
      return trifectaOf(own, runs.sentIn(agent.id, run.id), of);
    },
  };
}
