// The contract's methods about the policy as a whole.
import { DEFAULT_TENANT } from "./core/names.ts";
import { readFaults } from "./core/policy/rego-faults.ts";
import { readRulesFile, writeRulesFile } from "./core/policy/rules-file.ts";
import { complaint } from "./core/sentences.ts";
import { Secret } from "./core/secret.ts";
import { checkRego } from "./host/policy/check.ts";
import { compileRego } from "./host/policy/compile.ts";
import { readBundle } from "./host/policy/bundle.ts";
import { shippedSource } from "./host/policy/engine.ts";
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
  const { rules, policies, learner } = ports.permission;
  const { rehearsals } = policies;
  const parties = () => ({ agents: store.read("agents"), servers: store.read("servers") });
  return {
    "policy.rehearse": async ({ change, last, days }) => {
      const span = { last, days };
      if (change.type !== "accept-proposal") return policies.rehearse(change, span, rules);
      return policies.rehearseRule((await learner.draft(change.id)).rule, span);
    },
    "policy.rehearsal": ({ id }) => rehearsals.get(id),
    "policy.cancelRehearsal": ({ id }) => rehearsals.cancel(id),
    "policy.inForce": async () => {
      const trouble = policies.trouble();
      return {
        hash: policies.policy.hash(),
        shipped: shippedSource,
        own: await policies.own.views(),
        trouble: trouble === null ? null : complaint(trouble),
      };
    },
    "policy.check": ({ rego }) => checkRego(rego, readFaults),
    "policy.install": async ({ name, mode, source, replaces }) => {
      if (source.type === "server") {
        const { url, token, timeoutMs } = source;
        const secret = token === undefined ? null : new Secret(token);
        const server = { type: "server", url, token: secret, timeoutMs } as const;
        return policies.own.install({ name, mode, source: server, replaces });
      }
      const bytes = Buffer.from(source.base64, "base64");
      const isSource = source.origin.endsWith(".rego");
      const bundle = isSource ? await compileRego(bytes.toString("utf8")) : readBundle(bytes);
      const { origin } = source;
      const file = { type: "bundle", origin, bundle } as const;
      return policies.own.install({ name, mode, source: file, replaces });
    },
    "policy.remove": async ({ id }) => {
      await policies.own.remove(id);
      return { removed: true };
    },
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
