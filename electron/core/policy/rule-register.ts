// The person's rules: made, listed, removed. One that allows something stands only after a verdict of the person, in the
// window that asks: neither a page nor a command can widen what agents may do.
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Questions } from "../permission/questions.ts";
import type { Subject } from "../permission/subject.ts";
import type { Store } from "../registry.ts";
import { targetOf } from "./input.ts";
import type { Effect, Rule } from "./rules.ts";

export interface RulePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly questions: Questions;
}

export interface NewRule {
  readonly tenant: string;
  readonly effect: Effect;
  readonly agent: string | null;
  readonly server: string | null;
  readonly tool: string | null;
  readonly note: string | null;
}

export type RuleRegister = ReturnType<typeof createRuleRegister>;

export function createRuleRegister(ports: RulePorts) {
  const { store, clock, digest, questions } = ports;

  const complete = (wish: NewRule, target: string | null): Rule => ({
    ...wish,
    id: newId("rule", clock.now(), (n) => digest.random(n)),
    target,
    createdAt: new Date(clock.now()).toISOString(),
  });
  const keep = (rule: Rule): Promise<void> => store.write("rules", (all) => [...all, rule]);

  return {
    list: (tenant?: string): readonly Rule[] =>
      store.read("rules").filter((rule) => tenant === undefined || rule.tenant === tenant),

    /**
     * Adds a rule. For one that allows, the person is asked first, and this waits for the answer.
     * @throws Refusal `tenant_unknown`, `agent_unknown`, `server_unknown`, `call_refused`, `question_*`, `settings_*`
     */
    async add(wish: NewRule, signal?: AbortSignal): Promise<Rule> {
      const { tenant } = wish;
      if (!store.read("tenants").some((t) => t.id === tenant)) {
        throw new Refusal("tenant_unknown", { tenant });
      }
      const agent = store.read("agents").find((a) => a.tenant === tenant && a.id === wish.agent);
      if (wish.agent !== null && agent === undefined) {
        throw new Refusal("agent_unknown", { agent: wish.agent });
      }
      const server = store.read("servers").find((s) => s.tenant === tenant && s.id === wish.server);
      if (wish.server !== null && server === undefined) {
        throw new Refusal("server_unknown", { server: wish.server });
      }
      // A denial follows the server wherever it goes; leave is given for what it is now.
      const target = wish.effect === "allow" && server !== undefined ? targetOf(server) : null;
      const rule = complete(wish, target);
      if (rule.effect === "allow") {
        const names = { agent: agent?.name ?? null, server: server?.name ?? null };
        const { verdict } = await questions.ask({ kind: "rule", rule, ...names }, signal);
        if (verdict.type !== "allow") throw new Refusal("call_refused", { tool: "this rule" });
      }
      await keep(rule);
      return rule;
    },

    /** The rule that "always" stands for: this agent, this server as it is now, this tool by its exact name. */
    async always(subject: Subject): Promise<void> {
      // A tool whose name holds a character with a meaning of its own cannot be named exactly.
      if (/[*?[\]{}!\\]/u.test(subject.tool)) {
        throw new Refusal("verdict_not_offered", { reason: "the tool's name is not a plain one" });
      }
      const { tenant, agent, server, tool } = subject;
      const wish = { tenant, agent: agent.id, server: server.id, tool, note: null } as const;
      await keep(complete({ ...wish, effect: "allow" }, server.target));
    },

    /** @throws Refusal `rule_unknown` */
    async remove(id: string): Promise<void> {
      await store.write("rules", (all) => {
        if (!all.some((rule) => rule.id === id)) throw new Refusal("rule_unknown");
        return all.filter((rule) => rule.id !== id);
      });
    },
  };
}
