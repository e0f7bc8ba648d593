// The journal's file before SQLite opens it: made private, and known by what it is rather than by its name.
import fs from "node:fs";
import { Refusal } from "../../core/errors.ts";

/**
 * Makes the file with mode 0600 where there is none, so that it is never readable for others, not even at first.
 * SQLite gives its side files (-wal, -shm) the mode of the file. Returns the file's identity.
 */
export function claimFile(file: string): string {
  try {
    fs.closeSync(fs.openSync(file, "wx", 0o600));
  } catch (error) {
    // An existing file is not opened here: closing it would drop this process's POSIX locks on it.
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const stat = fs.statSync(file);
  if (!stat.isFile()) {
    throw new Refusal("journal_unwritable", { reason: "something that is no file has its name" });
  }
  if (process.platform !== "win32" && (stat.mode & 0o077) !== 0) fs.chmodSync(file, 0o600);
  return identityOf(file);
}

/** Device and inode; empty where there is no such file. */
export function identityOf(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.dev}:${stat.ino}`;
}
