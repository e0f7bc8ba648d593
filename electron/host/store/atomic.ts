// Replacing a file so that a reader, or a start after a crash, sees the old bytes or the new ones, never a
// mixture: write beside, flush, rename, flush the folder.
import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";

const LEFTOVER = /^\.[a-z0-9.-]+\.[0-9a-f]{16}\.tmp$/;

/** Flushes a folder's own entry list. Windows has no such thing, and keeps its own order. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await fs.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Puts `bytes` in place of `file`, mode 0600, durable when it resolves.
 * @throws what the system call threw; `file` is then as it was (only a failure of the very last step, the
 * flush of the folder, can come after the new bytes are in place)
 */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const folder = path.dirname(file);
  const temp = path.join(folder, besideName(path.basename(file)));
  try {
    await writeBeside(temp, bytes);
    await fs.rename(temp, file);
  } catch (error) {
    await fs.rm(temp, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

/** A name of its own for what is to replace this file. */
export const besideName = (name: string): string =>
  `.${name}.${randomBytes(8).toString("hex")}.tmp`;

/** Writes a new file, flushed, mode 0600. */
export async function writeBeside(temp: string, bytes: Uint8Array): Promise<void> {
  // `wx`: never through a link that somebody put there.
  const handle = await fs.open(temp, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a copy that is never overwritten: a file of that name is taken to hold the same bytes already
 * (its name carries their hash). Returns false where it could not be kept.
 */
export async function keepCopy(file: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const there = await fs.stat(file).catch(() => null);
    if (there === null || there.size !== bytes.length) await replaceFile(file, bytes);
    return true;
  } catch {
    return false;
  }
}

/** Removes what a killed process left half written. Only for the holder of the instance lock. */
export async function removeLeftovers(folder: string): Promise<number> {
  const names = (await fs.readdir(folder)).filter((name) => LEFTOVER.test(name));
  for (const name of names) await fs.rm(path.join(folder, name), { force: true });
  return names.length;
}
