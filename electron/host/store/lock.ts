// One process per data folder. The lock is SQLite's own exclusive lock on an empty file: the operating
// system drops it with the process, however that ends, so that no stale lock is ever to be judged.
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "../../core/errors.ts";
import { type Database, openDatabase, resultCode } from "../journal/sqlite.ts";
import { replaceFile } from "./atomic.ts";
import { prepareDataFolder } from "./folder.ts";

const LOCK_FILE = "instance.lock";
/**
 * Beside the lock and not inside it: POSIX drops a process's locks on a file as soon as it closes any
 * descriptor of it, so nothing but SQLite may ever open the lock file.
 */
const PID_FILE = "instance.pid";

/** What a forgotten lock object must not lose: SQLite closes a database that is garbage, and the lock goes with it. */
const open = new Set<Database>();

/** Proof that this process holds the folder. Only lockInstance makes one. */
export interface InstanceLock {
  /** With symbolic links followed. */
  readonly folder: string;
  held(): boolean;
  /** Safe to call twice. */
  release(): Promise<void>;
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

/** The process that wrote the pid file, if it still runs. */
async function writtenPid(folder: string): Promise<number | null> {
  const text = await fs.readFile(path.join(folder, PID_FILE), "latin1").catch(() => "");
  const pid = /^[1-9][0-9]{0,9}\n$/.test(text) ? Number(text) : null;
  return pid !== null && alive(pid) ? pid : null;
}

/** Who holds the folder: the winner writes its pid a moment after it has won. */
async function holderOf(folder: string): Promise<number | string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const pid = await writtenPid(folder);
    if (pid !== null) return pid;
    await sleep(50);
  }
  return "unknown";
}

/** https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5;

/**
 * Takes the data folder for this process.
 * @throws Refusal `already_running` with the holder's pid; `data_folder_unusable`
 */
export async function lockInstance(dataFolder: string): Promise<InstanceLock> {
  const folder = await prepareDataFolder(dataFolder);
  const file = path.join(folder, LOCK_FILE);
  let database: Database | null = null;
  try {
    database = openDatabase(file);
    // No waiting: the other one does not end soon.
    database.exec(
      "PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE",
    );
  } catch (error) {
    database?.close();
    if (resultCode(error) === SQLITE_BUSY) {
      throw new Refusal("already_running", { folder, pid: await holderOf(folder) }, error);
    }
    throw new Refusal("data_folder_unusable", { folder, reason: "it cannot be locked" }, error);
  }
  const holding = database;
  open.add(holding);
  await fs.chmod(file, 0o600).catch(() => {});
  // Only for the message to a second start: on a full disk Countersign must still start and say so.
  await replaceFile(path.join(folder, PID_FILE), Buffer.from(`${process.pid}\n`)).catch(() => {});
  let held = true;
  return {
    folder,
    held: () => held,
    async release() {
      if (!held) return;
      held = false;
      // The pid goes first: a successor writes its own only after the lock is free.
      await fs.rm(path.join(folder, PID_FILE), { force: true }).catch(() => {});
      open.delete(holding);
      holding.close();
    },
  };
}
