// The double's rehearsals and rules files: canned numbers over the rows that it has.
import fs from "node:fs";
import path from "node:path";
import type { AppEvent } from "../../electron/contract.ts";
import { Refusal } from "../../electron/core/errors.ts";
import type { Rehearsal } from "../../electron/core/policy/rehearsal.ts";
import { writeRulesFile } from "../../electron/core/policy/rules-file.ts";
import type { Handlers } from "../../electron/surface.ts";
import type { World } from "./double.ts";

const SOURCE = path.resolve(import.meta.dirname, "../../electron/host/policy/default.rego");

type Mine = Pick<
  Handlers,
  Extract<keyof Handlers, `policy.${string}`> | "rules.export" | "rules.import"
>;

/** A rehearsal that has ended: some of the newest calls would have been decided otherwise. */
export function sampleRehearsal(world: World): Rehearsal {
  const calls = world.rows.filter(({ kind }) => kind === "call");
  const changed = calls.slice(-7).map((row, i) => ({
    call: row.id,
    at: row.at,
    agent: row.agentName,
    server: row.serverName,
    tool: row.tool,
    outcome: row.outcome,
    from: i % 2 === 0 ? ("ask" as const) : ("allow" as const),
    to: i % 2 === 0 ? ("allow" as const) : ("deny" as const),
    rules: ["rule_000000000001"],
  }));
  return {
    id: "reh_0000000001",
    state: "done",
    done: calls.length,
    of: calls.length,
    counts: {
      calls: Math.max(0, calls.length - 12),
      deny: changed.filter(({ to }) => to === "deny").length,
      ask: 0,
      allow: changed.filter(({ to }) => to === "allow").length,
      unjudged: { unknown: calls.length > 12 ? 12 : 0, arguments: 0, failed: 0 },
    },
    changed,
    unjudged: [],
    complaint: null,
  };
}

export function policyHandlers(world: World, emit: (event: AppEvent) => void): Mine {
  return {
    "policy.check": () => world.rego,
    "policy.rehearse": () => ({ ...sampleRehearsal(world), state: "running", done: 0 }),
    "policy.rehearsal": () => sampleRehearsal(world),
    "policy.cancelRehearsal": () => sampleRehearsal(world),
    "policy.inForce": () => ({
      hash: world.policies.length === 0 ? "4be1".repeat(16) : "9c07".repeat(16),
      shipped: fs.readFileSync(SOURCE, "utf8"),
      own: world.policies,
      trouble: null,
    }),
    "policy.install": () => {
      throw new Refusal("policy_compiler_missing", { reason: "ENOENT" });
    },
    "policy.remove": ({ id }) => {
      world.policies = world.policies.filter((one) => one.id !== id);
      return { removed: true };
    },
    "rules.export": () => writeRulesFile(world.rules, world),
    "rules.import": () => {
      emit({ type: "changed", what: "rules" });
      return { added: 2, there: 1 };
    },
  };
}
