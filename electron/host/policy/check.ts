// Checks Rego while it is written, by the real compiler, and says what is wrong where.
import fs from "node:fs/promises";
import path from "node:path";
import { asRefusal, Refusal } from "../../core/errors.ts";
import type { RegoCheck, RegoFault } from "../../core/policy/rego-faults.ts";
import { entrypoints } from "./compile.ts";
import { type Opa, SOURCE, withOpa } from "./opa.ts";

const WITHIN_MS = 10_000;
const CAPABILITIES = "capabilities.json";

/**
 * A schema that a comment names (`# METADATA`, `$ref: https://…`) would be fetched by `opa check` from wherever it says:
 * with an empty `allow_net` nothing is.
 * @returns false where this opa does not tell what it can do
 */
async function stayHere(opa: Opa): Promise<boolean> {
  const { code, text } = await opa.run(["capabilities", "--current"]);
  if (code !== 0) return false;
  try {
    const all = JSON.parse(text) as object;
    const file = path.join(opa.folder, CAPABILITIES);
    await fs.writeFile(file, JSON.stringify({ ...all, allow_net: [] }), { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

/**
 * What is wrong with one file of Rego: faults of the language first, then whether it has a rule that decides.
 * @param read what `opa check` said, as faults; null where it is something else
 * @throws Refusal `policy_source_invalid` where the compiler gives no answer that can be read
 */
export async function checkRego(
  source: string,
  read: (text: string, source: string) => RegoFault[] | null,
  command = "opa",
): Promise<RegoCheck> {
  try {
    return await withOpa(source, { command, withinMs: WITHIN_MS }, async (opa) => {
      if (!(await stayHere(opa))) throw unread("it does not tell what it can do");
      const how = ["--format", "json", "--max-errors", "20", "--capabilities", CAPABILITIES];
      const { code, text } = await opa.run(["check", ...how, "--", SOURCE]);
      if (code === null) throw unread(`it did not end within ${WITHIN_MS / 1000} seconds`);
      if (code === 0) return { compiler: "ready", faults: await deciding(opa) };
      const faults = read(text, source);
      if (faults === null || faults.length === 0) throw unread("it gave no reason");
      return { compiler: "ready", faults };
    });
  } catch (error) {
    if (asRefusal(error).code !== "policy_compiler_missing") throw error;
    return { compiler: "missing", faults: [] };
  }
}

/** It compiles, but nothing in it may decide anything. */
async function deciding(opa: Opa): Promise<RegoCheck["faults"]> {
  try {
    await entrypoints(opa);
    return [];
  } catch (error) {
    const { code, facts } = asRefusal(error);
    if (code !== "policy_source_invalid") throw error;
    return [{ row: 0, column: 0, message: String(facts["reason"] ?? "") }];
  }
}

const unread = (reason: string): Refusal => new Refusal("policy_source_invalid", { reason });
