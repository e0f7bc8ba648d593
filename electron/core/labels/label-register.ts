// The labels that the person gave: a label more holds at once, a label less only after a yes in the window that asks.
import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";
import type { Questions } from "../permission/questions.ts";
import type { Store } from "../registry.ts";
import { FLOW_LABELS, type FlowLabel, labelsOf, type ToolLabels } from "./labels.ts";

export interface LabelPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly questions: Questions;
}

export interface LabelWish {
  readonly server: string;
  readonly tool: string | null;
  /** All labels that it shall have. */
  readonly labels: readonly FlowLabel[];
}

export type LabelRegister = ReturnType<typeof createLabelRegister>;

export function createLabelRegister({ store, clock, questions }: LabelPorts) {
  const own = (server: string, tool: string | null): readonly FlowLabel[] =>
    store.read("labels").find((one) => one.server === server && one.tool === tool)?.labels ?? [];

  /** Against what stands when it is written: meanwhile another label may have come, and it stays. */
  async function change(
    wish: LabelWish,
    tenant: string,
    more: readonly FlowLabel[],
    less: readonly FlowLabel[],
  ): Promise<void> {
    const { server, tool } = wish;
    await store.write("labels", (all) => {
      const before = all.find((one) => one.server === server && one.tool === tool)?.labels ?? [];
      const labels = FLOW_LABELS.filter(
        (label) => more.includes(label) || (before.includes(label) && !less.includes(label)),
      );
      const others = all.filter((one) => one.server !== server || one.tool !== tool);
      if (labels.length === 0) return others;
      const setAt = new Date(clock.now()).toISOString();
      return [...others, { tenant, server, tool, labels, setAt }];
    });
  }

  return {
    list: (tenant?: string): readonly ToolLabels[] =>
      store.read("labels").filter((one) => tenant === undefined || one.tenant === tenant),

    /** All labels of a tool as they stand now. */
    of: (serverId: string, tool: string): readonly FlowLabel[] =>
      labelsOf(store.read("labels"), serverId, tool),
    /** Whether a label stands for exactly this tool. */
    names: (serverId: string, tool: string): boolean => own(serverId, tool).length > 0,

    /**
     * Gives a tool, or a whole server, these labels and no others.
     * @throws Refusal `server_unknown`, `call_refused` (the person kept the labels), `question*`, `settings_*`
     */
    async set(wish: LabelWish, signal?: AbortSignal): Promise<readonly ToolLabels[]> {
      const found = store.read("servers").find(({ id }) => id === wish.server);
      if (found === undefined) throw new Refusal("server_unknown", { server: wish.server });
      const { tenant } = found;
      const before = own(wish.server, wish.tool);
      const more = wish.labels.filter((label) => !before.includes(label));
      const less = before.filter((label) => !wish.labels.includes(label));
      // What tightens does not wait for the answer about what loosens.
      if (more.length > 0) await change(wish, tenant, more, []);
      if (less.length > 0) {
        const { verdict } = await questions.ask(
          { kind: "labels", server: found.name, tool: wish.tool, removed: less },
          signal,
        );
        if (verdict.type !== "allow") throw new Refusal("call_refused", { tool: "this change" });
        await change(wish, tenant, [], less);
      }
      return this.list(tenant);
    },
  };
}
