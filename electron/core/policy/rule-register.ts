// The person's rules: made, listed, removed. One that allows something stands only after a verdict of the person, in the
// window that asks: neither a page nor a command can widen what agents may do.
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Questions } from "../permission/questions.ts";
import type { Subject } from "../permission/subject.ts";
import { isPlain } from "../permission/tool-choice.ts";
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
  /** SHA-256 of the one definition of the tool that is meant; left out: whatever it says of itself. */
  readonly fingerprint?: string;
}

/** A rule as a question shows it: with the names that its ids stand for; null where it is for any. */
export interface RuleItem {
  readonly rule: Rule;
  readonly agent: string | null;
  readonly server: string | null;
}

/** How many rules are added at once: one question lists them all, and a person must be able to read it. */
export const AT_ONCE = 200;

/** The same rule, whenever and under whatever note it was made. */
const likeness = ({ tenant, effect, agent, server, target, tool, fingerprint }: Rule): string =>
  JSON.stringify([tenant, effect, agent, server, target, tool, fingerprint ?? null]);

export type RuleRegister = ReturnType<typeof createRuleRegister>;

export function createRuleRegister(ports: RulePorts) {
  const { store, clock, digest, questions } = ports;

  const complete = (wish: NewRule, target: string | null): Rule => ({
    ...wish,
    id: newId("rule", clock.now(), (n) => digest.random(n)),
    target,
    createdAt: new Date(clock.now()).toISOString(),
  });

  /** @throws Refusal `tenant_unknown`, `agent_unknown`, `server_unknown` */
  function draft(wish: NewRule): RuleItem {
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
    return {
      rule: complete(wish, target),
      agent: agent?.name ?? null,
      server: server?.name ?? null,
    };
  }

  /**
   * Adds several rules in one step, all or none. Where some of them allow, one question lists those, and this waits for
   * its answer.
   * @returns those that were not there already
   * @throws Refusal `tenant_unknown`, `agent_unknown`, `server_unknown`, `call_refused`, `question_*`, `settings_*`
   */
  async function addAll(
    wishes: readonly NewRule[],
    signal?: AbortSignal,
  ): Promise<readonly Rule[]> {
    const there = new Set(store.read("rules").map(likeness));
    const items = wishes.map(draft).filter(({ rule }) => {
      const like = likeness(rule);
      return !there.has(like) && there.add(like);
    });
    if (items.length > AT_ONCE) {
      throw new Refusal("rules_file_invalid", { reason: `more than ${AT_ONCE} rules at once` });
    }
    const allowing = items.filter(({ rule }) => rule.effect === "allow");
    if (allowing.length > 0) {
      const { verdict } = await questions.ask({ kind: "rule", items: allowing }, signal);
      if (verdict.type !== "allow") {
        const what = allowing.length === 1 ? "this rule" : "these rules";
        throw new Refusal("call_refused", { tool: what });
      }
    }
    const rules = items.map(({ rule }) => rule);
    if (rules.length > 0) await store.write("rules", (all) => [...all, ...rules]);
    return rules;
  }

  return {
    list: (tenant?: string): readonly Rule[] =>
      store.read("rules").filter((rule) => tenant === undefined || rule.tenant === tenant),

    draft,
    addAll,

    /** Adds one, as addAll() does. @returns the rule, also where one like it was there already */
    async add(wish: NewRule, signal?: AbortSignal): Promise<Rule> {
      const { rule } = draft(wish);
      const [added] = await addAll([wish], signal);
      return added ?? store.read("rules").find((one) => likeness(one) === likeness(rule)) ?? rule;
    },

    /** The rule that "always" stands for: this agent, this server as it is now, this tool by its exact name. */
    async always(subject: Subject): Promise<void> {
      // A tool whose name holds a character with a meaning of its own cannot be named exactly.
      if (!isPlain(subject.tool)) {
        throw new Refusal("verdict_not_offered", { reason: "the tool's name is not a plain one" });
      }
      const { tenant, agent, server, tool } = subject;
      const wish = { tenant, agent: agent.id, server: server.id, tool, note: null } as const;
      const rule = complete({ ...wish, effect: "allow" }, server.target);
      const made = { ...rule, fingerprint: subject.toolFingerprint };
      await store.write("rules", (all) => [...all, made]);
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
