// Removing a rule: what may let something through waits for the person, and what cannot goes at once.
import { expect, it } from "vitest";
import { judge } from "../../../electron/core/policy/judge.ts";
import type { Matter } from "../../../electron/core/permission/questions.ts";
import { createRuleRegister } from "../../../electron/core/policy/rule-register.ts";
import type { Rule } from "../../../electron/core/policy/rules.ts";
import { loadEngine, shippedPolicy } from "../../../electron/host/policy/engine.ts";
import { digest, memoryStore, movableClock } from "../../support/ports.ts";
import { rule } from "../../support/rules.ts";
import { fc } from "../property.ts";

function stage(rules: readonly Rule[], says: "allow" | "deny" = "deny") {
  const store = memoryStore();
  Object.assign(store.all, { rules });
  const asked: Matter[] = [];
  let during = async (): Promise<unknown> => undefined;
  const register = createRuleRegister({
    store,
    clock: movableClock(),
    digest,
    questions: {
      async ask(matter: Matter) {
        asked.push(matter);
        await during();
        const verdict =
          says === "deny" ? { type: "deny" } : { type: "allow", lifetime: "always", scope: "tool" };
        return { question: "qst_0000000001", verdict, revision: null, waitedMs: 1 };
      },
    } as never,
  });
  const meanwhile = (run: typeof during): void => void (during = run);
  return { store, asked, register, meanwhile };
}

const some = fc.record({
  effect: fc.constantFrom("allow", "ask", "deny"),
  agent: fc.constantFrom(null, "agt_000000000001", "agt_000000000002"),
  server: fc.constantFrom(null, "srv_000000000001"),
  tool: fc.constantFrom(null, "search", "s*", "list"),
});
const RANK = { deny: 0, ask: 1, allow: 2 } as const;

it("nothing that goes without a question lets a call through that was stopped before", async () => {
  const engine = await loadEngine(shippedPolicy(), []);
  const lists = fc.sample(fc.array(some, { minLength: 1, maxLength: 6 }), {
    numRuns: 120,
    seed: 5,
  });
  const inputs = ["agt_000000000001", "agt_000000000002"].flatMap((agent) =>
    ["search", "list", "send", "other"].map((tool) => ({
      agent: { id: agent, tenant: "personal" },
      server: { id: "srv_000000000001", stage: "development", practice: false, target: "t" },
      tool: { name: tool, namespace: "personal", destructive: false, fingerprint: null },
      credential: { bound: false },
    })),
  );
  const effects = (rules: readonly Rule[]) => {
    engine.setRules(rules);
    return inputs.map((input) => judge(engine.evaluate(input)).effect);
  };
  let silent = 0;
  for (const list of lists) {
    const rules = list.map((given, i) => rule(i, given as Partial<Rule>));
    const before = effects(rules);
    for (const gone of rules) {
      const { store, asked, register } = stage(rules);
      await register.remove(gone.id).catch(() => undefined);
      expect(asked.length).toBeLessThanOrEqual(1);
      // The person said no: it stands.
      if (asked.length > 0) expect(store.all.rules).toEqual(rules);
      else {
        silent++;
        const after = effects(store.all.rules);
        for (const [i, effect] of after.entries()) {
          expect(RANK[effect]).toBeLessThanOrEqual(RANK[before[i] ?? "deny"]);
        }
      }
      if (gone.effect === "allow") expect(asked).toEqual([]);
    }
  }
  expect(silent).toBeGreaterThan(100);
});

it("asks about one that denies or asks, shows it by name, and removes it after a yes", async () => {
  for (const effect of ["deny", "ask"] as const) {
    const one = rule(1, { effect, tool: "drop_*" });
    const { store, asked, register } = stage([one], "allow");
    await register.remove(one.id);
    expect(asked).toEqual([
      { kind: "rule", change: "remove", items: [{ rule: one, agent: null, server: null }] },
    ]);
    expect(store.all.rules).toEqual([]);
  }
});

it("of two rules that cover each other, one goes at once and the other waits, also when both are removed together", async () => {
  const [one, two] = [rule(1, { effect: "deny" }), rule(2, { effect: "deny" })];
  const { store, asked, register } = stage([one, two]);
  const both = await Promise.allSettled([register.remove(one.id), register.remove(two.id)]);
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(asked).toHaveLength(1);
  expect(store.all.rules).toHaveLength(1);
});

it("one that was removed while the person looked is not there any more", async () => {
  const one = rule(1, { effect: "deny" });
  const { store, register, meanwhile } = stage([one], "allow");
  meanwhile(() => store.write("rules", () => []));
  await expect(register.remove(one.id)).rejects.toThrow("rule_unknown");
});
