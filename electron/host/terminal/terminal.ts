// The terminal that this program was started on. It is opened by itself, and not by way of standard input and output: those
// may come from anybody, and what is asked must not end in a file or a pipe.
import { closeSync, openSync, readFileSync } from "node:fs";
import tty from "node:tty";
import { Refusal } from "../../core/errors.ts";

export interface Terminal {
  write(text: string): void;
  /** Hears lines as they are typed, without their ends, until it is told to stop. */
  listen(onLine: (line: string) => void): () => void;
  /** Once the terminal is gone. */
  onGone(listener: () => void): void;
  close(): void;
}

/** Characters of a line that anybody could mean. What is longer is nobody's answer. */
const LONGEST = 4096;

const missing = (reason: string, cause?: unknown): Refusal =>
  new Refusal("terminal_unusable", { reason }, cause);

/** Multiplexers hand what is shown to every program of the same user, and type for it. */
function multiplexer(env: Readonly<Record<string, string | undefined>>): string | null {
  const kind = env["TERM"] ?? "";
  if (env["TMUX"] !== undefined || kind.startsWith("tmux")) return "tmux";
  if (env["STY"] !== undefined || kind.startsWith("screen")) return "screen";
  return env["ZELLIJ"] === undefined ? null : "zellij";
}

/**
 * Whether this process is one that its terminal listens to (proc(5): fields 5 and 8 of stat are its process group and the
 * terminal's). One in the background would be stopped by its first look at the keyboard.
 */
function inBackground(): boolean {
  let stat: string;
  try {
    stat = readFileSync("/proc/self/stat", "utf8");
  } catch {
    return false;
  }
  // The name, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[2] !== fields[5];
}

/** @throws Refusal `terminal_unusable` where there is none, where it is in the background, or inside a multiplexer */
export function openTerminal(env: Readonly<Record<string, string | undefined>>): Terminal {
  if (process.platform === "win32") throw missing("there is no such terminal on Windows");
  const shared = multiplexer(env);
  if (shared !== null) {
    throw missing(`it is inside ${shared}, where every program of yours can read and type`);
  }
  const open: number[] = [];
  const opened = (flags: "r" | "w"): number => {
    const fd = openSync("/dev/tty", flags);
    open.push(fd);
    return fd;
  };
  let input: tty.ReadStream;
  let output: tty.WriteStream;
  try {
    const [reading, writing] = [opened("r"), opened("w")];
    if (inBackground()) throw missing("Countersign was started in the background");
    input = new tty.ReadStream(reading);
    output = new tty.WriteStream(writing);
  } catch (error) {
    for (const fd of open) closeSync(fd);
    throw error instanceof Refusal ? error : missing("there is none", error);
  }
  input.setEncoding("utf8");
  input.pause();
  const whenGone: (() => void)[] = [];
  const gone = (): void => {
    for (const tell of whenGone.splice(0)) tell();
  };
  input.on("end", gone).on("error", gone).on("close", gone);
  output.on("error", gone);

  return {
    write: (text) => void output.write(text),
    listen(onLine) {
      let rest = "";
      const take = (chunk: string): void => {
        const lines = (rest + chunk).split(/\r\n|\r|\n/);
        rest = (lines.pop() ?? "").slice(0, LONGEST);
        for (const line of lines) onLine(line);
      };
      input.on("data", take);
      input.resume();
      return () => {
        input.off("data", take);
        input.pause();
      };
    },
    onGone: (listener) => void whenGone.push(listener),
    close() {
      whenGone.splice(0);
      input.destroy();
      output.destroy();
    },
  };
}
