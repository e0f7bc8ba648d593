// The vault over the OS keychain: one secret, two slots (see keychain-entry.ts), and no answer that was not
// checked. How the keychain itself is spoken to is in keychain-access.ts.
import { randomBytes } from "node:crypto";
import { Refusal } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { SecretRef, Vault } from "../../core/vault.ts";
import { addressOf, bytesOf } from "./address.ts";
import { createKeychainAccess, type KeychainOptions } from "./keychain-access.ts";
import {
  decodeHeader,
  encodeEntry,
  headerName,
  joinParts,
  MAX_PARTS,
  otherSlot,
  partName,
  SLOTS,
  type Slot,
} from "./keychain-entry.ts";

export interface KeychainHealth {
  readonly state: "ready" | "locked" | "unavailable" | "not-probed";
  readonly reason: string | null;
}

export interface KeychainVault extends Vault {
  readonly kind: "keychain";
  /** Sets, gets and deletes a throw-away value. Never throws. */
  probe(): Promise<KeychainHealth>;
  /** What the last use showed. */
  health(): KeychainHealth;
  /** Told when `health` changes, also when a call that was given up answers late. Returns how to stop. */
  watch(listener: (health: KeychainHealth) => void): () => void;
  /** A native call sits in its thread: `process.exit` would wait for it, so such a process ends by signal. */
  stuck(): boolean;
}

type Found =
  | { readonly state: "whole"; readonly slot: Slot; readonly bytes: Buffer }
  | { readonly state: "absent" }
  | { readonly state: "damaged" };
interface Reading {
  readonly found: Found;
  /** The highest sequence number seen, in a whole slot or not. */
  readonly sequence: number;
}

export function createKeychainVault(options: KeychainOptions): KeychainVault {
  const { installation } = options;
  const listeners = new Set<(health: KeychainHealth) => void>();
  let health: KeychainHealth = { state: "not-probed", reason: null };
  /** Which slot held the value last: spares the hot path a second call. Only a hint. */
  const hints = new Map<string, Slot>();
  const access = createKeychainAccess(options, () => void probe());
  const { get, remove, put, assertOpen } = access;

  function note(next: KeychainHealth): void {
    if (next.state === health.state && next.reason === health.reason) return;
    health = next;
    for (const listener of listeners) listener(next);
  }

  /** An operation whose outcome also says how the keychain is. */
  async function operation<T>(work: () => Promise<T>): Promise<T> {
    try {
      const value = await access.operation(work);
      note({ state: "ready", reason: null });
      return value;
    } catch (error) {
      const trouble = healthAfter(error);
      if (trouble !== null) note(trouble);
      throw error;
    }
  }

  async function readSlot(account: string, slot: Slot): Promise<Reading> {
    const text = await get(headerName(account, slot));
    if (text === null) return { found: { state: "absent" }, sequence: 0 };
    const header = decodeHeader(text);
    if (header === null) return { found: { state: "damaged" }, sequence: 0 };
    const { sequence } = header;
    const parts: string[] = [];
    for (let n = 1; n <= header.parts; n++) {
      parts.push((await get(partName(account, slot, n))) ?? "");
    }
    const bytes = joinParts(account, header, parts);
    const found: Found = bytes === null ? { state: "damaged" } : { state: "whole", slot, bytes };
    return { found, sequence };
  }

  /** Both slots; the whole one with the higher sequence number counts. */
  async function readOnce(account: string): Promise<Reading> {
    const [a, b] = [await readSlot(account, "a"), await readSlot(account, "b")];
    const [newer, older] = a.sequence >= b.sequence ? [a, b] : [b, a];
    const whole = [newer, older].find(({ found }) => found.state === "whole");
    const damaged = [newer, older].find(({ found }) => found.state === "damaged");
    return { found: (whole ?? damaged ?? newer).found, sequence: newer.sequence };
  }

  /** As `readOnce`, but "absent" and "damaged" are believed only of a keychain that was open before and after. */
  async function read(account: string): Promise<Reading> {
    const first = await readOnce(account);
    if (first.found.state === "whole") return first;
    await assertOpen();
    const second = await readOnce(account);
    if (second.found.state === "whole") return second;
    await assertOpen();
    return second;
  }

  /** Header first: without it the parts are only litter, which the next clearing finds, as they have no gap. */
  async function clearSlot(account: string, slot: Slot): Promise<void> {
    await remove(headerName(account, slot));
    let count = 0;
    while (count < MAX_PARTS && (await get(partName(account, slot, count + 1))) !== null) count++;
    for (let n = count; n > 0; n--) await remove(partName(account, slot, n));
  }

  async function store(account: string, bytes: Buffer): Promise<void> {
    const old = await read(account);
    // A slot that read as empty may have been a locked one: its sequence number must not be used twice.
    await assertOpen();
    const slot = old.found.state === "whole" ? otherSlot(old.found.slot) : "a";
    const entry = encodeEntry(account, old.sequence + 1, bytes);
    if (entry === null) {
      throw new Refusal("input_invalid", { reason: "the secret is too large for the keychain" });
    }
    await clearSlot(account, slot);
    try {
      for (const [i, part] of entry.parts.entries())
        await put(partName(account, slot, i + 1), part);
      await put(headerName(account, slot), entry.header);
    } catch (error) {
      // What could not be verified must not be found by the next reading. If this fails too, the next write clears.
      if (error instanceof Refusal && error.code === "vault_write_unverified") {
        await clearSlot(account, slot).catch(() => undefined);
      }
      throw error;
    }
    hints.set(account, slot);
    // The new value stands. An old slot that cannot be cleared now has the lower number and goes next time.
    await clearSlot(account, otherSlot(slot)).catch(() => undefined);
  }

  async function fetch(account: string): Promise<Secret | undefined> {
    const hint = hints.get(account);
    if (hint !== undefined) {
      const { found } = await readSlot(account, hint);
      if (found.state === "whole") return new Secret(found.bytes.toString("utf8"));
    }
    const { found } = await read(account);
    if (found.state === "absent") return undefined;
    if (found.state === "damaged") {
      throw new Refusal("vault_entry_broken", { reason: "its parts do not fit together" });
    }
    hints.set(account, found.slot);
    return new Secret(found.bytes.toString("utf8"));
  }

  async function erase(account: string): Promise<boolean> {
    const { found } = await read(account);
    hints.delete(account);
    // The slot that counts goes last: an older value must not come back if this is interrupted.
    const last = found.state === "whole" ? found.slot : "b";
    await clearSlot(account, otherSlot(last));
    await clearSlot(account, last);
    for (const slot of SLOTS) {
      if ((await get(headerName(account, slot))) !== null) {
        throw new Refusal("vault_write_unverified");
      }
    }
    await assertOpen(); // a locked keychain would have said "false" and "null" all along
    return found.state !== "absent";
  }

  async function tryOut(): Promise<void> {
    const account = `${installation}#probe`;
    await put(account, randomBytes(16).toString("base64url"));
    await remove(account);
    await assertOpen();
  }

  async function probe(): Promise<KeychainHealth> {
    try {
      await operation(tryOut);
    } catch (error) {
      if (healthAfter(error) === null) {
        note({ state: "unavailable", reason: "it gave back something else than was stored" });
      }
    }
    return health;
  }

  const accountOf = (ref: SecretRef): string => `${installation}/${addressOf(ref)}`;

  return {
    kind: "keychain",
    get: async (ref) => operation(() => fetch(accountOf(ref))),
    set: async (ref, value) => operation(() => store(accountOf(ref), bytesOf(value))),
    delete: async (ref) => operation(() => erase(accountOf(ref))),
    probe,
    health: () => health,
    watch(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stuck: access.stuck,
  };
}

/** What a failure says about the keychain as a whole; `null` if nothing. */
function healthAfter(error: unknown): KeychainHealth | null {
  if (!(error instanceof Refusal)) return null;
  const { code, facts } = error;
  if (code === "vault_locked") return { state: "locked", reason: "it is locked" };
  if (code === "vault_unavailable") {
    return { state: "unavailable", reason: String(facts["reason"]) };
  }
  if (code !== "vault_slow") return null;
  const reason = `no answer within ${String(facts["seconds"])} seconds: it may be showing a dialog`;
  return { state: "unavailable", reason };
}
