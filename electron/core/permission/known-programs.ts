// Which programs an agent's credential is used by. The first one is learned; another one with the same credential may
// be a thief (threat 8), so the person is asked before anything of it goes on.
import { z } from "zod";
import type { Agent } from "../agents.ts";
import type { AdmittedAgent } from "../agent-register.ts";
import type { Clock } from "../clock.ts";
import { idOf, instant } from "../names.ts";
import { asRefusal, Refusal } from "../errors.ts";
import type { Store } from "../registry.ts";
import { askingProgram, type Program } from "./program.ts";
import type { Verdict } from "./matter.ts";
import type { Questions } from "./questions.ts";

export const knownProgramSchema = z.strictObject({
  agent: idOf("agt"),
  /** Null: a program that could not be found out. All such count as one. */
  path: z.string().max(4096).nullable(),
  /** UTC instant. */
  since: instant,
});
export type KnownProgram = z.infer<typeof knownProgramSchema>;

/** Milliseconds for which a no holds, so that a thief who tries again does not ask again. */
const NO_HOLDS = 5 * 60_000;

/** How a sentence names a program that could not be found out. */
const UNKNOWN = "an unknown program";

export interface KnownProgramsPorts {
  readonly store: Pick<Store, "read" | "write">;
  readonly clock: Clock;
  readonly questions: Questions;
  readonly isPractice: (tenant: string) => boolean;
  readonly pause: (agentId: string) => Promise<void>;
}

export type KnownPrograms = ReturnType<typeof createKnownPrograms>;

export function createKnownPrograms(ports: KnownProgramsPorts) {
  const { store, clock, questions } = ports;
  const denied = new Map<string, number>();
  /** In this run: two first calls at once must not both be the first. */
  const learned = new Map<string, Set<string | null>>();
  const unwritten: KnownProgram[] = [];
  let writing = false;

  const known = (agent: string): Set<string | null> =>
    new Set([
      ...store
        .read("programs")
        .filter((one) => one.agent === agent)
        .map(({ path }) => path),
      ...(learned.get(agent) ?? []),
    ]);

  /** Known at once; on disk a moment later, many together: a crowd of new agents does not wait for the disk. */
  function learn(agent: string, path: string | null): void {
    const mine = learned.get(agent) ?? new Set();
    learned.set(agent, mine.add(path));
    unwritten.push({ agent, path, since: new Date(clock.now()).toISOString() });
    void write();
  }
  async function write(): Promise<void> {
    if (writing) return;
    writing = true;
    while (unwritten.length > 0) {
      const batch = unwritten.splice(0);
      const agents = new Set(store.read("agents").map(({ id }) => id));
      try {
        await store.write("programs", (now) => [
          ...now.filter((one) => agents.has(one.agent)),
          ...batch.filter((one) => agents.has(one.agent)),
        ]);
      } catch {
        // It stays known until Countersign ends: settings that cannot be written are told of elsewhere.
      }
    }
    writing = false;
  }

  async function confront(
    agent: Agent,
    authMethod: AdmittedAgent["authMethod"],
    program: Program | null,
    before: readonly (string | null)[],
    signal?: AbortSignal,
  ): Promise<Verdict> {
    const { verdict } = await questions.ask(
      {
        kind: "anomaly",
        agent: { id: agent.id, name: agent.name, authMethod },
        tenant: agent.tenant,
        program: askingProgram(program, authMethod),
        before,
      },
      signal,
    );
    if (verdict.type === "deny-and-pause") await ports.pause(agent.id);
    return verdict;
  }

  return {
    /**
     * Forgets a program that a yes was too quick for: it is asked about again. The only one stays, since whatever comes
     * next would be learned unasked.
     * @throws Refusal `program_unknown`, `program_only`, `settings_*`
     */
    async forget(agent: Agent, path: string | null): Promise<void> {
      const now = known(agent.id);
      const facts = { agent: agent.name, program: path ?? UNKNOWN };
      if (!now.has(path)) throw new Refusal("program_unknown", facts);
      if (now.size === 1) throw new Refusal("program_only", facts);
      const waits = unwritten.findIndex((one) => one.agent === agent.id && one.path === path);
      if (waits >= 0) unwritten.splice(waits, 1);
      await store.write("programs", (all) =>
        all.filter((one) => one.agent !== agent.id || one.path !== path),
      );
      learned.get(agent.id)?.delete(path);
    },

    /**
     * Lets the agent's program go on, or says why not.
     * @param mayAsk false: what is not known is refused without a question
     * @returns null at once for what is known; else, once the person has answered, null or the refusal `program_refused`, or one of a question that got no yes
     */
    admit(
      { agent, authMethod }: AdmittedAgent,
      program: Program | null,
      mayAsk: boolean,
      signal?: AbortSignal,
    ): null | Promise<Refusal | null> {
      if (ports.isPractice(agent.tenant)) return null;
      const path = program?.path ?? null;
      const before = known(agent.id);
      if (before.has(path)) return null;
      if (before.size === 0) {
        learn(agent.id, path);
        return null;
      }
      const refusal = new Refusal("program_refused", {
        agent: agent.name,
        program: path ?? UNKNOWN,
      });
      const key = JSON.stringify([agent.id, path]);
      if (!mayAsk || (denied.get(key) ?? -Infinity) > clock.monotonic())
        return Promise.resolve(refusal);
      return confront(agent, authMethod, program, [...before], signal).then(
        (verdict) => {
          if (verdict.type === "allow") {
            learn(agent.id, path);
            return null;
          }
          denied.set(key, clock.monotonic() + NO_HOLDS);
          return refusal;
        },
        (error: unknown) => asRefusal(error),
      );
    },
  };
}
