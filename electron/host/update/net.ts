// Fetches manifests and files. A file comes under a name of its own, is counted and hashed on the way, and gets its final
// name only when it is what its publisher signed.
import { createHash, randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import path from "node:path";
import { Refusal } from "../../core/errors.ts";
import type { UpdateNet } from "../../core/update/updates.ts";
import { syncFolder } from "../store/atomic.ts";
import { faultOf, get, readWhole, unreachable } from "./http.ts";

export interface UpdateNetLimits {
  /** Milliseconds for a whole manifest or signature. */
  readonly documentMs: number;
  /** Milliseconds that a file may pause. */
  readonly pauseMs: number;
}
const LIMITS: UpdateNetLimits = { documentMs: 15_000, pauseMs: 30_000 };

const PART = /^\.countersign-update\.[0-9a-f]{16}\.part$/;
/** What a killed program left: nobody downloads for a day. */
const ABANDONED_MS = 86_400_000;

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "your share of the disk is full",
  EACCES: "it may not be written",
  EPERM: "it may not be written",
  EROFS: "it may not be written",
  ENOTDIR: "it is no folder",
  EEXIST: "it is no folder",
};
const unwritable = (folder: string, error: unknown): Refusal => {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  return new Refusal("update_unwritable", { folder, reason: REASONS[code] ?? code }, error);
};

async function sweep(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    if (!PART.test(name)) continue;
    const file = path.join(folder, name);
    const { mtimeMs } = await fs.lstat(file);
    if (Date.now() - mtimeMs > ABANDONED_MS) await fs.rm(file, { force: true });
  }
}

/** Hex; null where there is no such file. */
async function sha512Of(file: string): Promise<string | null> {
  const stat = await fs.lstat(file).catch(() => null);
  if (stat?.isFile() !== true) return null;
  const hash = createHash("sha512");
  const handle = await fs.open(file, "r");
  try {
    for await (const part of handle.createReadStream({ autoClose: false })) {
      hash.update(part as Buffer);
    }
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}

/** `name (2).deb`: nothing that is there is written over. */
function nth(name: string, n: number): string {
  if (n === 1) return name;
  const [, stem = name, end = ""] = /^(.*?)((?:\.tar)?\.[A-Za-z]+)$/.exec(name) ?? [];
  return `${stem} (${n})${end}`;
}

async function giveName(part: string, folder: string, name: string): Promise<string> {
  for (let n = 1; n < 100; n++) {
    const file = path.join(folder, nth(name, n));
    try {
      // Not rename(): that would replace what is there.
      await fs.link(part, file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST") continue;
      // A file system without links.
      if ((await fs.lstat(file).catch(() => null)) !== null) continue;
      await fs.rename(part, file);
    }
    await syncFolder(folder);
    return file;
  }
  throw Object.assign(new Error("every name is taken"), { code: "EEXIST" });
}

/** @param folder where files go, asked anew each time; made where it is not there */
export function createUpdateNet(
  folder: () => string,
  limits: Partial<UpdateNetLimits> = {},
): UpdateNet {
  const { documentMs, pauseMs } = { ...LIMITS, ...limits };
  return {
    read: (order, mostBytes) => readWhole(order, mostBytes, documentMs),

    async save(order, { name, bytes, sha512 }, received) {
      const into = folder();
      const file = path.join(into, name);
      const part = path.join(into, `.countersign-update.${randomBytes(8).toString("hex")}.part`);
      let handle: fs.FileHandle;
      try {
        await fs.mkdir(into, { recursive: true, mode: 0o700 });
        await sweep(into);
        if ((await sha512Of(file)) === sha512) return file;
        handle = await fs.open(part, "wx", 0o600);
      } catch (error) {
        throw unwritable(into, error);
      }
      try {
        const hash = createHash("sha512");
        let size = 0;
        const wrong = (reason: string): Refusal => new Refusal("update_file_wrong", { reason });
        const incoming = await get(order, pauseMs);
        if (incoming === null) throw unreachable(order.url, "the file is not there");
        const pause = (): void =>
          void incoming.destroy(unreachable(order.url, "it stopped in the middle"));
        let timer = setTimeout(pause, pauseMs);
        try {
          for await (const chunk of incoming as AsyncIterable<Buffer>) {
            clearTimeout(timer);
            size += chunk.length;
            if (size > bytes) throw wrong("it is longer than its publisher said");
            hash.update(chunk);
            await handle.writeFile(chunk).catch((error: unknown) => {
              throw unwritable(into, error);
            });
            received(size);
            timer = setTimeout(pause, pauseMs);
          }
        } catch (error) {
          throw order.signal.aborted ? order.signal.reason : faultOf(order.url, error as Error);
        } finally {
          clearTimeout(timer);
          incoming.destroy();
        }
        if (size < bytes) throw wrong("it is shorter than its publisher said");
        if (hash.digest("hex") !== sha512)
          throw wrong("it is not the file that its publisher signed");
        try {
          await handle.sync();
          return await giveName(part, into, name);
        } catch (error) {
          throw unwritable(into, error);
        }
      } finally {
        await handle.close().catch(() => undefined);
        await fs.rm(part, { force: true }).catch(() => undefined);
      }
    },
  };
}
