// What a started program is from outside: the processes that it has started.
import fs from "node:fs";

/** @returns the command line of each process below this one, itself included; its words parted by blanks */
export function commandsBelow(main: number): string[] {
  const found = new Map<number, { parent: number; line: string }>();
  for (const name of fs.readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, "utf8");
      const line = fs.readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      // Behind the name in brackets, which may hold anything: state, then parent.
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]);
      found.set(Number(name), { parent, line });
    } catch {
      // It ended meanwhile.
    }
  }
  const isBelow = (pid: number): boolean => {
    for (let at = pid; at > 1; at = found.get(at)?.parent ?? 0) if (at === main) return true;
    return false;
  };
  return [...found].filter(([pid]) => isBelow(pid)).map(([, { line }]) => line);
}

/** How many pages it shows: each of Chromium's sites has a process of its own, and so have developer tools. */
export const renderersBelow = (main: number): number =>
  commandsBelow(main).filter((line) => line.includes(" --type=renderer")).length;
