// The policy in force, kept up with the settings, and what is tried before it is put in force.
import type { AppEvent } from "./contract.ts";
import type { RehearsedChange } from "./contract/policy.ts";
import type { Clock } from "./core/clock.ts";
import { isLoopback } from "./core/destination.ts";
import type { Digest } from "./core/digest.ts";
import { asRefusal, Refusal } from "./core/errors.ts";
import type { Journal } from "./core/journal.ts";
import type { Log } from "./core/log.ts";
import { DEFAULT_TENANT } from "./core/names.ts";
import type { Timers } from "./core/oauth/keeping/token-keeper.ts";
import type { Questions } from "./core/permission/questions.ts";
import { createHistory } from "./core/policy/history.ts";
import { type InForce, nothingGoes } from "./core/policy/in-force.ts";
import type { KeptBundle, OwnPolicy } from "./core/policy/own.ts";
import { createOwnRegister } from "./core/policy/own-register.ts";
import type { PolicyPlan } from "./core/policy/plan.ts";
import {
  createRehearsals,
  type Rehearsal,
  type RehearsalCounts,
  type Span,
} from "./core/policy/rehearsal.ts";
import type { RuleRegister } from "./core/policy/rule-register.ts";
import type { Rule } from "./core/policy/rules.ts";
import { readRulesFile } from "./core/policy/rules-file.ts";
import type { DocumentName, Store } from "./core/registry.ts";
import type { Vault } from "./core/vault.ts";
import { compileRego } from "./host/policy/compile.ts";
import { openOwnFiles } from "./host/policy/own-files.ts";
import { createPolicyEngines, type Loaded } from "./policy-engines.ts";

export interface PolicyRoomsPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly timers: Timers;
  readonly journal: Pick<Journal, "search">;
  readonly questions: Questions;
  readonly vault: Vault;
  /** Where bundles are kept. */
  readonly policyFolder: string;
  readonly log: Log;
  readonly emit: (event: AppEvent) => void;
}

/** Documents that decide: where one of them cannot be read, nothing is let through. */
const DECIDING: readonly DocumentName[] = ["rules", "policies"];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Calls that are being decided by what is replaced have this long. Milliseconds. */
const LINGER = 6000;
/** Calls of the past that a question about a policy tells of. */
const TOLD = 2000;

/** Which calls: the newest ones, at most of the last days. */
interface Asked {
  readonly last: number;
  readonly days: number | null;
}
type DraftChange = Extract<RehearsedChange, { type: "install-policy" }>;

export type PolicyRooms = Awaited<ReturnType<typeof createPolicyRooms>>;

export async function createPolicyRooms(ports: PolicyRoomsPorts) {
  const { store, clock, digest, timers, journal, emit } = ports;
  const files = openOwnFiles(ports.policyFolder);
  const engines = createPolicyEngines({ digest, files, vault: ports.vault });
  let loaded: Loaded | null = null;
  let trouble: Refusal | null = null;
  let closed = false;

  const plan = (): PolicyPlan => ({ rules: store.read("rules"), own: store.read("policies") });

  /** Never falls back to another policy: what cannot be loaded denies. */
  async function load(): Promise<void> {
    const old = loaded;
    try {
      loaded = await engines.load(plan());
      // Rules may have changed while it was loaded.
      loaded.setRules(store.read("rules"));
      trouble = null;
    } catch (error) {
      loaded = null;
      trouble = asRefusal(error);
      ports.log.error("policy.load", error);
    }
    if (old !== null) timers.after(LINGER, () => old.close());
    emit({ type: "changed", what: "troubles" });
  }
  let turn = load();
  await turn;
  const settle = (): Promise<void> => turn;
  store.watch((name) => {
    if (name === "rules") loaded?.setRules(store.read("rules"));
    if (name === "policies") turn = turn.then(() => (closed ? undefined : load()));
  });
  // A broken document reads as empty: without this, its denials would be gone with it.
  const now = (): InForce =>
    loaded === null || store.broken().some(({ document }) => DECIDING.includes(document))
      ? nothingGoes
      : loaded.policy;

  const rehearsals = createRehearsals({
    journal,
    clock,
    digest,
    timers,
    progress: ({ id, state, done, of }) => emit({ type: "rehearsal", id, state, done, of }),
  });

  function begin(
    next: PolicyPlan,
    span: Span,
    unkept: () => Promise<ReadonlyMap<string, KeptBundle>> = async () => new Map(),
  ): Rehearsal {
    const before = plan();
    return rehearsals.begin(span, async () => {
      const first = await engines.load(before, new Map(), "rehearsal").catch(() => ({
        policy: nothingGoes,
        close: () => undefined,
      }));
      try {
        return { now: first, next: await engines.load(next, await unkept(), "rehearsal") };
      } catch (error) {
        first.close();
        throw error;
      }
    });
  }

  const spanOf = ({ last, days }: Asked): Span => ({
    last,
    since: days === null ? null : clock.now() - days * DAY,
  });

  /** Past calls are sent to nobody before the person has agreed: a server elsewhere is not asked about them. */
  const isHere = ({ source }: OwnPolicy): boolean =>
    source.type === "bundle" || isLoopback(new URL(source.url));

  const own = createOwnRegister({
    store,
    clock,
    digest,
    questions: ports.questions,
    vault: ports.vault,
    files,
    async tryOut(policy) {
      const one = await engines.load({ rules: [], own: [{ ...policy, mode: "replace" }] });
      one.close();
    },
    async rehearse(policies): Promise<RehearsalCounts | null> {
      if (!policies.every(isHere)) return null;
      const { id } = begin(
        { rules: store.read("rules"), own: policies },
        { last: TOLD, since: null },
      );
      const ended = await rehearsals.ended(id);
      return ended.state === "done" ? ended.counts : null;
    },
    settle,
  });

  /** A policy that is being written: compiled for the rehearsal alone, and nowhere kept. @throws Refusal `policy_unknown` */
  function beginDraft(change: DraftChange, span: Span): Rehearsal {
    const { rules, own: policies } = plan();
    const { mode, replaces } = change;
    if (replaces !== undefined && !policies.some(({ id }) => id === replaces)) {
      throw new Refusal("policy_unknown");
    }
    const source = { type: "bundle", origin: "draft", hash: "draft", bytes: 1 } as const;
    const installedAt = new Date(clock.now()).toISOString();
    const draft: OwnPolicy = { id: "pol_draft", name: "draft", mode, source, installedAt };
    const own = [...policies.filter(({ id }) => id !== replaces), draft];
    const compiled = async () => new Map([[source.hash, await compileRego(change.rego)]]);
    return begin({ rules, own }, span, compiled);
  }

  /** What would stand after the change. @throws Refusal as the change itself would */
  function after(
    change: Exclude<RehearsedChange, DraftChange>,
    register: RuleRegister,
  ): PolicyPlan {
    const { rules, own: policies } = plan();
    if (change.type === "add-rule") {
      const { type: _type, tenant = DEFAULT_TENANT, ...wish } = change;
      return { rules: [...rules, register.draft({ tenant, ...wish }).rule], own: policies };
    }
    if (change.type === "remove-rule") {
      if (!rules.some(({ id }) => id === change.id)) throw new Refusal("rule_unknown");
      return { rules: rules.filter(({ id }) => id !== change.id), own: policies };
    }
    if (change.type === "remove-policy") {
      if (!policies.some(({ id }) => id === change.id)) throw new Refusal("policy_unknown");
      return { rules, own: policies.filter(({ id }) => id !== change.id) };
    }
    const parties = { agents: store.read("agents"), servers: store.read("servers") };
    const wishes = readRulesFile(change.text, change.tenant ?? DEFAULT_TENANT, parties);
    const more = wishes.map((wish) => register.draft(wish).rule);
    return { rules: [...rules, ...more], own: policies };
  }

  return {
    policy: {
      decide: (input: unknown) => now().decide(input),
      hash: () => now().hash(),
    },
    /** Why everything is denied; null where nothing is wrong. */
    trouble: (): Refusal | null => trouble,
    own,
    settle,
    history: createHistory(
      clock,
      (agentId) => journal.search({ agentId, from: clock.now() - HOUR, limit: 1 }).matched,
    ),
    /** @throws Refusal as the change itself would; `rehearsal_busy` */
    rehearse(change: RehearsedChange, span: Asked, register: RuleRegister): Rehearsal {
      if (change.type === "install-policy") return beginDraft(change, spanOf(span));
      return begin(after(change, register), spanOf(span));
    },
    /** With one rule more. @throws Refusal `rehearsal_busy` */
    rehearseRule(rule: Rule, span: Asked): Rehearsal {
      const { rules, own: policies } = plan();
      return begin({ rules: [...rules, rule], own: policies }, spanOf(span));
    },
    rehearsals,
    close(): void {
      closed = true;
      rehearsals.cancelAll();
      loaded?.close();
    },
  };
}
