// The data folder: ours alone, mode 0700. What lies inside relies on it: the control socket, the settings
// and the journal are as private as this folder is.
import { constants } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { Refusal } from "../../core/errors.ts";
import { reasonOf } from "./failure.ts";

/** Names that only Countersign gives: a folder with one of them may be tightened without asking. */
const OURS = new Set([
  "settings.json",
  "tenants.json",
  "agents.json",
  "servers.json",
  "instance.lock",
]);

export interface FolderFacts {
  /** With every symbolic link followed. */
  readonly path: string;
  /** Whether the process's own user owns it. Always true where there are no uids (Windows). */
  readonly mine: boolean;
  /** Permission bits, or null where they mean nothing (Windows). */
  readonly mode: number | null;
  readonly sticky: boolean;
}

const refuse = (folder: string, reason: string, cause?: unknown): Refusal =>
  new Refusal("data_folder_unusable", { folder, reason }, cause);

/**
 * Looks at the folder without changing it.
 * @throws Refusal `data_folder_unusable` if it is not there or is no folder
 */
export async function inspectFolder(folder: string): Promise<FolderFacts> {
  try {
    const real = await fs.realpath(folder);
    const stat = await fs.stat(real);
    if (!stat.isDirectory()) throw refuse(folder, "it is not a folder");
    const posix = process.geteuid !== undefined;
    return {
      path: real,
      mine: !posix || stat.uid === process.geteuid?.(),
      mode: posix ? stat.mode & 0o777 : null,
      sticky: posix && (stat.mode & 0o1000) !== 0,
    };
  } catch (error) {
    throw error instanceof Refusal ? error : refuse(folder, reasonOf(error), error);
  }
}

/**
 * A folder that others may enter is made private only if that cannot hurt anybody: it is empty, or was
 * Countersign's already. `--data /tmp` or `--data ~` must not change the mode of what others use.
 */
async function tighten(folder: string, facts: FolderFacts): Promise<void> {
  const entries = await fs.readdir(facts.path);
  const safe = !facts.sticky && (entries.length === 0 || entries.some((name) => OURS.has(name)));
  if (!safe) throw refuse(folder, "other users may enter it and it holds other files");
  await fs.chmod(facts.path, 0o700);
  const after = await inspectFolder(facts.path);
  // Some file systems accept a mode and forget it.
  if (after.mode !== null && (after.mode & 0o077) !== 0) {
    throw refuse(folder, "its file system cannot keep other users out");
  }
}

/**
 * Makes the folder where it is missing, and makes sure that it is ours, private and writable.
 * @returns its absolute path with symbolic links followed
 * @throws Refusal `data_folder_unusable`
 */
export async function prepareDataFolder(folder: string): Promise<string> {
  try {
    await fs.mkdir(path.resolve(folder), { recursive: true, mode: 0o700 });
  } catch (error) {
    // EEXIST: a file, or a link to nowhere; inspectFolder says which.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) {
      throw refuse(folder, reasonOf(error), error);
    }
  }
  const facts = await inspectFolder(folder);
  if (!facts.mine) throw refuse(folder, "it belongs to another user");
  try {
    if (facts.mode !== null && (facts.mode & 0o077) !== 0) await tighten(folder, facts);
    // Read-only media and missing bits show here, before anything is half written.
    await fs.access(facts.path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof Refusal ? error : refuse(folder, reasonOf(error), error);
  }
  return facts.path;
}
