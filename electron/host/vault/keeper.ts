// The one vault that the app holds. It owns the choice of where secrets lie, and never makes it by itself
// unless the OS keychain works: anything else is said to the person, who picks.
import { existsSync } from "node:fs";
import { Refusal } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { SecretRef, Vault, VaultKind, VaultStatus } from "../../core/vault.ts";
import { createKeychainVault, type KeychainHealth } from "./keychain.ts";
import type { Keytar } from "./keychain-access.ts";
import { createMemoryVault } from "./memory.ts";
import { copySecrets } from "./move-secrets.ts";
import { createSealedFileVault } from "./sealed-file.ts";
import type { Cost } from "./sealed-format.ts";

export interface VaultKeeperOptions {
  /** `settings.installation` */
  readonly installation: string;
  /** `settings.vault` */
  readonly stored: VaultKind | null;
  /** `--vault`: for this run, not recorded. */
  readonly override?: VaultKind | undefined;
  /** Where the sealed file lies or would lie. */
  readonly sealedFile: string;
  /** Writes the choice into the settings. */
  readonly record: (kind: VaultKind) => Promise<void>;
  /** Every secret that a registry points to: what is moved when another vault is chosen. */
  readonly knownRefs: () => readonly SecretRef[] | Promise<readonly SecretRef[]>;
  readonly log?: Log;
  readonly keychain?: { readonly timeoutMs?: number; readonly load?: () => Promise<Keytar> };
  readonly cost?: Cost;
}

/** Also a `Vault`: its methods wait until `start` is through, then throw what the status says. */
export interface VaultKeeper extends Vault {
  /** @throws Refusal `vault_not_chosen` while there is none */
  readonly kind: VaultKind;
  /** Opens the chosen vault, or finds out whether the keychain can be it. Never throws a Refusal of the vault. */
  start(): Promise<VaultStatus>;
  status(): VaultStatus;
  /** Looks at the keychain again: a person has installed or unlocked it. */
  probe(): Promise<VaultStatus>;
  /**
   * Makes this the vault from now on. Secrets in a vault that is ready are moved (all or none); of one that
   * does not answer they stay where they are. Choosing `memory` leaves them there too: nothing is lost by it.
   * `file` opens the sealed file that exists, or makes one.
   * @throws Refusal any of the vault's; `input_invalid` where a passphrase is missing. Then nothing has changed.
   */
  choose(kind: VaultKind, passphrase?: string): Promise<VaultStatus>;
  /** Opens the sealed file. @throws Refusal `vault_passphrase_wrong`, `vault_file_broken`, `not_applicable`, … */
  unlock(passphrase: string): Promise<VaultStatus>;
  /** Closes the sealed file. @throws Refusal `not_applicable` for another vault: the keychain is the system's to lock */
  lock(): Promise<VaultStatus>;
  watch(listener: (status: VaultStatus) => void): () => void;
  /**
   * Forgets keys and secrets. `stuck`: a keychain call sits in its thread, and `process.exit` would wait for
   * it for ever; such a process must end by a signal to itself.
   */
  close(): Promise<{ readonly stuck: boolean }>;
}

export function createVaultKeeper(options: VaultKeeperOptions): VaultKeeper {
  const { installation, sealedFile, record, knownRefs, log, cost } = options;
  const keychain = createKeychainVault({ installation, ...options.keychain });
  const file = createSealedFileVault({ file: sealedFile, ...(cost && { cost }) });
  const memory = createMemoryVault();
  const vaults = { keychain, file, memory };
  const listeners = new Set<(status: VaultStatus) => void>();
  let kind: VaultKind | null = options.override ?? options.stored;
  let shown = "";
  /** Changes of the choice and of the contents, one after the other. */
  let tail: Promise<unknown> = Promise.resolve();
  let starting: Promise<VaultStatus> | null = null;
  const unwatch = keychain.watch(() => tell());

  function status(): VaultStatus {
    const { state: health, reason: keychainReason } = keychain.health();
    const base = { kind, keychain: health, keychainReason, sealedFile: existsSync(sealedFile) };
    return { ...base, ...stateOf(kind) };
  }

  function stateOf(kind: VaultKind | null): Pick<VaultStatus, "state" | "reason"> {
    if (kind === null) return { state: "unchosen", reason: whyUnchosen(keychain.health()) };
    if (kind === "memory") return { state: "ready", reason: null };
    if (kind === "keychain") {
      const { state, reason } = keychain.health();
      if (state !== "not-probed") return { state, reason };
      return { state: "unavailable", reason: "it has not been tried yet" };
    }
    const state = file.state();
    if (state !== "absent") return { state, reason: null };
    return { state: "unavailable", reason: file.missing };
  }

  function whyUnchosen({ state, reason }: KeychainHealth): string | null {
    if (state === "not-probed") return null;
    return state === "ready"
      ? "a sealed file is there already"
      : `the keychain: ${reason ?? state}`;
  }

  function tell(): void {
    const now = status();
    const text = JSON.stringify(now);
    if (text === shown) return;
    shown = text;
    for (const listener of listeners) listener(now);
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = tail.then(work).finally(tell);
    tail = turn.catch(() => undefined);
    return turn;
  }

  /** With a sealed file there, somebody has chosen before: a lost setting must not send keys elsewhere. */
  async function probeAndMaybeUse(): Promise<void> {
    const health = await keychain.probe();
    if (kind !== null || health.state !== "ready" || existsSync(sealedFile)) return;
    try {
      // Recorded first: where the settings cannot be written, or are broken and so name no installation, nothing
      // is chosen, and no key can be stored where it would not be found again.
      await record("keychain");
      kind = "keychain";
    } catch (error) {
      log?.error("vault.choice", error);
    }
  }

  function start(): Promise<VaultStatus> {
    starting ??= inTurn(async () => {
      if (kind === null || kind === "keychain") await probeAndMaybeUse();
      return status();
    });
    return starting;
  }

  /** Opening and closing are the sealed file's alone. */
  function notTheFile(kind: VaultKind | null): Refusal {
    if (kind === null) return new Refusal("vault_not_chosen");
    const reason = `secrets are kept in ${kind === "memory" ? "memory" : "the keychain"}, and only a sealed file is opened and closed by a passphrase`;
    const instead =
      kind === "memory"
        ? "To keep them in a sealed file: countersign vault choose file."
        : "The keychain is locked and unlocked with your system's own dialog.";
    return new Refusal("not_applicable", { reason, instead });
  }

  async function chosen(): Promise<Vault> {
    await start();
    if (kind === null) throw new Refusal("vault_not_chosen");
    return vaults[kind];
  }

  /** Makes the vault usable. Returns how to take that back. */
  async function ready(
    wanted: VaultKind,
    passphrase: string | undefined,
  ): Promise<() => Promise<void>> {
    const nothing = async (): Promise<void> => {};
    if (wanted === "memory") return nothing;
    if (wanted === "keychain") {
      const { state, reason } = await keychain.probe();
      if (state === "ready") return nothing;
      if (state === "locked") throw new Refusal("vault_locked");
      throw new Refusal("vault_unavailable", { reason: reason ?? "no answer" });
    }
    if (passphrase === undefined) {
      throw new Refusal("input_invalid", { reason: "a sealed file needs a passphrase" });
    }
    const was = file.state();
    if (was === "absent") {
      await file.make(passphrase);
      return () => file.unmake();
    }
    await file.unlock(passphrase);
    return was === "ready" ? nothing : async () => file.lock();
  }

  async function choose(wanted: VaultKind, passphrase?: string): Promise<void> {
    const undoReady = await ready(wanted, passphrase);
    const from = kind !== null && kind !== wanted && stateOf(kind).state === "ready" ? kind : null;
    const refs = from === null ? [] : await knownRefs();
    try {
      const copied = from === null ? null : await copySecrets(vaults[from], vaults[wanted], refs);
      try {
        await record(wanted);
      } catch (error) {
        await copied?.undo();
        throw error;
      }
      kind = wanted;
      if (from !== null && copied !== null) await leave(from, wanted, copied.refs);
    } catch (error) {
      await undoReady().catch(() => undefined);
      throw error;
    }
  }

  /** The move has happened. What cannot be removed behind us is reported, and is no reason to go back. */
  async function leave(from: VaultKind, to: VaultKind, moved: readonly SecretRef[]): Promise<void> {
    let left = 0;
    // Memory forgets at the end of the run: it must never hold the only copy of what was kept for good.
    if (to === "memory") left = moved.length;
    else {
      for (const ref of moved) await vaults[from].delete(ref).catch(() => left++);
    }
    if (from === "file") file.lock();
    log?.info("vault.moved", { from, to, moved: moved.length, leftBehind: left });
  }

  return {
    get kind() {
      if (kind === null) throw new Refusal("vault_not_chosen");
      return kind;
    },
    async get(ref) {
      for (;;) {
        const vault = await chosen();
        const isCurrent = (): boolean => kind !== null && vault === vaults[kind];
        // Moved to another vault while we looked: "missing" or "locked" would be a lie.
        try {
          const secret = await vault.get(ref);
          if (secret !== undefined || isCurrent()) return secret;
        } catch (error) {
          if (isCurrent()) throw error;
        } finally {
          tell();
        }
      }
    },
    async set(ref, value) {
      await chosen();
      await inTurn(async () => (await chosen()).set(ref, value));
    },
    async delete(ref) {
      await chosen();
      return inTurn(async () => (await chosen()).delete(ref));
    },
    start,
    status,
    async probe() {
      await start();
      await inTurn(probeAndMaybeUse);
      return status();
    },
    async choose(wanted, passphrase) {
      await start();
      await inTurn(() => choose(wanted, passphrase));
      return status();
    },
    async unlock(passphrase) {
      await start();
      await inTurn(async () => {
        if (kind !== "file") throw notTheFile(kind);
        await file.unlock(passphrase);
      });
      return status();
    },
    async lock() {
      if (kind !== "file") throw notTheFile(kind);
      await inTurn(async () => file.lock());
      return status();
    },
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      listeners.clear();
      unwatch();
      file.lock();
      memory.clear();
      return { stuck: keychain.stuck() };
    },
  };
}
