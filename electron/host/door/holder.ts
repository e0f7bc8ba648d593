// Who holds a port? Asked only when binding failed, to name the program in the message.
import { execFile } from "node:child_process";
import fs from "node:fs/promises";

/** Listening state in /proc/net/tcp. */
const LISTEN = "0A";

/**
 * The program that listens on this TCP port, e.g. `nginx (process 4242)`. Falls back to `another program`
 * where the system does not tell (another user's process, no tools).
 */
export async function whoHolds(
  port: number,
  platform: NodeJS.Platform = process.platform,
): Promise<string> {
  try {
    if (platform === "linux") return (await fromProc(port)) ?? "another program";
    if (platform === "win32") return (await fromNetstat(port)) ?? "another program";
    return (await fromLsof(port)) ?? "another program";
  } catch {
    return "another program";
  }
}

async function fromProc(port: number): Promise<string | null> {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = new Set<string>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await fs.readFile(table, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const cells = line.trim().split(/\s+/);
      if (cells[3] === LISTEN && cells[1]?.endsWith(`:${wanted}`) && cells[9]) inodes.add(cells[9]);
    }
  }
  if (inodes.size === 0) return null;
  for (const pid of await fs.readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const handles = await fs.readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const handle of handles) {
      const link = await fs.readlink(`/proc/${pid}/fd/${handle}`).catch(() => "");
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode !== undefined && inodes.has(inode)) {
        const name = (await fs.readFile(`/proc/${pid}/comm`, "utf8")).trim();
        return `${name} (process ${pid})`;
      }
    }
  }
  return "a program of another user";
}

async function fromLsof(port: number): Promise<string | null> {
  const text = await output("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]);
  const pid = /^p(\d+)$/m.exec(text)?.[1];
  const name = /^c(.+)$/m.exec(text)?.[1];
  return pid === undefined ? null : `${name ?? "a program"} (process ${pid})`;
}

async function fromNetstat(port: number): Promise<string | null> {
  const text = await output("netstat", ["-ano", "-p", "TCP"]);
  for (const line of text.split(/\r?\n/)) {
    const cells = line.trim().split(/\s+/);
    if (cells[1]?.endsWith(`:${port}`) && cells[3] === "LISTENING" && cells[4]) {
      const rows = await output("tasklist", ["/fi", `PID eq ${cells[4]}`, "/fo", "csv", "/nh"]);
      return `${/^"([^"]+)"/.exec(rows)?.[1] ?? "a program"} (process ${cells[4]})`;
    }
  }
  return null;
}

function output(command: string, args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 3000, windowsHide: true }, (_, stdout) => resolve(stdout));
  });
}
