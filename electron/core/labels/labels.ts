// Flow labels: what a tool does with what an agent knows. Three together in one run make a leak: private data read,
// text of strangers read (which may tell the agent what to do), and something sent out.
import { z } from "zod";
import { idOf, instant, slug } from "../names.ts";

/** `private`: reads private data. `untrusted`: reads what strangers wrote. `egress`: sends something out. */
export const FLOW_LABELS = ["private", "untrusted", "egress"] as const;
export const flowLabel = z.enum(FLOW_LABELS);
export type FlowLabel = z.infer<typeof flowLabel>;

export const toolName = z.string().min(1).max(1024);

/** What the person said of one tool of a server, or of the whole server. */
export const labelsSchema = z.strictObject({
  tenant: slug,
  /**
   * By id alone: a label only ever raises the alarm, so that it follows the server wherever it is pointed to, as a
   * rule that denies does.
   */
  server: idOf("srv"),
  /** Its exact name. Null: every tool of the server, later ones too. */
  tool: toolName.nullable(),
  labels: z.array(flowLabel).min(1).max(FLOW_LABELS.length),
  setAt: instant,
});
export type ToolLabels = z.infer<typeof labelsSchema>;

/** All labels of a tool: its own, and those of its whole server. In the order of FLOW_LABELS. */
export function labelsOf(
  all: readonly ToolLabels[],
  serverId: string,
  tool: string | null,
): readonly FlowLabel[] {
  const found = new Set<FlowLabel>();
  for (const one of all) {
    if (one.server !== serverId || (one.tool !== null && one.tool !== tool)) continue;
    for (const label of one.labels) found.add(label);
  }
  return FLOW_LABELS.filter((label) => found.has(label));
}
