// Which program is at the other end of a connection to the front door. Looked up with its first request, and looked at
// again before each call: a process number may have gone to another program since.
import type { Socket } from "node:net";
import type { Program } from "../../core/permission/program.ts";
import { createProcesses, type Held } from "./processes.ts";
import { createSocketTable } from "./socket-table.ts";

/** `gone`: it has closed its end. `unknown`: this system does not tell. */
export type User = "ours" | "other" | "gone" | "unknown";

export interface Peer {
  /** Whose process it is. */
  readonly user: Promise<User>;
  /** Null where it cannot be found out. */
  program(): Promise<Program | null>;
}

export interface Programs {
  of(socket: Socket): Peer;
}

interface Known {
  readonly held: Held;
  readonly inode: string;
  readonly start: string;
  readonly path: string;
  readonly program: Program;
}

const NOBODY: Peer = { user: Promise.resolve("unknown"), program: async () => null };

/**
 * Linux only; elsewhere every program is unknown.
 * @param own this process's user
 */
export function createPrograms(
  own: number | null = process.getuid?.() ?? null,
  platform: NodeJS.Platform = process.platform,
): Programs {
  if (platform !== "linux" || own === null) return { of: () => NOBODY };
  const table = createSocketTable();
  const processes = createProcesses();
  const peers = new WeakMap<Socket, Peer>();

  /** Twice at most: a process that changes while it is looked at is looked at again. */
  async function lookUp(inode: string): Promise<Known | null> {
    for (let round = 0; round < 2; round++) {
      const held = await processes.holderOf(inode);
      if (held === null) continue;
      const seen = processes.see(held.pid);
      // It must still hold the socket, or what was seen is another process with its number.
      if (seen === null || !processes.holds(held, inode)) continue;
      const throughShim = processes.isShim(seen.pid, seen.path);
      const speaker = throughShim ? (processes.see(seen.parent) ?? seen) : seen;
      return {
        held,
        inode,
        start: seen.start,
        path: seen.path,
        program: {
          pid: speaker.pid,
          path: speaker.path,
          startedAt: processes.startedAt(speaker.start),
          chain: processes.chainOf(speaker.pid),
          throughShim,
        },
      };
    }
    return null;
  }
  function holds({ held, inode, start, path, program }: Known): boolean {
    const seen = processes.see(held.pid);
    if (seen === null || seen.start !== start || seen.path !== path) return false;
    if (!processes.holds(held, inode)) return false;
    // Behind a shim stands a program that may have ended and left its number to another.
    return !program.throughShim || seen.parent === program.pid;
  }

  function meet(socket: Socket): Peer {
    const { localAddress, localPort, remoteAddress, remotePort } = socket;
    if (
      localAddress === undefined ||
      localPort === undefined ||
      remoteAddress === undefined ||
      remotePort === undefined
    ) {
      return NOBODY;
    }
    const end = table.peerOf({ localAddress, localPort, remoteAddress, remotePort });
    let known: Known | null = null;
    return {
      user: end.then((found) =>
        typeof found === "string" ? found : found.uid === own ? "ours" : "other",
      ),
      async program() {
        const found = await end;
        if (typeof found === "string" || found.uid !== own) return null;
        if (known === null || !holds(known)) known = await lookUp(found.inode);
        return known?.program ?? null;
      },
    };
  }

  return {
    of(socket) {
      let peer = peers.get(socket);
      if (peer === undefined) {
        peer = meet(socket);
        peers.set(socket, peer);
      }
      return peer;
    },
  };
}
