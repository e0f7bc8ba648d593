// The vault port: where secrets live. Three hosts implement it (OS keychain, sealed file, memory).
import type { Secret } from "./secret.ts";

export type VaultKind = "keychain" | "file" | "memory";

/** A secret's address. Tenant first: a lookup can never leave its tenant by accident. */
export interface SecretRef {
  readonly tenant: string;
  /** `sec_…` */
  readonly id: string;
}

/**
 * `ready`: reads and writes work. `locked`: it is there, and a person must unlock it.
 * `unavailable`: it is not there or does not answer. `unchosen`: the person has not picked one yet.
 */
export interface VaultStatus {
  readonly kind: VaultKind | null;
  readonly state: "ready" | "locked" | "unavailable" | "unchosen";
  /** Short technical reason for people who mend machines; holds no secret. */
  readonly reason: string | null;
  /** Whether the OS keychain answered the last probe: what the choice screen needs to know. */
  readonly keychain: "ready" | "locked" | "unavailable" | "not-probed";
  /** Why it did not; null where it did, or was not asked. Its own: `reason` is the chosen place's. */
  readonly keychainReason: string | null;
  /** Whether a sealed file exists already, so that it is unlocked rather than made. */
  readonly sealedFile: boolean;
}

/**
 * Errors, all of them Refusals: `vault_locked`, `vault_unavailable`, `vault_slow` (no answer in time),
 * `vault_write_unverified` (what was read back is not what was written), `vault_file_broken`,
 * `vault_not_chosen`. A missing secret is `undefined`, never an error: "missing" is not "unavailable".
 */
export interface Vault {
  readonly kind: VaultKind;
  get(ref: SecretRef): Promise<Secret | undefined>;
  set(ref: SecretRef, value: Secret): Promise<void>;
  /** True if there was one. */
  delete(ref: SecretRef): Promise<boolean>;
}
