// Child processes for the launchers: run one to its end with a time limit, or hand over the terminal to one.
import { spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * Runs a program to its end and keeps what it says (the last 200,000 characters).
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, seconds?: number }} [options]
 * @returns {Promise<{ code: number | null, output: string, why: string }>} `code` is null if it never ran, was
 *   stopped at the time limit or died of a signal; `why` says which in a few words. Never rejects.
 */
export function run(program, args, { cwd = root, env = process.env, seconds = 600 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let late = false;
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, seconds * 1000);
    const end = (code, why) => {
      clearTimeout(timer);
      resolve({ code, output, why });
    };
    child.once("error", (error) => end(null, error.code ?? error.message));
    // `exit` rather than `close`: a grandchild may keep the pipes open long after the child is gone.
    child.once("exit", (code, signal) => {
      if (late) return setImmediate(end, null, `no end after ${seconds} s`);
      return setImmediate(end, code, signal ? `ended by ${signal}` : `exit code ${code}`);
    });
  });
}

/**
 * Hands the terminal to a program and waits for its end. Signals that reach only this process are passed on;
 * Ctrl-C reaches both, and this process then waits until the other has closed what it holds.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, channel?: boolean }} [options] `channel`: an IPC channel whose end tells
 *   the child that this process is gone, whatever ended it
 * @returns {Promise<number>} its exit code; 128 + signal number as a shell would say it
 */
export function handOver(program, args, { env = process.env, channel = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: process.cwd(),
      env,
      stdio: channel ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
    });
    const pass = (signal) => void child.kill(signal);
    // A terminal sends SIGINT to the whole group: passing it on would end the child's clean close halfway.
    const stay = () => {
      if (!process.stdin.isTTY) child.kill("SIGINT");
    };
    process.on("SIGINT", stay).on("SIGTERM", pass).on("SIGHUP", pass);
    const orphaned = watchParent(() => child.kill("SIGTERM"));
    child.once("error", (error) => {
      console.error(`${path.basename(program)} could not be started (${error.code}).`);
      resolve(1);
    });
    child.once("exit", (code, signal) => {
      clearInterval(orphaned);
      process.off("SIGINT", stay).off("SIGTERM", pass).off("SIGHUP", pass);
      const numbers = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
      resolve(code ?? 128 + (numbers[signal] ?? 6));
    });
  });
}

/**
 * npm runs a script in a shell, and a shell that is ended does not tell the script. So a script that npm
 * started looks whether its parent is still the same.
 * @param {() => void} gone
 */
function watchParent(gone) {
  if (!process.env.npm_lifecycle_event || process.platform === "win32") return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, 500);
  return timer;
}
