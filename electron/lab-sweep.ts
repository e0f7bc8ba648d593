// Takes the practice company away: after a run, and at every start, for what a crash left. Everything goes through
// its register, so that what was opened, kept or stored on its strength goes with it.
import type { AgentRegister } from "./core/agent-register.ts";
import type { CertificateRegister } from "./core/certificate-register.ts";
import type { IssuerRegister } from "./core/issuer-register.ts";
import type { Store } from "./core/registry.ts";
import type { ServerRegister } from "./core/server-register.ts";

/** Everything of the practice company carries this tenant, and nothing else may. */
export const LAB_TENANT = "lab";

export interface SweepPorts {
  readonly store: Store;
  readonly agents: AgentRegister;
  readonly servers: ServerRegister;
  readonly issuers: IssuerRegister;
  readonly certificates: CertificateRegister;
  /** Drops an account with its grant and its tokens; its issuer is gone and is told nothing. */
  readonly dropAccount: (id: string) => Promise<void>;
  /** Drops the keys that were made to sign for this agent. */
  readonly agentRemoved: (agentId: string) => Promise<void>;
}

/**
 * What is used goes after what uses it, and agents go first: nobody may call while the rest is taken down.
 * Does nothing, and writes nothing, where there is nothing. Safe to repeat after it was broken off.
 * @throws Refusal `settings_*`, `vault_*`
 */
export async function sweepLab(ports: SweepPorts): Promise<void> {
  const { store, agents, servers, issuers, certificates } = ports;
  for (const { id } of agents.list(LAB_TENANT)) await agents.remove(id);
  for (const { id } of servers.list(LAB_TENANT)) await servers.remove(id);
  for (const { id } of ours(store.read("accounts"))) await ports.dropAccount(id);
  for (const { id } of issuers.list(LAB_TENANT)) await issuers.remove(id);
  for (const { id } of certificates.list(LAB_TENANT)) await certificates.remove(id);
  // Asked for by their agents, which may be gone already.
  const signers = new Set(ours(store.read("actors")).map(({ agent }) => agent));
  for (const agent of signers) await ports.agentRemoved(agent);
  if (store.read("tenants").some(({ id }) => id === LAB_TENANT)) {
    await store.write("tenants", (all) => all.filter(({ id }) => id !== LAB_TENANT));
  }
}

const ours = <T extends { readonly tenant: string }>(all: readonly T[]): readonly T[] =>
  all.filter(({ tenant }) => tenant === LAB_TENANT);
