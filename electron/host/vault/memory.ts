// Secrets in this process only: they are gone when it ends. A named choice, never a fall-back.
import type { Secret } from "../../core/secret.ts";
import type { Vault } from "../../core/vault.ts";
import { addressOf } from "./address.ts";

export interface MemoryVault extends Vault {
  readonly kind: "memory";
  /** Forgets everything. */
  clear(): void;
}

export function createMemoryVault(): MemoryVault {
  const secrets = new Map<string, Secret>();
  return {
    kind: "memory",
    get: async (ref) => secrets.get(addressOf(ref)),
    set: async (ref, value) => void secrets.set(addressOf(ref), value),
    delete: async (ref) => secrets.delete(addressOf(ref)),
    clear: () => secrets.clear(),
  };
}
