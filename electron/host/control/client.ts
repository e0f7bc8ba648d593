// Calls the Countersign that runs on a data folder.
import fs from "node:fs/promises";
import net from "node:net";
import { Refusal } from "../../core/errors.ts";
import { inspectFolder } from "../store/folder.ts";
import { findAddress } from "./address.ts";
import { createLines } from "./lines.ts";
import { type Hello, MAX_REPLY_BYTES, readLine, writeLine } from "./protocol.ts";

export interface ControlClient {
  /**
   * The reply of electron/surface.ts's answer(), as it came.
   * @throws Refusal `not_running` where the connection ends before the reply: whether it took effect is not known
   */
  call(method: string, input: unknown): Promise<unknown>;
  /** Resolves once events come. `closed` is told when they no longer do. @throws Refusal `not_running` */
  watch(listener: (event: unknown) => void, closed: () => void): Promise<void>;
  hello(): Promise<Hello>;
  /** Asks the running one to come to the front. */
  show(): Promise<void>;
  close(): void;
}

/** Longer than the longest thing that a method waits for: a person in front of a keychain's dialog. */
const REPLY_MS = 180_000;
const CONNECT_MS = 5000;

/**
 * A socket is believed only where nobody else could have put it: secrets go through it, and the shim takes
 * its word for where the door is.
 */
async function trustedAddress(dataFolder: string): Promise<string> {
  const missing = (cause?: unknown): Refusal =>
    new Refusal("not_running", { folder: dataFolder }, cause);
  if ((await fs.stat(dataFolder).catch(() => null)) === null) throw missing();
  const folder = await inspectFolder(dataFolder);
  const open = folder.mode !== null && (folder.mode & 0o077) !== 0;
  const address = await findAddress(folder.path);
  if (address === null) throw missing();
  if (process.platform === "win32") return address;
  const stat = await fs.lstat(address).catch((error: unknown) => {
    throw missing(error);
  });
  const refuse = (reason: string): Refusal =>
    new Refusal("data_folder_unusable", { folder: dataFolder, reason });
  if (!folder.mine) throw refuse("it belongs to another user");
  if (open) throw refuse("other users may enter it");
  if (!stat.isSocket() || stat.uid !== process.geteuid?.()) {
    throw refuse("its control socket is not one");
  }
  return address;
}

function dial(address: string, folder: string): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(address);
    const fail = (error?: Error): void => {
      socket.destroy();
      reject(new Refusal("not_running", { folder }, error));
    };
    const timer = setTimeout(fail, CONNECT_MS);
    socket.once("close", () => clearTimeout(timer));
    socket.once("error", fail);
    socket.once("connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

interface Waiting {
  readonly resolve: (answer: Record<string, unknown>) => void;
  readonly reject: (error: Refusal) => void;
}

/** @throws Refusal `not_running`, `data_folder_unusable` */
export async function connectControl(folder: string): Promise<ControlClient> {
  const socket = await dial(await trustedAddress(folder), folder);
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let onEvent: ((event: unknown) => void) | null = null;
  let onClosed: (() => void) | null = null;
  let gone = false;

  const lost = (cause?: unknown): Refusal => new Refusal("not_running", { folder }, cause);

  const lines = createLines(MAX_REPLY_BYTES, (line) => {
    const message = readLine(line);
    if (message === null) return void socket.destroy();
    if ("event" in message) return onEvent?.(message["event"]);
    const id = message["id"];
    if (typeof id !== "number") return;
    waiting.get(id)?.resolve(message);
  });
  socket.on("data", (chunk: Buffer) => {
    if (!lines.push(chunk)) socket.destroy();
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    gone = true;
    for (const { reject } of waiting.values()) reject(lost());
    onClosed?.();
  });

  async function ask(request: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (gone) throw lost();
    const id = (lastId += 1);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        timer = setTimeout(() => reject(lost()), REPLY_MS);
        socket.write(writeLine({ id, ...request }));
      });
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  }

  return {
    async call(method, input) {
      return (await ask({ method, input }))["reply"];
    },
    async watch(listener, closed) {
      onEvent = listener;
      onClosed = closed;
      await ask({ watch: true });
    },
    async hello() {
      const { door, pid, version } = ((await ask({ hello: true }))["hello"] ??
        {}) as Partial<Hello>;
      if (typeof door !== "string" || typeof pid !== "number" || typeof version !== "string") {
        throw lost();
      }
      return { door, pid, version };
    },
    async show() {
      await ask({ show: true });
    },
    close() {
      onClosed = null;
      socket.destroy();
    },
  };
}
