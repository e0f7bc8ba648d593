// Processes, as Linux shows them under /proc: who holds a socket, what it runs, and who started it.
import fs from "node:fs";
import path from "node:path";
import type { Ancestor } from "../../core/permission/program.ts";

/** A process at one moment. The start tells it from a later one with the same number. */
export interface Seen {
  readonly pid: number;
  readonly parent: number;
  /** Clock ticks since the machine started. */
  readonly start: string;
  readonly path: string;
}

/** Where a process holds a socket. */
export interface Held {
  readonly pid: number;
  readonly handle: string;
}

type Found = (held: Held | null) => void;

/** More would be a server's process, not an assistant's. */
const MAX_HANDLES = 4096;
const MAX_PROCESSES = 8192;
/** Milliseconds of looking before others get a turn. */
const SLICE_MS = 2;
const LEVELS = 6;
/** Recent callers, looked at first: an assistant opens one connection after the other. */
const RECENT = 8;
/** USER_HZ: 100 on every architecture that Electron or node is built for. */
const TICK_MS = 10;

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** @param root `/proc` */
export function createProcesses(root = "/proc") {
  const recent: number[] = [];
  const asked = new Map<string, Promise<Held | null>>();
  const queue = new Map<string, Found>();
  let working = false;

  /** proc(5) stat: the name stands in parentheses and may hold anything, so fields are counted from the last one. */
  function stat(pid: number): { name: string; parent: number; start: string } | null {
    const text = attempt(() => fs.readFileSync(`${root}/${pid}/stat`, "utf8"));
    if (text === null) return null;
    const close = text.lastIndexOf(")");
    const cells = text.slice(close + 2).split(" ");
    const name = text.slice(text.indexOf("(") + 1, close);
    return { name, parent: Number(cells[1]), start: cells[19] ?? "" };
  }
  const executable = (pid: number): string | null =>
    attempt(() => fs.readlinkSync(`${root}/${pid}/exe`));

  const holds = ({ pid, handle }: Held, inode: string): boolean =>
    attempt(() => fs.readlinkSync(`${root}/${pid}/fd/${handle}`)) === `socket:[${inode}]`;

  /** Takes out of `wanted` what this process holds. */
  function searchIn(pid: number, wanted: Map<string, Found>): void {
    const handles = attempt(() => fs.readdirSync(`${root}/${pid}/fd`)) ?? [];
    // The newest handles are last.
    for (const handle of handles.slice(-MAX_HANDLES).reverse()) {
      const link = attempt(() => fs.readlinkSync(`${root}/${pid}/fd/${handle}`));
      if (link?.startsWith("socket:[") !== true) continue;
      const inode = link.slice(8, -1);
      const found = wanted.get(inode);
      if (found === undefined) continue;
      wanted.delete(inode);
      remember(pid);
      found({ pid, handle });
      if (wanted.size === 0) return;
    }
  }
  function remember(pid: number): void {
    const at = recent.indexOf(pid);
    if (at !== -1) recent.splice(at, 1);
    recent.unshift(pid);
    recent.length = Math.min(recent.length, RECENT);
  }

  /** Recent callers, then everyone, the newest first: a script that was just started. */
  function* candidates(): Generator<number> {
    const first = [...recent];
    yield* first;
    yield* (attempt(() => fs.readdirSync(root)) ?? [])
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => !first.includes(pid))
      .sort((a, b) => b - a)
      .slice(0, MAX_PROCESSES);
  }

  /** One walk over the processes serves all who asked before it began. */
  async function work(): Promise<void> {
    if (working) return;
    working = true;
    while (queue.size > 0) {
      const wanted = new Map(queue);
      queue.clear();
      let since = performance.now();
      for (const pid of candidates()) {
        searchIn(pid, wanted);
        if (wanted.size === 0) break;
        if (performance.now() - since < SLICE_MS) continue;
        await new Promise((resolve) => setImmediate(resolve));
        since = performance.now();
      }
      for (const found of wanted.values()) found(null);
    }
    working = false;
  }

  return {
    holds,

    /** The process that holds this socket; null where none that we may look into does. */
    holderOf(inode: string): Promise<Held | null> {
      let search = asked.get(inode);
      if (search === undefined) {
        search = new Promise((resolve) => queue.set(inode, resolve));
        asked.set(inode, search);
        search.finally(() => asked.delete(inode)).catch(() => undefined);
        void work();
      }
      return search;
    },

    /** What the process is now; null where it is gone, changed while it was looked at, or not ours to look into. */
    see(pid: number): Seen | null {
      const before = stat(pid);
      const file = executable(pid);
      const after = stat(pid);
      if (before === null || file === null || before.start !== after?.start) return null;
      return { pid, parent: before.parent, start: before.start, path: file };
    },

    /** UTC instant of a start in ticks. */
    startedAt(start: string): string {
      const boot = attempt(() => fs.readFileSync(`${root}/stat`, "utf8"));
      const seconds = Number(/^btime (\d+)$/m.exec(boot ?? "")?.[1] ?? Number.NaN);
      const at = new Date(seconds * 1000 + Number(start) * TICK_MS);
      return Number.isNaN(at.getTime()) ? "" : at.toISOString();
    },

    /** The process and those that started it, nearest first. */
    chainOf(pid: number): Ancestor[] {
      const chain: Ancestor[] = [];
      let next = pid;
      while (next > 1 && chain.length < LEVELS) {
        const one = stat(next);
        if (one === null) break;
        const file = executable(next);
        chain.push({
          pid: next,
          name: file === null ? one.name : path.basename(file),
          path: file,
        });
        next = one.parent;
      }
      return chain;
    },

    /** Whether it is the stdio shim of this very runtime. Its arguments are looked at and not kept. */
    isShim(pid: number, file: string): boolean {
      if (file !== process.execPath) return false;
      const text = attempt(() => fs.readFileSync(`${root}/${pid}/cmdline`, "utf8")) ?? "";
      const words = text.split("\0");
      const at = words.indexOf("stdio");
      return at > 0 && words.slice(at).some((word) => word.startsWith("--data"));
    },
  };
}
