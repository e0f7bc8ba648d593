// How much an agent may ask of a person who does not answer (approvals 16: after two, five minutes of quiet).
import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";

const UNANSWERED = 2;
/** Milliseconds. */
const QUIET = 5 * 60_000;

export type Patience = ReturnType<typeof createPatience>;

export function createPatience(clock: Clock) {
  const silence = new Map<string, { count: number; until: number }>();
  return {
    /** @throws Refusal `agent_cooling_down` */
    check(agent: { readonly id: string; readonly name: string }): void {
      const one = silence.get(agent.id);
      if (one === undefined || one.count < UNANSWERED) return;
      const left = one.until - clock.monotonic();
      if (left <= 0) silence.delete(agent.id);
      else {
        const minutes = Math.max(1, Math.ceil(left / 60_000));
        throw new Refusal("agent_cooling_down", { agent: agent.name, minutes });
      }
    },
    unanswered(agentId: string): void {
      const count = (silence.get(agentId)?.count ?? 0) + 1;
      silence.set(agentId, { count, until: clock.monotonic() + QUIET });
    },
    answered: (agentId: string): void => void silence.delete(agentId),
    /** Ids of the agents that are not asked about now. */
    cooling(): readonly string[] {
      const now = clock.monotonic();
      return [...silence]
        .filter(([, one]) => one.count >= UNANSWERED && one.until > now)
        .map(([id]) => id);
    },
  };
}
