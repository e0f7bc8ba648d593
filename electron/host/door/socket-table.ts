// The other end of a loopback connection in the kernel's table: which user holds it, and which socket it is.
import { type FileHandle, open } from "node:fs/promises";

export interface SocketEnd {
  readonly uid: number;
  /** `0` for a socket that its process has closed already. */
  readonly inode: string;
}

export interface Ends {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** `gone`: the other end has been closed. `unknown`: this system does not tell. */
export type Found = SocketEnd | "gone" | "unknown";

/** proc(5): the bytes of each 32-bit word in host order, which is little-endian wherever Countersign runs. */
function hexOf(address: string, port: number): string | null {
  const bytes = address.replace(/^::ffff:/i, "").split(".");
  if (bytes.length !== 4) return null;
  const hex = bytes
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, "0"))
    .join("");
  return `${hex}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}
/** Bytes of one read. */
const CHUNK = 64 * 1024;
/** Readings before the other end counts as gone. */
const ROUNDS = 8;
/** An IPv4 address in the table of IPv6 sockets. */
const MAPPED = "0000000000000000FFFF0000";

function endIn(table: string, local: string, remote: string): SocketEnd | null {
  const at = table.indexOf(` ${local} ${remote} `);
  if (at === -1) return null;
  const cells = table.slice(at, table.indexOf("\n", at)).trim().split(/\s+/);
  const [uid, inode] = [cells[6], cells[8]];
  return uid === undefined || inode === undefined ? null : { uid: Number(uid), inode };
}

/** @param root `/proc`, or what a test puts in its place */
export function createSocketTable(root = "/proc") {
  /** What is asked in one turn is looked up in one reading, and never in one that began before. */
  let queue: { readonly ours: string; readonly theirs: string; found: (found: Found) => void }[] =
    [];
  let working = false;
  /** The kernel gives a page at a time, which node 18 takes for the end of the file: it is read until nothing comes. */
  async function read(name: string): Promise<string> {
    const chunks: Buffer[] = [];
    let file: FileHandle | null = null;
    try {
      file = await open(`${root}/net/${name}`);
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK));
        if (bytesRead === 0) break;
        chunks.push(buffer.subarray(0, bytesRead));
      }
    } catch {
      return "";
    } finally {
      await file?.close();
    }
    return Buffer.concat(chunks).toString("latin1");
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      let left = batch;
      const shown = new Set<(typeof queue)[number]>();
      // The kernel gives the table in pieces: what moves meanwhile can be missed, so what is missing is looked for again.
      for (let round = 0; round < ROUNDS && left.length > 0; round++) {
        const table = await read("tcp");
        left = left.filter((one) => !settle(one, endIn(table, one.theirs, one.ours)));
        if (left.length === 0) break;
        const six = await read("tcp6");
        left = left.filter(
          (one) => !settle(one, endIn(six, MAPPED + one.theirs, MAPPED + one.ours)),
        );
        for (const one of left) if (endIn(table, one.ours, one.theirs) !== null) shown.add(one);
      }
      // A table that does not even show our own end says nothing.
      for (const one of left) one.found(shown.has(one) ? "gone" : "unknown");
    }
    working = false;
  }
  function settle(one: (typeof queue)[number], end: SocketEnd | null): boolean {
    if (end === null) return false;
    one.found(end.inode === "0" ? "gone" : end);
    return true;
  }

  return {
    /** Who is at the far end of a connection that was accepted here. */
    peerOf(ends: Ends): Promise<Found> {
      const ours = hexOf(ends.localAddress, ends.localPort);
      const theirs = hexOf(ends.remoteAddress, ends.remotePort);
      if (ours === null || theirs === null) return Promise.resolve("unknown");
      return new Promise((found) => {
        queue.push({ ours, theirs, found });
        void work();
      });
    },
  };
}
