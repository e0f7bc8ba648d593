// The tools of one tenant, found by name and by looks.
import type { Server } from "../servers.ts";
import type { ServerPins } from "./document.ts";
import type { Neighbours } from "./flags.ts";
import { skeleton } from "./flags/confusables.ts";

interface Place {
  readonly server: string;
  readonly tool: string;
}

/**
 * Answers for the tools that are pinned now; put together once for each state of the document.
 * @param servers of any tenant
 */
export function createNeighbours(ports: {
  readonly servers: () => readonly Server[];
  readonly pins: () => readonly ServerPins[];
}) {
  let made: {
    readonly from: readonly ServerPins[];
    readonly servers: readonly Server[];
    readonly tenants: Map<string, { names: Map<string, Place[]>; looks: Map<string, Place[]> }>;
  } | null = null;

  function index() {
    const from = ports.pins();
    const all = ports.servers();
    if (made?.from === from && made.servers === all) return made.tenants;
    const tenants: NonNullable<typeof made>["tenants"] = new Map();
    const servers = new Map(all.map((server) => [server.id, server]));
    for (const one of from) {
      const server = servers.get(one.server);
      if (server === undefined) continue;
      const tenant = tenants.get(server.tenant) ?? { names: new Map(), looks: new Map() };
      tenants.set(server.tenant, tenant);
      for (const { name } of one.tools) {
        const place = { server: server.name, tool: name };
        put(tenant.names, name, place);
        put(tenant.looks, skeleton(name), place);
      }
    }
    made = { from, servers: all, tenants };
    return tenants;
  }

  return (tenant: string): Neighbours => {
    const of = index().get(tenant);
    return {
      owners(tool) {
        return (of?.names.get(tool) ?? []).map(({ server }) => server);
      },
      looksLike: (looks) => of?.looks.get(looks) ?? [],
    };
  };
}

function put(map: Map<string, Place[]>, key: string, place: Place): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [place]);
  else list.push(place);
}
