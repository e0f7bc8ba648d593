// The contract's methods about the policy as a whole.
import { DEFAULT_TENANT } from "./core/names.ts";
import { readRulesFile, writeRulesFile } from "./core/policy/rules-file.ts";
import type { Store } from "./core/registry.ts";
import type { PermissionRooms } from "./permission-rooms.ts";
import type { Handlers } from "./surface.ts";

export interface PolicyHandlerPorts {
  readonly store: Store;
  readonly permission: PermissionRooms;
}

/** @param known throws for a tenant that is not there */
export function policyHandlers(
  ports: PolicyHandlerPorts,
  known: (tenant: string | undefined) => void,
) {
  const { store } = ports;
  const { rules, policies } = ports.permission;
  const { rehearsals } = policies;
  const parties = () => ({ agents: store.read("agents"), servers: store.read("servers") });
  return {
    "policy.rehearse": ({ change, last, days }) => policies.rehearse(change, { last, days }, rules),
    "policy.rehearsal": ({ id }) => rehearsals.get(id),
    "policy.cancelRehearsal": ({ id }) => rehearsals.cancel(id),
    "rules.export": ({ tenant = DEFAULT_TENANT }) => {
      known(tenant);
      return writeRulesFile(rules.list(tenant), parties());
    },
    "rules.import": async ({ tenant = DEFAULT_TENANT, text }) => {
      known(tenant);
      const wishes = readRulesFile(text, tenant, parties());
      const added = await rules.addAll(wishes);
      return { added: added.length, there: wishes.length - added.length };
    },
  } satisfies Partial<Handlers>;
}
