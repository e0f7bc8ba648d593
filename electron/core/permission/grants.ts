// Grants: verdicts that are remembered for a while. Bound to agent, server, tool and everything the two were when the
// person said yes; in memory only, so that none outlives the program; ended by the first of several limits.
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Subject } from "./subject.ts";

/** How long a yes holds. `always` is no grant: it becomes a rule, which is seen and removed with the others. */
export const LIFETIMES = ["once", "5-minutes", "1-hour", "until-quit", "always"] as const;
export type Lifetime = (typeof LIFETIMES)[number];
export type GrantLifetime = Exclude<Lifetime, "once" | "always">;

/** Milliseconds: the hard limit, and how long it may lie unused (approvals: 10 minutes idle, 12 hours hard). */
const LIMITS: Readonly<Record<GrantLifetime, { readonly hard: number; readonly idle: number }>> = {
  "5-minutes": { hard: 5 * 60_000, idle: 5 * 60_000 },
  "1-hour": { hard: 60 * 60_000, idle: 10 * 60_000 },
  "until-quit": { hard: 12 * 60 * 60_000, idle: 10 * 60_000 },
};

export interface Grant {
  readonly id: string;
  readonly tenant: string;
  readonly agent: Subject["agent"];
  readonly server: Pick<Subject["server"], "id" | "name">;
  readonly tool: string;
  /** Null: any arguments of this tool. */
  readonly argumentsHash: string | null;
  readonly lifetime: GrantLifetime;
  /** UTC instants. */
  readonly createdAt: string;
  readonly endsAt: string;
  readonly idleEndsAt: string;
  readonly uses: number;
}

interface Kept {
  readonly grant: Omit<Grant, "uses" | "idleEndsAt">;
  readonly stamp: string;
  readonly born: { readonly wall: number; readonly monotonic: number };
  used: { wall: number; monotonic: number };
  uses: number;
}

export type Grants = ReturnType<typeof createGrants>;

export function createGrants(ports: {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly changed: () => void;
}) {
  const { clock, digest } = ports;
  const kept = new Map<string, Kept>();
  const instant = (ms: number): string => new Date(ms).toISOString();

  /**
   * Both clocks must agree that it still holds: the wall clock sees a machine that slept, the monotonic one cannot be
   * set. A wall clock set back before the grant was made ends it, too (R11: a grant is never lengthened).
   */
  function holds(one: Kept): boolean {
    const limit = LIMITS[one.grant.lifetime];
    const wall = clock.now();
    const monotonic = clock.monotonic();
    const within = (since: Kept["used"], ms: number): boolean =>
      wall - since.wall < ms && monotonic - since.monotonic < ms && wall >= since.wall - 60_000;
    return within(one.born, limit.hard) && within(one.used, limit.idle);
  }

  function sweep(): void {
    let lapsed = false;
    for (const [id, one] of kept) {
      if (holds(one)) continue;
      kept.delete(id);
      lapsed = true;
    }
    if (lapsed) ports.changed();
  }

  const view = (one: Kept): Grant => ({
    ...one.grant,
    uses: one.uses,
    idleEndsAt: instant(one.used.wall + LIMITS[one.grant.lifetime].idle),
  });

  return {
    /** Remembers a yes of the person. @param scope `arguments`: these bytes alone; `tool`: any arguments of the tool */
    add(subject: Subject, lifetime: GrantLifetime, scope: "arguments" | "tool"): Grant {
      const now = { wall: clock.now(), monotonic: clock.monotonic() };
      const one: Kept = {
        grant: {
          id: newId("grt", now.wall, (n) => digest.random(n)),
          tenant: subject.tenant,
          agent: subject.agent,
          server: { id: subject.server.id, name: subject.server.name },
          tool: subject.tool,
          argumentsHash: scope === "arguments" ? subject.argumentsHash : null,
          lifetime,
          createdAt: instant(now.wall),
          endsAt: instant(now.wall + LIMITS[lifetime].hard),
        },
        stamp: subject.stamp,
        born: now,
        used: now,
        uses: 0,
      };
      kept.set(one.grant.id, one);
      ports.changed();
      return view(one);
    },

    /** The grant that covers this call, counted as used. */
    use(subject: Subject): Grant | undefined {
      sweep();
      for (const one of kept.values()) {
        const { grant } = one;
        if (grant.agent.id !== subject.agent.id || grant.server.id !== subject.server.id) continue;
        if (grant.tool !== subject.tool || one.stamp !== subject.stamp) continue;
        if (grant.argumentsHash !== null && grant.argumentsHash !== subject.argumentsHash) continue;
        one.used = { wall: clock.now(), monotonic: clock.monotonic() };
        one.uses++;
        return view(one);
      }
      return undefined;
    },

    list(tenant?: string): readonly Grant[] {
      sweep();
      return [...kept.values()]
        .filter(({ grant }) => tenant === undefined || grant.tenant === tenant)
        .map(view);
    },

    /** @throws Refusal `grant_unknown` */
    revoke(id: string): void {
      if (!kept.delete(id)) throw new Refusal("grant_unknown");
      ports.changed();
    },

    /** When the vault or the screen is locked, the machine sleeps, the program ends. */
    lapseAll(): void {
      if (kept.size === 0) return;
      kept.clear();
      ports.changed();
    },
  };
}
