// Replaces a file as a whole or not at all, one process at a time.
import { randomBytes } from "node:crypto";
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "../../core/errors.ts";

/** A write takes milliseconds: a lock file this old belongs to a process that is gone. */
const STALE_MS = 15_000;
const UNSIGNED_MS = 1_000;
const PATIENCE_MS = 5_000;

/** The lock, while it is held. */
export interface Hold {
  /** @throws Refusal `vault_unavailable` if another process took the lock for stale and away */
  assertHeld(): Promise<void>;
}

/** Writes beside the file (mode 0600), flushes, renames over it, flushes the folder. Errors are the system's own. */
export async function replaceFile(file: string, bytes: Buffer, hold: Hold): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await hold.assertHeld();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(path.dirname(file));
}

/** Without it a power cut may undo the rename. Windows cannot flush a folder, and needs not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Runs `work` while holding `<file>.lock`, and first removes what a killed writer left behind.
 * @throws Refusal `vault_unavailable` if another process keeps it for 5 seconds
 */
export async function holdingLock<T>(file: string, work: (hold: Hold) => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const mine = `${process.pid} ${randomBytes(8).toString("hex")}`;
  const busy = (): Refusal =>
    new Refusal("vault_unavailable", { reason: "another process is writing the sealed file" });
  const held = async (): Promise<boolean> => (await textOf(lock)) === mine;
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await take(lock, mine))) {
    if (await isStale(lock)) await breakLock(lock);
    else if (performance.now() > deadline) throw busy();
    else await sleep(5 + Math.random() * 20);
  }
  try {
    await removeLeftovers(file);
    return await work({
      async assertHeld() {
        if (!(await held())) throw busy();
      },
    });
  } finally {
    if (await held()) await rm(lock, { force: true });
  }
}

const textOf = (file: string): Promise<string | null> => readFile(file, "utf8").catch(() => null);

/** Moved away under a name of our own, not removed: of two that find it stale only one moves this very file. */
async function breakLock(lock: string): Promise<void> {
  const aside = `${lock}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await rename(lock, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  await rm(aside, { force: true });
}

async function take(lock: string, mine: string): Promise<boolean> {
  try {
    const handle = await open(lock, "wx", 0o600);
    try {
      await handle.writeFile(mine);
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = [await readFile(lock, "utf8"), await stat(lock)];
    const age = Date.now() - mtimeMs;
    // Empty: its maker was killed between making and signing it, or is just about to sign.
    if (age > (text === "" ? UNSIGNED_MS : STALE_MS)) return true;
    const pid = Number.parseInt(text, 10);
    return Number.isInteger(pid) && !isAlive(pid);
  } catch {
    return false; // released meanwhile
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}

async function removeLeftovers(file: string): Promise<void> {
  const [folder, base] = [path.dirname(file), path.basename(file)];
  for (const name of await readdir(folder)) {
    const tail = name.startsWith(`${base}.`) ? name.slice(base.length) : "";
    if (/^(\.lock)?\.[0-9a-f]{12}\.tmp$/.test(tail))
      await rm(path.join(folder, name), { force: true });
  }
}

/** `ENOSPC` and the like, or an empty text. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
