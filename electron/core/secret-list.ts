// Which secrets the registries point to. An account's grant is not among the lasting ones: its refresh token changes
// under the same address, and no server and no agent is ever sent it.
import { certificateSecret } from "./certificate-register.ts";
import { issuerSecrets } from "./issuer-register.ts";
import { actorKeyRef } from "./oauth/keeping/actor-keys.ts";
import { policySecret } from "./policy/own-register.ts";
import type { DocumentName, Store } from "./registry.ts";
import { secretsOf } from "./server-register.ts";
import type { SecretRef } from "./vault.ts";

/** Secrets whose value never changes under their address. */
export const lastingSecrets = (store: Pick<Store, "read">): SecretRef[] => [
  ...store.read("servers").flatMap(secretsOf),
  ...store.read("issuers").flatMap(issuerSecrets),
  ...store.read("certificates").map(certificateSecret),
  ...store.read("actors").map(actorKeyRef),
  ...store.read("policies").flatMap(policySecret),
];

const SOURCES = [
  "servers",
  "issuers",
  "certificates",
  "actors",
  "policies",
] as const satisfies DocumentName[];

/** One tenant's lasting secrets: the same list until one of the documents changes, for it is asked for at every call. */
export function secretsOfTenant(
  store: Pick<Store, "read">,
): (tenant: string) => readonly SecretRef[] {
  let seen: readonly unknown[] = [];
  const lists = new Map<string, readonly SecretRef[]>();
  return (tenant) => {
    if (SOURCES.some((name, i) => store.read(name) !== seen[i])) {
      seen = SOURCES.map((name) => store.read(name));
      lists.clear();
    }
    let list = lists.get(tenant);
    if (list === undefined) {
      list = lastingSecrets(store).filter((ref) => ref.tenant === tenant);
      lists.set(tenant, list);
    }
    return list;
  };
}
