// The vault for machines without a keychain: one encrypted file, opened by a passphrase (sealed-format.ts).
// Only the derived key stays in memory; contents are decrypted for each reading, so a change by another
// process is seen at once and no map of plaintext lies about.
import { timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { Refusal } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { Vault } from "../../core/vault.ts";
import { addressOf, bytesOf } from "./address.ts";
import { codeOf, type Hold, holdingLock, replaceFile } from "./replace-file.ts";
import {
  type Contents,
  type Cost,
  DEFAULT_COST,
  deriveKey,
  fits,
  type Lock,
  makeLock,
  MAX_FILE,
  open,
  parseSealed,
  seal,
} from "./sealed-format.ts";

/** In characters as people count them (code points). */
export const MINIMUM_PASSPHRASE = 12;

export interface SealedFileOptions {
  readonly file: string;
  /** Of a file that is made; an existing one carries its own. */
  readonly cost?: Cost;
}

export interface SealedFileVault extends Vault {
  readonly kind: "file";
  /** `absent`: there is no file. `broken` is found out by opening it, not by looking. */
  state(): "absent" | "locked" | "ready";
  /** Why it is unavailable where it is absent. */
  readonly missing: string;
  /** Makes the file and leaves it open. @throws Refusal `vault_passphrase_weak`, `not_applicable` if there is one already */
  make(passphrase: string): Promise<void>;
  /** @throws Refusal `vault_passphrase_wrong`, `vault_file_broken`, `vault_unavailable` */
  unlock(passphrase: string): Promise<void>;
  /** Overwrites the key in memory. */
  lock(): void;
  /** Removes a file that holds no secret, which `make` has just made in vain. */
  unmake(): Promise<void>;
}

interface Opened {
  readonly lock: Lock;
  readonly key: Buffer;
}

export function createSealedFileVault(options: SealedFileOptions): SealedFileVault {
  const { file, cost = DEFAULT_COST } = options;
  const shown = file.split(/[\\/]/).at(-1) ?? file;
  let opened: Opened | null = null;
  /** Writes of this process, one after the other; other processes are kept out by the lock file. */
  let tail: Promise<unknown> = Promise.resolve();

  const broken = (reason: string): Refusal =>
    new Refusal("vault_file_broken", { file: shown, reason });

  function lock(): void {
    opened?.key.fill(0);
    opened = null;
  }

  /** Not "missing": its secrets are somewhere, and a new file in its place would hide that. */
  const missing = `the sealed file ${shown} is not there`;

  async function load(): Promise<{ readonly lock: Lock; readonly file: Buffer }> {
    let bytes: Buffer;
    try {
      if ((await stat(file)).size > MAX_FILE) throw broken("it is too large");
      bytes = await readFile(file);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const reason =
        codeOf(error) === "ENOENT"
          ? missing
          : `the sealed file ${shown} cannot be read (${codeOf(error)})`;
      throw new Refusal("vault_unavailable", { reason }, error);
    }
    const parsed = parseSealed(bytes);
    if (!parsed.ok) throw broken(parsed.reason);
    return parsed;
  }

  /** The contents as they are on disk now. */
  async function contents(): Promise<{ readonly opened: Opened; readonly contents: Contents }> {
    const mine = opened;
    // Nobody can unlock a file that is not there.
    if (mine === null && !existsSync(file)) {
      throw new Refusal("vault_unavailable", { reason: missing });
    }
    if (mine === null) throw new Refusal("vault_locked");
    const current = await load();
    // Locked while the file was read: the key is zeros by now, and must seal nothing.
    assertStill(mine);
    if (!timingSafeEqual(current.lock.bytes, mine.lock.bytes)) {
      // Somebody put another sealed file in its place: our key is not for that one.
      lock();
      throw new Refusal("vault_locked");
    }
    const found = open(current.file, mine.key);
    if (found === null) throw broken("its contents were changed");
    return { opened: mine, contents: found };
  }

  function assertStill(mine: Opened): void {
    if (opened !== mine) throw new Refusal("vault_locked");
  }

  function unwritable(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    const code = codeOf(error);
    const reason = code === "ENOSPC" ? "the disk is full (ENOSPC)" : code || "unknown";
    return new Refusal("vault_file_unwritable", { file: shown, reason }, error);
  }

  /** Reads, changes and writes with nobody in between. */
  function exclusively<T>(work: (hold: Hold) => Promise<T>): Promise<T> {
    const turn = tail.then(async () => {
      try {
        return await holdingLock(file, work);
      } catch (error) {
        throw unwritable(error);
      }
    });
    tail = turn.catch(() => undefined);
    return turn;
  }

  function change(alter: (contents: Contents) => boolean): Promise<boolean> {
    return exclusively(async (hold) => {
      const now = await contents();
      assertStill(now.opened);
      if (!alter(now.contents)) return false;
      await replaceFile(file, seal(now.opened.lock, now.opened.key, now.contents), hold);
      return true;
    });
  }

  async function make(passphrase: string): Promise<void> {
    if (Array.from(passphrase).length < MINIMUM_PASSPHRASE) {
      throw new Refusal("vault_passphrase_weak", { minimum: MINIMUM_PASSPHRASE });
    }
    const fresh = await makeLock(passphrase, cost);
    await exclusively(async (hold) => {
      if (existsSync(file)) {
        throw new Refusal("not_applicable", {
          reason: "there is a sealed file already",
          instead: "Unlock it: countersign vault unlock.",
        });
      }
      await replaceFile(file, seal(fresh.lock, fresh.key, {}), hold);
      lock();
      opened = fresh;
    });
  }

  async function unlock(passphrase: string): Promise<void> {
    const { lock: found, file: bytes } = await load();
    const key = await deriveKey(passphrase, found.salt, found.cost);
    if (!fits(key, found)) throw new Refusal("vault_passphrase_wrong");
    if (open(bytes, key) === null) throw broken("its contents were changed");
    lock();
    opened = { lock: found, key };
  }

  return {
    kind: "file",
    missing,
    state: () => (opened !== null ? "ready" : existsSync(file) ? "locked" : "absent"),
    make,
    unlock,
    lock,
    async get(ref) {
      const text = (await contents()).contents[addressOf(ref)];
      return text === undefined ? undefined : new Secret(text);
    },
    async set(ref, value) {
      bytesOf(value);
      const address = addressOf(ref);
      await change((contents) => {
        contents[address] = value.reveal();
        return true;
      });
    },
    async delete(ref) {
      const address = addressOf(ref);
      return change((contents) => address in contents && delete contents[address]);
    },
    async unmake() {
      await exclusively(async () => {
        if (Object.keys((await contents()).contents).length > 0) return;
        await rm(file, { force: true });
      });
      lock();
    },
  };
}
