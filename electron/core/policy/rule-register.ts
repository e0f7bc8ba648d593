// The person's rules: made, listed, removed. One that allows something stands, and one that denies or asks goes, only after
// a verdict of the person, in the window that asks: neither a page nor a command can widen what agents may do.
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

/** The question about rules. `remove`: whether rules that deny or ask shall stand no more. */
export interface RuleMatter {
  readonly kind: "rule";
  readonly change: "add" | "remove";
  /** All of them, or none. */
  readonly items: readonly RuleItem[];
}

/** How many rules are added at once: one question lists them all, and a person must be able to read it. */
export const AT_ONCE = 200;

/** The same rule, whenever and under whatever note it was made. */
const likeness = ({ tenant, effect, agent, server, target, tool, fingerprint }: Rule): string =>
  JSON.stringify([tenant, effect, agent, server, target, tool, fingerprint ?? null]);

const STRICT = { allow: 0, ask: 1, deny: 2 } as const;

/** Whether `wide` covers every call that `narrow` covers. */
const covers = (wide: Rule, narrow: Rule): boolean =>
  wide.tenant === narrow.tenant &&
  (["agent", "server", "target", "tool", "fingerprint"] as const).every(
    (name) => wide[name] == null || wide[name] === narrow[name],
  );

/** Whether something may be let through without this rule that it stops now: nothing as strict and as wide stays. */
const loosens = (gone: Rule, rest: readonly Rule[]): boolean =>
  gone.effect !== "allow" &&
  !rest.some((one) => STRICT[one.effect] >= STRICT[gone.effect] && covers(one, gone));

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

  /** @throws Refusal `call_refused`, `question_*` */
  async function agree(matter: RuleMatter, signal?: AbortSignal): Promise<void> {
    const { verdict } = await questions.ask(matter, signal);
    if (verdict.type === "allow") return;
    const what = matter.items.length === 1 ? "this rule" : "these rules";
    throw new Refusal("call_refused", {
      tool: matter.change === "add" ? what : "the removal of this rule",
    });
  }

  /** A rule that stands, with the names of today. */
  function itemOf(rule: Rule): RuleItem {
    const nameOf = (
      id: string | null,
      all: readonly { readonly id: string; readonly name: string }[],
    ) => (id === null ? null : (all.find((one) => one.id === id)?.name ?? id));
    return {
      rule,
      agent: nameOf(rule.agent, store.read("agents")),
      server: nameOf(rule.server, store.read("servers")),
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
      await agree({ kind: "rule", change: "add", items: allowing }, signal);
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

    /**
     * Removes one. Where something may be let through without it, this waits for the person's yes.
     * @throws Refusal `rule_unknown`, `call_refused` (the person kept it), `question_*`, `settings_*`
     */
    async remove(id: string, signal?: AbortSignal): Promise<void> {
      for (let agreed = false; ; agreed = true) {
        let waits: Rule | null = null;
        await store.write("rules", (all) => {
          const gone = all.find((rule) => rule.id === id);
          if (gone === undefined) throw new Refusal("rule_unknown");
          const rest = all.filter((rule) => rule !== gone);
          // Looked at where it is written: of two rules that cover each other, one must stay.
          waits = !agreed && loosens(gone, rest) ? gone : null;
          return waits === null ? rest : all;
        });
        if (waits === null) return;
        await agree({ kind: "rule", change: "remove", items: [itemOf(waits)] }, signal);
      }
    },
  };
}
