// Where the control socket of a data folder is, for the one who listens and for those who call.
import { createHash } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Refusal } from "../../core/errors.ts";
import { replaceFile } from "../store/atomic.ts";

const SOCKET = "control.sock";
/** Says where the socket is when it cannot be in the data folder itself. */
const POINTER = "control.path";

/** Bytes that `sun_path` holds besides its final NUL: 104 on macOS and the BSDs, 108 on Linux. */
const SUN_PATH = process.platform === "linux" ? 107 : 103;
const fits = (file: string): boolean => Buffer.byteLength(file) <= SUN_PATH;

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 24);

/** A pipe's name is global on Windows: the hash keeps folders apart and says nothing about them. */
const pipeOf = (folder: string): string => `\\\\.\\pipe\\countersign-${hash(folder.toLowerCase())}`;

/** Ours, private and no link, or it is no place for a socket: in /tmp anybody may have made it first. */
async function isPrivate(folder: string): Promise<boolean> {
  const stat = await fs.lstat(folder).catch(() => null);
  return (
    stat !== null &&
    stat.isDirectory() &&
    stat.uid === process.geteuid?.() &&
    (stat.mode & 0o077) === 0
  );
}

/** A short private folder for a data folder whose own path is too long for a socket. */
async function shortFolder(folder: string): Promise<string> {
  const runtime = process.env["XDG_RUNTIME_DIR"] ?? "";
  const bases = [runtime, os.tmpdir(), "/tmp"].filter((base) => path.isAbsolute(base));
  for (const base of bases) {
    const candidate = path.join(base, `countersign-${process.geteuid?.() ?? 0}-${hash(folder)}`);
    if (!fits(path.join(candidate, SOCKET))) continue;
    await fs.mkdir(candidate, { mode: 0o700 }).catch(() => {});
    if (await isPrivate(candidate)) return candidate;
  }
  throw new Refusal("data_folder_unusable", { folder, reason: "its path is too long" });
}

/**
 * Where to listen. Only for the holder of the instance lock: it leaves a pointer where callers need one.
 * @param folder real path of the data folder
 * @throws Refusal `data_folder_unusable`
 */
export async function claimAddress(folder: string): Promise<string> {
  if (process.platform === "win32") return pipeOf(folder);
  const direct = path.join(folder, SOCKET);
  const pointer = path.join(folder, POINTER);
  if (fits(direct)) {
    await fs.rm(pointer, { force: true });
    return direct;
  }
  const address = path.join(await shortFolder(folder), SOCKET);
  await replaceFile(pointer, Buffer.from(address));
  return address;
}

/**
 * Where to call, or null where nothing ever listened. The folder is private, so what it points to is ours.
 * @param folder real path of the data folder
 */
export async function findAddress(folder: string): Promise<string | null> {
  if (process.platform === "win32") return pipeOf(folder);
  const direct = path.join(folder, SOCKET);
  if (fits(direct)) return direct;
  const pointed = await fs.readFile(path.join(folder, POINTER), "utf8").catch(() => "");
  const usable =
    path.isAbsolute(pointed) && fits(pointed) && (await isPrivate(path.dirname(pointed)));
  return usable ? pointed : null;
}
