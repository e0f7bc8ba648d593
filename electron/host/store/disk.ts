// Reads a settings file with a stamp that changes whenever the file does.
import { constants } from "node:fs";
import fs from "node:fs/promises";
import { errnoOf } from "./failure.ts";

/** Far above what a person collects; a file beyond it is somebody's mistake and must not fill memory. */
const MAX_BYTES = 32 * 1024 * 1024;

export interface OnDisk {
  /** Null where there is no file. */
  readonly bytes: Uint8Array | null;
  readonly stamp: string;
}

/** The stamp of a file that is not there. */
export const ABSENT = "absent";

/** Identity, size and times of the file: equal stamps mean nobody replaced or edited it. */
export async function stampOf(file: string): Promise<string> {
  try {
    const s = await fs.stat(file, { bigint: true });
    return `${s.dev}:${s.ino}:${s.size}:${s.mtimeNs}:${s.ctimeNs}`;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return ABSENT;
    throw error;
  }
}

/** @throws what the system call threw; a file that is missing is an answer, not an error */
export async function readFile(file: string): Promise<OnDisk> {
  // Before the bytes: an edit in between makes the stamp old, and the next look reads again.
  const stamp = await stampOf(file);
  if (stamp === ABSENT) return { bytes: null, stamp };
  // Without O_NONBLOCK a FIFO of that name would hold up the start for ever.
  const handle = await fs.open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw Object.assign(new Error("not a file"), { code: "EISDIR" });
    if (stat.size > MAX_BYTES) throw Object.assign(new Error("too large"), { code: "EFBIG" });
    return { bytes: await handle.readFile(), stamp };
  } finally {
    await handle.close();
  }
}
