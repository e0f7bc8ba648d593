// What a schema of one entry cannot see: two entries that claim the same thing.
import type { DocumentName, Documents } from "../../core/registry.ts";

/** Where the second claimant stands in the document, and why it cannot stay. */
export interface Clash {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

type Claim<T> = readonly [field: string, why: string, key: (entry: T) => string];

function firstClash<T>(entries: readonly T[], claims: readonly Claim<T>[]): Clash | null {
  for (const [field, why, key] of claims) {
    const seen = new Set<string>();
    for (const [index, entry] of entries.entries()) {
      const value = key(entry);
      if (seen.has(value)) return { path: [index, field], reason: why };
      seen.add(value);
    }
  }
  return null;
}

// NUL cannot stand in a tenant or a name: two different pairs never make the same text.
const within = (tenant: string, name: string): string => `${tenant}\0${name}`;

const CHECKS: { readonly [N in DocumentName]: (document: Documents[N]) => Clash | null } = {
  settings: () => null,
  tenants: (all) => firstClash(all, [["id", "another tenant has this id", (t) => t.id]]),
  agents: (all) =>
    firstClash(all, [
      ["id", "another agent has this id", (a) => a.id],
      ["name", "another agent of this tenant has this name", (a) => within(a.tenant, a.name)],
      // Whoever holds the credential would be two agents at once.
      ["credentialHash", "another agent has this credential", (a) => a.credentialHash],
    ]),
  consents: (all) =>
    firstClash(all, [
      ["id", "another consent has this id", (c) => c.id],
      ["server", "another consent is for this agent and server", (c) => `${c.agent} ${c.server}`],
    ]),
  rules: (all) => firstClash(all, [["id", "another rule has this id", (r) => r.id]]),
  policies: (all) =>
    firstClash(all, [
      ["id", "another policy has this id", (p) => p.id],
      ["name", "another policy has this name", (p) => p.name],
    ]),
  learning: () => null,
  updates: () => null,
  connections: (all) =>
    firstClash(all, [["assistant", "this assistant stands in it twice", (c) => c.assistant]]),
  labels: (all) =>
    firstClash(all, [
      ["tool", "this tool has labels already", (l) => within(l.server, l.tool ?? "")],
    ]),
  programs: (all) =>
    firstClash(all, [
      ["path", "this program of the agent is listed already", (p) => `${p.agent}\0${p.path ?? ""}`],
    ]),
  pins: (all) =>
    firstClash(all, [["server", "the tools of this server are there", (p) => p.server]]),
  servers: (all) =>
    firstClash(all, [
      ["id", "another server has this id", (s) => s.id],
      ["name", "another server of this tenant has this name", (s) => within(s.tenant, s.name)],
    ]),
  apis: (all) =>
    firstClash(all, [
      ["server", "something was imported for this server already", (a) => a.server],
    ]),
  issuers: (all) =>
    firstClash(all, [
      ["id", "another issuer has this id", (i) => i.id],
      ["name", "another issuer of this tenant has this name", (i) => within(i.tenant, i.name)],
    ]),
  accounts: (all) => firstClash(all, [["id", "another account has this id", (a) => a.id]]),
  certificates: (all) =>
    firstClash(all, [
      ["id", "another certificate has this id", (c) => c.id],
      ["key", "another certificate has this key", (c) => c.key],
    ]),
  actors: (all) => firstClash(all, [["kid", "another agent has this key", (a) => a.kid]]),
};

export const clashIn = <N extends DocumentName>(name: N, document: Documents[N]): Clash | null =>
  CHECKS[name](document);
