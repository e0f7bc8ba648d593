// Tools that changed since a person agreed to them: no agent gets them, and somebody has to look.
import { targetOf } from "../policy/input.ts";
import type { Store } from "../registry.ts";

export interface WaitingTools {
  /** Its id. */
  readonly server: string;
  /** How many. */
  readonly changed: number;
  /** The first few names; text of the server. */
  readonly tools: readonly string[];
}

const FEW = 3;

/** Servers with such tools, those with most first. What was known of a server's earlier address counts no more. */
export function waitingTools(store: Pick<Store, "read">, tenant?: string): WaitingTools[] {
  const pins = new Map(store.read("pins").map((one) => [one.server, one]));
  return store
    .read("servers")
    .filter((server) => tenant === undefined || server.tenant === tenant)
    .flatMap((server) => {
      const known = pins.get(server.id);
      if (known === undefined || known.target !== targetOf(server)) return [];
      const changed = known.tools.filter(({ standing }) => standing === "changed");
      if (changed.length === 0) return [];
      const tools = changed.slice(0, FEW).map(({ name }) => name);
      return [{ server: server.id, changed: changed.length, tools }];
    })
    .sort((a, b) => b.changed - a.changed);
}
