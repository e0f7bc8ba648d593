// The files of assistants: opened only where they are this user's own regular files, replaced in one step, and put
// back as they were. Reading one never starts, fetches or loads anything.
import { constants } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import type { ConfigFiles, FoundFile } from "../../core/connect/files.ts";
import { Refusal } from "../../core/errors.ts";
import { besideName, syncFolder } from "../store/atomic.ts";
import { errnoOf, reasonOf } from "../store/failure.ts";

const MOST_BYTES = 8 * 1024 * 1024;

const refuse = (file: string, reason: string, cause?: unknown): Refusal =>
  new Refusal("config_unusable", { file, reason }, cause);
/** Null on Windows, which has no such owner. */
const me = (): number | null => process.geteuid?.() ?? null;
const posix = process.platform !== "win32";

/** Whoever may rename in a folder may exchange its files behind our back. */
async function checkFolder(file: string, folder: string): Promise<void> {
  const stat = await fs.stat(folder);
  if (!stat.isDirectory()) throw refuse(file, "its folder is none");
  if (me() !== null && stat.uid !== me()) throw refuse(file, "its folder belongs to another user");
  if (posix && (stat.mode & 0o1002) === 0o002)
    throw refuse(file, "anybody may write in its folder");
}

/** The nearest folder that is there, above a file that is not. */
async function nearest(file: string): Promise<string> {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const there = await fs.lstat(folder).catch(() => null);
    if (there !== null || folder === path.dirname(folder)) return folder;
  }
}

async function readWhole(file: string, real: string): Promise<{ bytes: Buffer; mode: number }> {
  const seen = await fs.lstat(real);
  // Asked before it is opened: opening a pipe or a device may hang or do something.
  if (!seen.isFile()) throw refuse(file, "it is no ordinary file");
  const handle = await fs.open(real, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const stat = await handle.stat();
    if (stat.dev !== seen.dev || stat.ino !== seen.ino || !stat.isFile()) {
      throw refuse(file, "it changed while it was opened");
    }
    if (me() !== null && stat.uid !== me()) throw refuse(file, "it belongs to another user");
    if (posix && stat.nlink > 1) throw refuse(file, "it has several names (hard links)");
    if (stat.size > MOST_BYTES) throw refuse(file, `it is larger than ${MOST_BYTES} bytes`);
    const bytes = Buffer.alloc(stat.size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      length += bytesRead;
      if (bytesRead === 0) break;
      if (length > stat.size) throw refuse(file, "it changed while it was read");
    }
    return { bytes: bytes.subarray(0, length), mode: stat.mode & 0o7777 };
  } finally {
    await handle.close();
  }
}

async function find(file: string): Promise<FoundFile> {
  const own = await fs.lstat(file).catch((error: unknown) => {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  });
  if (own === null) {
    await checkFolder(file, await nearest(file));
    return { path: file, real: file, link: false, bytes: null, mode: null };
  }
  const link = own.isSymbolicLink();
  if (link && me() !== null && own.uid !== me()) {
    throw refuse(file, "it is another user's link");
  }
  const real = link ? await fs.realpath(file) : file;
  await checkFolder(file, path.dirname(real));
  const { bytes, mode } = await readWhole(file, real);
  return { path: file, real, link, bytes, mode: posix ? mode : null };
}

const same = (a: Uint8Array | null, b: Uint8Array | null): boolean =>
  a === null || b === null ? a === b : Buffer.compare(a, b) === 0;

/** Makes the new file beside; its group stays that of the old one where this user may give it. */
async function writeBeside(temp: string, bytes: Uint8Array, mode: number, like: string | null) {
  const handle = await fs.open(temp, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    const old = like === null || !posix ? null : await fs.stat(like).catch(() => null);
    if (old !== null) await handle.chown(old.uid, old.gid).catch(() => {});
    if (posix) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Never over a file that came meanwhile, where the file system can promise that. */
async function putNew(temp: string, file: string): Promise<void> {
  try {
    await fs.link(temp, file);
    await fs.rm(temp, { force: true });
  } catch (error) {
    if (errnoOf(error) === "EEXIST") throw new Refusal("config_changed", { file });
    await fs.rename(temp, file);
  }
}

async function replace(found: FoundFile, bytes: Uint8Array | null, mode: number): Promise<void> {
  const { path: file, real } = found;
  const now = await find(file);
  if (now.real !== real || !same(now.bytes, found.bytes)) {
    throw new Refusal("config_changed", { file });
  }
  const folder = path.dirname(real);
  if (bytes === null) {
    await fs.rm(real, { force: true });
    return syncFolder(folder);
  }
  await fs.mkdir(folder, { recursive: true, mode: 0o700 });
  const temp = path.join(folder, besideName(path.basename(real).replace(/^\.+/, "")));
  try {
    await writeBeside(temp, bytes, mode, found.bytes === null ? null : real);
    if (found.bytes === null) await putNew(temp, real);
    else await fs.rename(temp, real);
  } catch (error) {
    await fs.rm(temp, { force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

/** A system call's failure, in words; refusals pass. */
async function inWords<T>(file: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof Refusal ? error : refuse(file, reasonOf(error), error);
  }
}

/** @param copies folder for the copies of files as they were; made where it is missing, mode 0700 */
export function createConfigFiles(copies: string): ConfigFiles {
  const pathOf = (copy: string): string => path.join(copies, path.basename(copy));
  return {
    exists: async (file) => (await fs.lstat(file).catch(() => null)) !== null,
    read: (file) => inWords(file, () => find(file)),
    replace: (found, bytes, mode) => inWords(found.path, () => replace(found, bytes, mode)),
    keep: (copy, bytes) =>
      inWords(pathOf(copy), async () => {
        await fs.mkdir(copies, { recursive: true, mode: 0o700 });
        await writeBeside(pathOf(copy), bytes, 0o600, null);
        await syncFolder(copies);
      }),
    kept: (copy) => inWords(pathOf(copy), () => fs.readFile(pathOf(copy))),
    drop: (copy) => fs.rm(pathOf(copy), { force: true }).catch(() => {}),
    pathOf,
  };
}
