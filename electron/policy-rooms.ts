// The policy in force, kept up with the settings, and what is tried before it is put in force.
import type { AppEvent } from "./contract.ts";
import type { RehearsedChange } from "./contract/policy.ts";
import type { Clock } from "./core/clock.ts";
import type { Digest } from "./core/digest.ts";
import type { Journal } from "./core/journal.ts";
import { DEFAULT_TENANT } from "./core/names.ts";
import type { Timers } from "./core/oauth/keeping/token-keeper.ts";
import { createHistory } from "./core/policy/history.ts";
import { inForce, nothingGoes } from "./core/policy/in-force.ts";
import { readSets } from "./core/policy/judge.ts";
import type { PolicyPlan } from "./core/policy/plan.ts";
import { createRehearsals, type Rehearsal, type Span } from "./core/policy/rehearsal.ts";
import type { RuleRegister } from "./core/policy/rule-register.ts";
import { readRulesFile } from "./core/policy/rules-file.ts";
import type { DocumentName, Store } from "./core/registry.ts";
import { Refusal } from "./core/errors.ts";
import { loadEngine, shippedPolicy } from "./host/policy/engine.ts";

export interface PolicyRoomsPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly timers: Timers;
  readonly journal: Pick<Journal, "search">;
  readonly emit: (event: AppEvent) => void;
}

/** Documents that decide: where one of them cannot be read, nothing is let through. */
const DECIDING: readonly DocumentName[] = ["rules"];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export type PolicyRooms = Awaited<ReturnType<typeof createPolicyRooms>>;

export async function createPolicyRooms(ports: PolicyRoomsPorts) {
  const { store, clock, digest, timers, journal, emit } = ports;
  const engine = await loadEngine(shippedPolicy(), store.read("rules"));
  const parts = [{ name: null, engine, read: readSets }];
  const ruling = inForce(parts, digest);
  store.watch((name) => {
    if (name === "rules") engine.setRules(store.read("rules"));
  });
  // A broken document reads as empty: without this, its denials would be gone with it.
  const now = () =>
    store.broken().some(({ document }) => DECIDING.includes(document)) ? nothingGoes : ruling;

  const plan = (): PolicyPlan => ({ rules: store.read("rules") });

  /** A policy that is asked for one rehearsal, apart from the one in force. */
  async function open({ rules }: PolicyPlan) {
    const own = await loadEngine(shippedPolicy(), rules);
    const policy = inForce([{ name: null, engine: own, read: readSets }], digest);
    return { policy, close: () => undefined };
  }

  const rehearsals = createRehearsals({
    journal,
    clock,
    digest,
    timers,
    progress: ({ id, state, done, of }) => emit({ type: "rehearsal", id, state, done, of }),
  });

  /** What would stand after the change. @throws Refusal as the change itself would */
  function after(change: RehearsedChange, register: RuleRegister): PolicyPlan {
    const { rules } = plan();
    if (change.type === "add-rule") {
      const { type: _type, tenant = DEFAULT_TENANT, ...wish } = change;
      return { rules: [...rules, register.draft({ tenant, ...wish }).rule] };
    }
    if (change.type === "remove-rule") {
      if (!rules.some(({ id }) => id === change.id)) throw new Refusal("rule_unknown");
      return { rules: rules.filter(({ id }) => id !== change.id) };
    }
    const parties = { agents: store.read("agents"), servers: store.read("servers") };
    const wishes = readRulesFile(change.text, change.tenant ?? DEFAULT_TENANT, parties);
    return { rules: [...rules, ...wishes.map((wish) => register.draft(wish).rule)] };
  }

  return {
    policy: {
      decide: (input: unknown) => now().decide(input),
      hash: () => now().hash(),
    },
    history: createHistory(
      clock,
      (agentId) => journal.search({ agentId, from: clock.now() - HOUR, limit: 1 }).matched,
    ),
    /** @throws Refusal as the change itself would; `rehearsal_busy` */
    rehearse(
      change: RehearsedChange,
      span: { readonly last: number; readonly days: number | null },
      register: RuleRegister,
    ): Rehearsal {
      const [before, next] = [plan(), after(change, register)];
      const since = span.days === null ? null : clock.now() - span.days * DAY;
      const looked: Span = { last: span.last, since };
      return rehearsals.begin(looked, async () => ({
        now: await open(before),
        next: await open(next),
      }));
    },
    rehearsals,
    close: (): void => rehearsals.cancelAll(),
  };
}
