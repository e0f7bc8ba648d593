// The other end of a loopback connection in the kernel's table: which user holds it, and which socket it is.
import fs from "node:fs";

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
/** Bytes of one read: a page is what the kernel gives. */
const CHUNK = 4096;
/** Reads before others get their turn. */
const PIECES = 8;
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
  /**
   * The kernel gives a page at a time, which node 18 takes for the end of the file: it is read until nothing comes. Each
   * piece is made in memory within a fraction of a millisecond, and a thread for each would cost more than the piece.
   */
  async function read(name: string): Promise<string> {
    const chunks: Buffer[] = [];
    let file: number | null = null;
    try {
      file = fs.openSync(`${root}/net/${name}`, "r");
      for (let n = 1; ; n++) {
        const chunk = Buffer.alloc(CHUNK);
        const size = fs.readSync(file, chunk);
        if (size === 0) break;
        chunks.push(chunk.subarray(0, size));
        if (n % PIECES === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    } catch {
      return "";
    } finally {
      if (file !== null) fs.closeSync(file);
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
