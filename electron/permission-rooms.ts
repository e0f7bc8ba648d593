// The rooms behind a permit, put together: policy, the person's rules, what is allowed for a while, and the questions.
import type { AppEvent } from "./contract.ts";
import type { Agent } from "./core/agents.ts";
import type { Clock } from "./core/clock.ts";
import { createAccountAsks } from "./core/consent/account-asks.ts";
import { createConsentRegister } from "./core/consent/consent-register.ts";
import { createSignInAsks } from "./core/consent/sign-in-asks.ts";
import { type Standing, standingOf } from "./core/consent/standing.ts";
import { createElicitations } from "./core/elicit/elicitations.ts";
import type { Digest } from "./core/digest.ts";
import { createFlow } from "./core/labels/flow.ts";
import { createLabelRegister } from "./core/labels/label-register.ts";
import type { Timers } from "./core/oauth/keeping/token-keeper.ts";
import { createGrants } from "./core/permission/grants.ts";
import { createKnownPrograms } from "./core/permission/known-programs.ts";
import { createPermission } from "./core/permission/permission.ts";
import { createQuestions } from "./core/permission/questions.ts";
import { createLearner } from "./core/policy/learner.ts";
import { createRuleRegister } from "./core/policy/rule-register.ts";
import type { Log } from "./core/log.ts";
import { createPins, type PinPorts } from "./core/pins/pins.ts";
import type { Vault } from "./core/vault.ts";
import type { Store } from "./core/registry.ts";
import { createRuns, type FormerRun } from "./core/runs/runs.ts";
import type { Server } from "./core/servers.ts";
import type { Journal } from "./core/journal.ts";
import { createPolicyRooms } from "./policy-rooms.ts";

export interface PermissionRoomsPorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly timers: Timers;
  readonly fetchList: PinPorts["fetchList"];
  readonly journal: Pick<Journal, "search" | "intent" | "end">;
  readonly vault: Vault;
  /** Where bundles of the person's own are kept. */
  readonly policyFolder: string;
  readonly emit: (event: AppEvent) => void;
  readonly isPractice: (tenant: string) => boolean;
  /** Runs that were going on when the program ended. */
  readonly formerRuns: readonly FormerRun[];
  /** Clears a text of the secrets that are known. */
  readonly clear: (text: string) => string;
  /** The person did not ask for what this agent wants. */
  readonly pause: (agentId: string) => Promise<void>;
  /** Ends what this agent has open at this server. */
  readonly cut: (agentId: string, server: Server) => void;
  readonly log: Log;
  readonly changed: (what: (AppEvent & { type: "changed" })["what"]) => void;
}

export type PermissionRooms = Awaited<ReturnType<typeof createPermissionRooms>>;

export async function createPermissionRooms(ports: PermissionRoomsPorts) {
  const { store, clock, digest, timers, changed } = ports;
  const questions = createQuestions({
    clock,
    digest,
    timers,
    changed: () => changed("questions"),
  });
  const labels = createLabelRegister({ store, clock, questions });
  const runs = createRuns({ clock, digest, labelled: labels.names });
  runs.restore(ports.formerRuns);
  const flow = createFlow({ runs, labels: () => store.read("labels") });
  const grants = createGrants({
    clock,
    digest,
    changed: () => changed("grants"),
    runGoesOn: (agentId, runId) => runs.isCurrent(agentId, runId),
    clear: ports.clear,
  });
  store.watch((name) => {
    if (name !== "accounts") return;
    const signedIn = store.read("accounts").filter(({ state }) => state === "signed-in");
    grants.keepAccounts(new Set(signedIn.map(({ id }) => id)));
  });
  const rules = createRuleRegister({ store, clock, digest, questions });
  const standing = (agent: Agent | null, server: Server): Standing =>
    standingOf(agent, server, {
      issuers: () => store.read("issuers"),
      accounts: () => store.read("accounts"),
    });
  const { isPractice, pause } = ports;
  const pins = createPins({ store, clock, digest, fetchList: ports.fetchList });
  const signIns = createSignInAsks({
    questions,
    clock,
    isPractice,
    standing,
    accounts: () => store.read("accounts"),
    pause,
  });
  const consents = createConsentRegister({
    store,
    clock,
    digest,
    questions,
    isPractice,
    standing,
    pause,
    cut: ports.cut,
    tools: pins,
    signInNeeded: (who, server) => signIns.needed(who, server),
    failed: (error) => ports.log.error("consents.sweep", error),
  });
  const accountAsks = createAccountAsks({
    questions,
    clock,
    digest,
    journal: ports.journal,
    isPractice,
    servers: () => store.read("servers"),
    standing,
    consents,
    grants,
  });
  const elicitations = createElicitations({ questions, isPractice, pause, clear: ports.clear });
  const programs = createKnownPrograms({
    store,
    clock,
    questions,
    isPractice: ports.isPractice,
    pause: ports.pause,
  });
  store.watch((name) => {
    // Where it cannot be written, the servers cannot either, and say so.
    if (name === "servers") void pins.prune().catch(() => undefined);
  });
  const policies = await createPolicyRooms({ ...ports, questions });
  const learner = createLearner({
    store,
    journal: ports.journal,
    clock,
    digest,
    timers,
    policy: policies.policy,
    rules,
  });
  const permission = createPermission({
    pins,
    policy: policies.policy,
    history: policies.history,
    grants,
    questions,
    flow,
    clock,
    digest,
    programs,
    isPractice,
    consents,
    signIns,
    standing,
    always: (subject) => rules.always(subject),
    pause,
  });
  return {
    decide: permission.decide.bind(permission),
    admit: permission.admit,
    signInNeeded: permission.signInNeeded,
    consents,
    accountAsks,
    elicitations,
    standing,
    admitProgram: programs.admit.bind(programs),
    forgetProgram: programs.forget.bind(programs),
    questions,
    grants,
    rules,
    labels,
    runs,
    pins,
    policies,
    learner,
    /** Screen or vault locked, machine asleep: nobody answers for the person, and nothing lasts that they allowed. */
    lock(): void {
      grants.lapseAll();
      questions.withdrawAll();
    },
    close(): void {
      questions.close();
      policies.close();
    },
  };
}
