// One process of a local server: started without a shell, fed and read line by line, and ended for certain.
import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { once } from "node:events";
import { Refusal } from "../../core/errors.ts";
import type { Pieces } from "../../core/stdio/pieces.ts";
import type { Command } from "./command.ts";
import { createLineReader } from "./lines.ts";

export interface ChildOptions {
  /** Name of the server, for refusals. */
  readonly server: string;
  readonly command: Command;
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  /** Bytes that one line of standard output may have; a longer one ends the process. */
  readonly lineCap: number;
  /** Milliseconds between closing standard input, SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly onLine: (line: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
  /** Called once, after the last line. `asked` is true if end() was called before. */
  readonly onExit: (reason: string, asked: boolean) => void;
}

export interface Child {
  readonly pid: number;
  write(line: Pieces): void;
  /** Resolves when standard input takes more. @throws Refusal `stdio_stopped` */
  ready(): Promise<void>;
  /** Stops and resumes reading standard output. */
  hold(held: boolean): void;
  /** Ends the process and all that it started; resolves when it is gone. Safe to call twice. */
  end(): Promise<void>;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "the program was not found",
  EACCES: "the program may not be executed",
  ENOEXEC: "the file is not a program",
  E2BIG: "its arguments and variables are too large",
  ENOMEM: "there is not enough memory",
  EAGAIN: "there are too many processes",
};

function startFailure(options: ChildOptions, error: unknown): Refusal {
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  const folder =
    options.cwd === null ? undefined : statSync(options.cwd, { throwIfNoEntry: false });
  // Node reports a missing working folder as ENOENT of the program.
  const reason =
    options.cwd !== null && folder?.isDirectory() !== true
      ? "its working folder does not exist"
      : (REASONS[code] ?? (code === "" ? "the system refused to start it" : code));
  return new Refusal("stdio_start_failed", { server: options.server, reason }, error);
}

/** @throws Refusal `stdio_start_failed` */
export async function startChild(options: ChildOptions): Promise<Child> {
  const windows = process.platform === "win32";
  let child: ChildProcess;
  try {
    child = spawn(options.command.file, options.command.args, {
      env: options.env,
      ...(options.cwd === null ? {} : { cwd: options.cwd }),
      stdio: ["pipe", "pipe", "pipe"],
      shell: false,
      windowsHide: true,
      // A process group of its own, so that what npx or uvx started goes with it. It is no daemon: if we are
      // killed, its standard input ends, which every MCP server takes as its own end (stdio binding, shutdown).
      // A server that ignores that stays behind; no portable call can prevent it.
      detached: !windows,
    });
  } catch (error) {
    throw startFailure(options, error);
  }
  // Later errors of the process object (a signal that could not be sent) say nothing new.
  child.on("error", () => {});
  try {
    await once(child, "spawn");
  } catch (error) {
    throw startFailure(options, error);
  }
  return attach(child, options, windows);
}

function attach(child: ChildProcess, options: ChildOptions, windows: boolean): Child {
  const { stdin, stdout, stderr, pid } = child;
  if (stdin === null || stdout === null || stderr === null || pid === undefined) {
    throw new Refusal("internal");
  }
  let asked = false;
  let reason: string | null = null;
  let overlong = false;
  let held = false;
  let ending: Promise<void> | null = null;
  let tellGone = (): void => {};
  const gone = new Promise<void>((resolve) => (tellGone = resolve));
  const pause = async (ms: number): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([gone, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
    clearTimeout(timer);
  };

  /** The whole group. False when nobody is left in it. */
  function signal(name: NodeJS.Signals | 0): boolean {
    if (windows) {
      if (reason === null && name !== 0) {
        // By its full path: a taskkill.exe in the current folder must not be found first.
        const root = process.env["SystemRoot"] ?? "C:\\Windows";
        const kill = spawn(`${root}\\System32\\taskkill.exe`, ["/pid", String(pid), "/T", "/F"], {
          stdio: "ignore",
          windowsHide: true,
        });
        kill.on("error", () => child.kill());
      }
      return reason === null;
    }
    try {
      return process.kill(-(pid ?? 0), name);
    } catch {
      return false;
    }
  }

  /** Those that outlive their leader: politely first, then not. */
  async function sweep(): Promise<void> {
    if (!signal("SIGTERM")) return;
    for (let waited = 0; waited < options.graceMs && signal(0); waited += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    signal("SIGKILL");
  }

  const reader = createLineReader(options.lineCap, options.onLine, () => {
    overlong = true;
    void finish();
    signal("SIGKILL");
  });
  stdout.on("data", (chunk: Buffer) => reader.push(chunk));
  stdout.on("error", () => {});
  stderr.on("data", options.onStderr);
  stderr.on("error", () => {});
  // Who closes standard input can be told nothing any more.
  stdin.on("error", () => void finish());

  child.once("exit", (code, signalName) => {
    const how = signalName === null ? `exit code ${code ?? "unknown"}` : `signal ${signalName}`;
    reason = overlong ? `it wrote a line longer than ${options.lineCap} bytes` : how;
    const swept = windows ? Promise.resolve() : sweep();
    const late = setTimeout(() => {
      // Somebody still holds the pipe open. What is paused for a slow agent is waited for, in full.
      if (held) late.refresh();
      else stdout.destroy();
    }, 1000);
    const finished = stdout.closed ? Promise.resolve() : once(stdout, "close");
    void finished
      .catch(() => {})
      .then(async () => {
        clearTimeout(late);
        reader.end();
        stderr.destroy();
        options.onExit(reason ?? how, asked);
        await swept;
        tellGone();
      });
  });

  async function stop(): Promise<void> {
    stdin?.end();
    await pause(options.graceMs);
    if (signal(0)) signal("SIGTERM");
    await pause(options.graceMs);
    if (signal(0)) signal("SIGKILL");
    // Bounded even for a process that the kernel cannot end just now.
    await pause(options.graceMs);
  }

  function finish(): Promise<void> {
    held = false;
    stdout?.resume();
    ending ??= reason === null ? stop() : gone;
    return ending;
  }

  return {
    pid,
    write(line) {
      if (!stdin.writable) return;
      stdin.cork();
      for (const piece of line) stdin.write(piece);
      stdin.write("\n");
      stdin.uncork();
    },
    async ready() {
      while (stdin.writable && stdin.writableNeedDrain) {
        await Promise.race([once(stdin, "drain"), once(stdin, "close"), gone]).catch(() => {});
      }
      if (!stdin.writable) {
        const facts = { server: options.server, reason: reason ?? "it closed its standard input" };
        throw new Refusal("stdio_stopped", facts);
      }
    },
    hold(hold) {
      if (ending !== null || hold === held) return;
      held = hold;
      if (hold) stdout.pause();
      else stdout.resume();
    },
    end() {
      asked = reason === null && !overlong;
      return finish();
    },
  };
}
