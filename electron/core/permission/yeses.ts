// How often the person said yes to the same: after enough of them a rule is offered (approvals 17), never chosen for them.
import type { Subject } from "./subject.ts";

/** Yeses after which the surface that asks offers to make a rule of it. */
export const OFFER_AFTER = 5;
const KEYS = 4096;

export type Yeses = ReturnType<typeof createYeses>;

export function createYeses() {
  const counts = new Map<string, number>();
  // The stamp: a server or a credential that changed begins anew.
  const keyOf = ({ agent, server, tool, stamp }: Subject): string =>
    JSON.stringify([agent.id, server.id, tool, stamp]);
  return {
    of: (subject: Subject): number => counts.get(keyOf(subject)) ?? 0,
    add(subject: Subject): void {
      const key = keyOf(subject);
      const count = (counts.get(key) ?? 0) + 1;
      counts.delete(key);
      counts.set(key, count);
      const [oldest] = counts.keys();
      if (counts.size > KEYS && oldest !== undefined) counts.delete(oldest);
    },
    /** The person said no: what they think of it is not settled. */
    forget: (subject: Subject): void => void counts.delete(keyOf(subject)),
  };
}
