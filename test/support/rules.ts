// Rules for tests that are not about questions: everything is allowed beforehand, as a person would have it in the file.
import fs from "node:fs";
import path from "node:path";
import type { Rule } from "../../electron/core/policy/rules.ts";

export const rule = (n: number, given: Partial<Rule> = {}): Rule => ({
  id: `rule_${String(n).padStart(12, "0")}`,
  tenant: "personal",
  effect: "allow",
  agent: null,
  server: null,
  target: null,
  tool: null,
  note: null,
  createdAt: "2026-11-28T12:00:00.000Z",
  ...given,
});

/** Tenants that tests make. */
const TENANTS = ["personal", "work", "acme", "globex", "other"];

/** Writes rules.json before Countersign opens the folder. */
export function writeRules(
  folder: string,
  rules: readonly Rule[] = TENANTS.map((tenant, i) => rule(i, { tenant })),
): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, "rules.json");
  fs.writeFileSync(file, `${JSON.stringify({ format: 1, rules }, null, 2)}\n`, { mode: 0o600 });
}

/** Allows a tool that nobody has: agents may use every server, and each call is asked about all the same. */
export const ONLY_MET: readonly Rule[] = TENANTS.map((tenant, i) =>
  rule(100 + i, { tenant, tool: "countersign-test-no-such-tool" }),
);
