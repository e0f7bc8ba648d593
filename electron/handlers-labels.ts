// The contract's methods about flow labels.
import type { LabelsView } from "./contract.ts";
import type { Journal } from "./core/journal.ts";
import type { LabelRegister } from "./core/labels/label-register.ts";
import { suggestLabels } from "./core/labels/suggest.ts";
import type { Store } from "./core/registry.ts";
import type { Handlers } from "./surface.ts";

export interface LabelHandlerPorts {
  readonly store: Store;
  readonly journal: Journal;
  readonly permission: { readonly labels: LabelRegister };
}

/** Newest calls that are looked through for tools. */
const LOOK_BACK = 500;

/** @param known throws for a tenant that is not there */
export function labelHandlers(
  ports: LabelHandlerPorts,
  known: (tenant: string | undefined) => void,
) {
  const { store, journal } = ports;
  const { labels } = ports.permission;

  /** Tools that a label stands for, those that their servers list, and those that were called lately. */
  function view(tenant: string | undefined): LabelsView {
    const set = labels.list(tenant);
    const servers = store
      .read("servers")
      .filter((one) => tenant === undefined || one.tenant === tenant);
    const { rows } = journal.search({ tenant, limit: LOOK_BACK });
    const tools = new Map<string, { server: string; tool: string | null }>();
    const note = (server: string, tool: string | null): void =>
      void tools.set(`${server} ${tool ?? ""}`, { server, tool });
    for (const { id } of servers) note(id, null);
    for (const row of rows) {
      const isHere = servers.some(({ id }) => id === row.serverId);
      if (isHere && row.serverId !== null && row.tool !== null) note(row.serverId, row.tool);
    }
    for (const { server, tools: listed } of store.read("pins")) {
      if (!servers.some(({ id }) => id === server)) continue;
      for (const { name } of listed) if (name !== "") note(server, name);
    }
    for (const one of set) note(one.server, one.tool);
    return {
      labels: set,
      tools: [...tools.values()].map(({ server, tool }) => ({
        server,
        tool,
        suggested:
          tool === null
            ? suggestLabels(servers.find(({ id }) => id === server)?.name ?? "")
            : suggestLabels(tool),
      })),
    };
  }

  return {
    "labels.list": ({ tenant }) => {
      known(tenant);
      return view(tenant);
    },
    "labels.set": async (wish) => {
      const [first] = await labels.set(wish);
      return view(first?.tenant);
    },
  } satisfies Partial<Handlers>;
}
