// The OS keychain, through keytar. What makes it longer than three calls:
//
// - a locked keychain without a display answers `get` with null and `delete` with false, as if nothing were
//   there, and only `set` fails. So "nothing there" is believed only between two readings of a sentinel entry;
// - a locked keychain with a display makes a call wait for the person: each call has a time limit;
// - `findCredentials` crashes the process (signal 11) when libsecret meets a locked collection: never used.
import { Refusal } from "../../core/errors.ts";
import { classifyKeychainError, reasonOf } from "./keychain-errors.ts";
import { createTurnstile } from "./turnstile.ts";

/** What is used of keytar. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

export interface KeychainOptions {
  /** Keeps two data folders apart in one keychain: `settings.installation`. */
  readonly installation: string;
  /** For each native call, and for the wait for one's turn. Default 8,000. */
  readonly timeoutMs?: number;
  readonly load?: () => Promise<Keytar>;
}

/** Single entries. Every function throws Refusals only: `vault_locked`, `vault_unavailable`, `vault_slow`. */
export interface KeychainAccess {
  readonly get: (account: string) => Promise<string | null>;
  readonly remove: (account: string) => Promise<boolean>;
  /** Writes one entry and reads it back. @throws Refusal `vault_write_unverified` */
  readonly put: (account: string, text: string) => Promise<void>;
  /** Returns only if the keychain is really open: the sentinel is read, or can be written afresh. */
  readonly assertOpen: () => Promise<void>;
  /** Runs whole operations one after the other. */
  readonly operation: <T>(work: () => Promise<T>) => Promise<T>;
  readonly stuck: () => boolean;
}

const SERVICE = "Countersign";
const HERE = "countersign-sentinel";

/** On first use, so that a machine without libsecret gets an answer and not a crash at start. */
async function loadKeytar(): Promise<Keytar> {
  const module: Keytar & { readonly default?: Keytar } = await import("keytar");
  return module.default ?? module;
}

/** @param onLate called when a call that was given up has answered after all */
export function createKeychainAccess(options: KeychainOptions, onLate: () => void): KeychainAccess {
  const { installation, timeoutMs = 8_000, load = loadKeytar } = options;
  const sentinel = `${installation}#sentinel`;
  const turnstile = createTurnstile(timeoutMs, onLate);
  let keytar: Keytar | null = null;

  async function loaded(): Promise<Keytar> {
    try {
      return (keytar ??= await load());
    } catch (error) {
      throw refusalOf(error);
    }
  }

  async function native<T>(use: (keytar: Keytar) => Promise<T>): Promise<T> {
    const library = await loaded();
    try {
      return await turnstile.call(() => use(library));
    } catch (error) {
      throw error instanceof Refusal ? error : refusalOf(error);
    }
  }
  const get = (account: string): Promise<string | null> =>
    native((k) => k.getPassword(SERVICE, account));
  const set = (account: string, text: string): Promise<void> =>
    native((k) => k.setPassword(SERVICE, account, text));
  const remove = (account: string): Promise<boolean> =>
    native((k) => k.deletePassword(SERVICE, account));

  async function assertOpen(): Promise<void> {
    if ((await get(sentinel)) === HERE) return;
    await set(sentinel, HERE); // a locked keychain says so here, and only here
    if ((await get(sentinel)) !== HERE) throw new Refusal("vault_locked");
  }

  async function put(account: string, text: string): Promise<void> {
    await set(account, text);
    const back = await get(account);
    if (back === null) await assertOpen(); // locked between the two: another answer, other advice
    if (back !== text) throw new Refusal("vault_write_unverified");
  }

  return { get, remove, put, assertOpen, operation: turnstile.operation, stuck: turnstile.stuck };
}

function refusalOf(error: unknown): Refusal {
  const message = error instanceof Error ? error.message : String(error);
  return classifyKeychainError(message) === "locked"
    ? new Refusal("vault_locked", {}, error)
    : new Refusal("vault_unavailable", { reason: reasonOf(message) }, error);
}
