// How many calls an agent made in the last hour, for policies that set a limit. Counted by the minute, in memory; after
// a start the journal says what was before it.
import type { Clock } from "../clock.ts";

const MINUTE = 60_000;
const KEPT = 60;

export interface History {
  /** Calls of this agent in the last 60 minutes before this one, which is counted from now on. */
  count(agentId: string): number;
}

/** @param before calls of this agent in the last hour by the journal; it may throw, which counts none */
export function createHistory(clock: Clock, before: (agentId: string) => number): History {
  /** By agent: calls in each minute of the monotonic clock. */
  const counts = new Map<string, Map<number, number>>();
  return {
    count(agentId) {
      const minute = Math.floor(clock.monotonic() / MINUTE);
      let mine = counts.get(agentId);
      if (mine === undefined) {
        mine = new Map();
        // When in that hour they were is not looked up: taken as of now, they count a little too long, never too short.
        try {
          mine.set(minute, before(agentId));
        } catch {
          // A journal that cannot be read lets no call through either.
        }
        counts.set(agentId, mine);
      }
      let sum = 0;
      for (const [when, calls] of mine) {
        if (when <= minute - KEPT) mine.delete(when);
        else sum += calls;
      }
      mine.set(minute, (mine.get(minute) ?? 0) + 1);
      return sum;
    },
  };
}
