// Compiles Rego source where `opa` is on this machine. It runs without a shell, in a folder of its own, with nothing of
// our environment that it does not need, and not for long.
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Refusal } from "../../core/errors.ts";
import type { KeptBundle } from "../../core/policy/own.ts";
import { childEnvironment } from "../stdio/environment.ts";
import { readBundle } from "./bundle.ts";

const WITHIN_MS = 20_000;
const MOST_OUTPUT = 4 * 1024 * 1024;
const FILE = "policy.rego";
const EFFECTS = ["deny", "ask", "allow"];

/** @throws Refusal `policy_compiler_missing`, `policy_source_invalid` */
function run(folder: string, args: readonly string[], command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: childEnvironment(process.env, {}, {}, process.platform),
      shell: false,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: WITHIN_MS,
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
    child.on("close", (code) => {
      const text = Buffer.concat(parts).toString("utf8");
      if (code === 0) return resolve(text);
      reject(new Refusal("policy_source_invalid", { reason: firstFault(text, folder) }));
    });
  });
}

/** The first fault that the compiler named, with its line, and without the name of a folder that is gone by now. */
function firstFault(text: string, folder: string): string {
  try {
    const { errors } = JSON.parse(text) as {
      errors: { message: string; location?: { row: number } }[];
    };
    const [first] = errors;
    if (first !== undefined) {
      const line = first.location === undefined ? "" : `line ${first.location.row}: `;
      return `${line}${first.message}`.slice(0, 300);
    }
  } catch {
    // `opa build` says it in lines.
  }
  const line = text
    .split("\n")
    .map((one) => one.replaceAll(folder + path.sep, "").replace(/^error: load error: /, ""))
    .find((one) => /rego|error/i.test(one) && !/^\d+ errors? occurred/.test(one));
  return (line ?? "opa gave no reason").slice(0, 300);
}

interface Parsed {
  readonly package?: { readonly path?: readonly { readonly value?: unknown }[] };
  readonly rules?: readonly {
    readonly head?: {
      readonly name?: unknown;
      readonly ref?: readonly { readonly value?: unknown }[];
    };
  }[];
}

/** What to compile: `decision` of the package, or those of deny, ask and allow that it has. */
function entrypoints(parsed: Parsed): string[] {
  const names = (parsed.package?.path ?? []).map(({ value }) => String(value)).slice(1);
  const rules = new Set(
    (parsed.rules ?? []).map(({ head }) => head?.name ?? head?.ref?.[0]?.value),
  );
  const wanted = rules.has("decision") ? ["decision"] : EFFECTS.filter((one) => rules.has(one));
  if (names.length === 0 || wanted.length === 0) {
    throw new Refusal("policy_source_invalid", {
      reason: "the package has neither a rule called decision, nor one called allow, ask or deny",
    });
  }
  return wanted.map((one) => [...names, one].join("/"));
}

/**
 * @param source one file of Rego
 * @throws Refusal `policy_compiler_missing`, `policy_source_invalid`
 */
export async function compileRego(source: string, command = "opa"): Promise<KeptBundle> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "countersign-rego-"));
  try {
    await fs.writeFile(path.join(folder, FILE), source, { mode: 0o600 });
    const parsed = JSON.parse(
      await run(folder, ["parse", "--format", "json", "--", FILE], command),
    ) as Parsed;
    const entries = entrypoints(parsed).flatMap((entry) => ["-e", entry]);
    const out = path.join(folder, "bundle.tar.gz");
    await run(folder, ["build", "-t", "wasm", ...entries, "-o", out, "--", FILE], command);
    return { ...readBundle(await fs.readFile(out)), rego: source };
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
