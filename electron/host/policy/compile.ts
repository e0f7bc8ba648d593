// Compiles Rego source where `opa` is on this machine.
import fs from "node:fs/promises";
import path from "node:path";
import { Refusal } from "../../core/errors.ts";
import type { KeptBundle } from "../../core/policy/own.ts";
import { readBundle } from "./bundle.ts";
import { type Opa, SOURCE, withOpa } from "./opa.ts";

const WITHIN_MS = 20_000;
const EFFECTS = ["deny", "ask", "allow"];

/** @throws Refusal `policy_compiler_missing`, `policy_source_invalid` */
async function mustRun(opa: Opa, args: readonly string[]): Promise<string> {
  const { code, text } = await opa.run(args);
  if (code === 0) return text;
  throw new Refusal("policy_source_invalid", { reason: firstFault(text, opa.folder) });
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

/**
 * What to compile: `decision` of the package, or those of deny, ask and allow that it has.
 * @throws Refusal `policy_compiler_missing`, `policy_source_invalid`
 */
export async function entrypoints(opa: Opa): Promise<string[]> {
  const parsed = JSON.parse(
    await mustRun(opa, ["parse", "--format", "json", "--", SOURCE]),
  ) as Parsed;
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
export const compileRego = (source: string, command = "opa"): Promise<KeptBundle> =>
  withOpa(source, { command, withinMs: WITHIN_MS }, async (opa) => {
    const entries = (await entrypoints(opa)).flatMap((entry) => ["-e", entry]);
    const out = path.join(opa.folder, "bundle.tar.gz");
    await mustRun(opa, ["build", "-t", "wasm", ...entries, "-o", out, "--", SOURCE]);
    return { ...readBundle(await fs.readFile(out)), rego: source };
  });
