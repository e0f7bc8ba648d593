// How much an agent may ask of a person: after two questions that nobody answered, or a flood that goes on against a full
// queue, five minutes of quiet (approvals 16, threat 59).
import type { Clock } from "../clock.ts";
import { Refusal } from "../errors.ts";

const UNANSWERED = 2;
/** So often an agent is turned away because the queue is full, before it is not heard at all for a while. */
const TURNED_AWAY = 20;
/** Milliseconds. */
const QUIET = 5 * 60_000;

export type Patience = ReturnType<typeof createPatience>;

/** Counts up to a limit, from which on there is quiet. */
function createTally(clock: Clock, limit: number) {
  const tally = new Map<string, { count: number; until: number }>();
  return {
    /** Milliseconds of quiet that are left; 0: there is none. */
    left(id: string): number {
      const one = tally.get(id);
      if (one === undefined || one.count < limit) return 0;
      const left = one.until - clock.monotonic();
      if (left <= 0) tally.delete(id);
      return Math.max(0, left);
    },
    /** @returns whether the quiet begins with this one */
    add(id: string): boolean {
      const count = (tally.get(id)?.count ?? 0) + 1;
      tally.set(id, { count, until: clock.monotonic() + QUIET });
      return count === limit;
    },
    forget: (id: string): void => void tally.delete(id),
    ids: (): readonly string[] => [...tally.keys()],
  };
}

export function createPatience(clock: Clock) {
  const silence = createTally(clock, UNANSWERED);
  const flood = createTally(clock, TURNED_AWAY);
  const left = (id: string): number => Math.max(silence.left(id), flood.left(id));
  return {
    /** @throws Refusal `agent_cooling_down` */
    check(agent: { readonly id: string; readonly name: string }): void {
      const ms = left(agent.id);
      if (ms === 0) return;
      const minutes = Math.max(1, Math.ceil(ms / 60_000));
      throw new Refusal("agent_cooling_down", { agent: agent.name, minutes });
    },
    unanswered: (agentId: string): void => void silence.add(agentId),
    /** It asks on although no question more is taken. @returns whether its quiet begins now */
    turnedAway: (agentId: string): boolean => flood.add(agentId),
    /** The person is there. What they say to one question is no leave for a flood of others. */
    answered(agentId: string): void {
      silence.forget(agentId);
      if (flood.left(agentId) === 0) flood.forget(agentId);
    },
    /** The person wants to be asked again. */
    resume(agentId: string): void {
      silence.forget(agentId);
      flood.forget(agentId);
    },
    /** Ids of the agents that are not asked about now. */
    cooling: (): readonly string[] =>
      [...new Set([...silence.ids(), ...flood.ids()])].filter((id) => left(id) > 0),
  };
}
