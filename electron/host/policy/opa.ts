// Runs the program opa: without a shell, in a folder of its own, with nothing of our environment that it does not need, and
// not for long.
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Refusal } from "../../core/errors.ts";
import { childEnvironment } from "../stdio/environment.ts";

const MOST_OUTPUT = 4 * 1024 * 1024;
/** The source's name in its folder. */
export const SOURCE = "policy.rego";

/** How a run ended; `text` is standard output and error as they came. */
export interface Ran {
  /** Null where it was ended: it took too long, or said too much. */
  readonly code: number | null;
  readonly text: string;
}

export interface Opa {
  readonly folder: string;
  /** @throws Refusal `policy_compiler_missing`, `policy_source_invalid` where it cannot be started */
  run(args: readonly string[]): Promise<Ran>;
}

/**
 * Gives `work` a private folder with the source in it (0600), and takes it away afterwards.
 * @param withinMs for each run
 */
export async function withOpa<T>(
  source: string,
  { command = "opa", withinMs }: { readonly command?: string; readonly withinMs: number },
  work: (opa: Opa) => Promise<T>,
): Promise<T> {
  // 0700, as mkdtemp makes it.
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "countersign-rego-"));
  try {
    await fs.writeFile(path.join(folder, SOURCE), source, { mode: 0o600 });
    return await work({ folder, run: (args) => run(folder, args, command, withinMs) });
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

function run(
  folder: string,
  args: readonly string[],
  command: string,
  withinMs: number,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: childEnvironment(process.env, {}, {}, process.platform),
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: withinMs,
      killSignal: "SIGKILL",
    });
    const parts: Buffer[] = [];
    let size = 0;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part: Buffer) => {
        size += part.length;
        if (size <= MOST_OUTPUT) parts.push(part);
        else child.kill("SIGKILL");
      });
    }
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT" || error.code === "EACCES";
      const why = { reason: error.code ?? "unknown" };
      reject(
        new Refusal(missing ? "policy_compiler_missing" : "policy_source_invalid", why, error),
      );
    });
    child.on("close", (code) => resolve({ code, text: Buffer.concat(parts).toString("utf8") }));
  });
}
