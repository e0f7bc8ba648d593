// How often one person, through whatever agent, and one agent, for whomever, may call. GCRA: one number a key.
import type { Clock } from "../../clock.ts";
import { Refusal } from "../../errors.ts";

/** At most `burst` calls at once, and `ratePerSecond` in the long run. */
export interface Limit {
  /** Whole number, at least 1. */
  readonly burst: number;
  /** Above 0. */
  readonly ratePerSecond: number;
}

export interface Metered {
  readonly allowed: boolean;
  /** Theoretical arrival time to keep for the key; unchanged where it was refused. Milliseconds. */
  readonly tat: number;
  /** Milliseconds after which one call would pass; 0 where it passed. */
  readonly waitMs: number;
}

/**
 * One step of the generic cell rate algorithm (ITU-T I.371, virtual scheduling). Over any time t, no more than
 * burst + rate × t calls pass. A clock that goes back makes it stricter, never looser.
 * @param tat what the last step left; null for a key without a past
 */
export function meter(tat: number | null, nowMs: number, limit: Limit): Metered {
  const interval = 1000 / limit.ratePerSecond;
  const due = Math.max(tat ?? nowMs, nowMs);
  const earliest = due - interval * (limit.burst - 1);
  // A hair of tolerance: the waiting time that was told must be enough when it comes back rounded.
  if (nowMs < earliest - 1e-6)
    return { allowed: false, tat: tat ?? nowMs, waitMs: earliest - nowMs };
  return { allowed: true, tat: due + interval, waitMs: 0 };
}

/** What one call is counted against. */
export interface Meter {
  /** `user` + whose, `agent` + which: made by userMeter() and agentMeter(). */
  readonly key: string;
  readonly limit: Limit;
}

export type Allowance =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly meter: Meter; readonly waitMs: number };

export interface Limiter {
  /** Counts one call against all meters, or against none: what is refused costs nothing. */
  take(meters: readonly Meter[]): Allowance;
  /** Keys held in memory. */
  size(): number;
}

/** The original user, whichever agent acts: issuer and subject, within a tenant. */
export const userMeter = (tenant: string, issuer: string, sub: string, limit: Limit): Meter => ({
  key: JSON.stringify(["user", tenant, issuer, sub]),
  limit,
});
export const agentMeter = (tenant: string, agentId: string, limit: Limit): Meter => ({
  key: JSON.stringify(["agent", tenant, agentId]),
  limit,
});
/** One agent with one tool. */
export const toolMeter = (
  tenant: string,
  agentId: string,
  serverId: string,
  tool: string,
  limit: Limit,
): Meter => ({ key: JSON.stringify(["tool", tenant, agentId, serverId, tool]), limit });

/**
 * What a caller is told whose call was not counted.
 * @param who the person or the agent whose limit it is, for the sentence
 */
export function limitReached(refused: Allowance & { allowed: false }, who: string): Refusal {
  const { burst, ratePerSecond } = refused.meter.limit;
  const seconds = Math.ceil(refused.waitMs / 1000);
  const perMinute = Math.round(ratePerSecond * 60_000) / 1000;
  return new Refusal("call_limit_reached", { who, burst, perMinute, seconds });
}

/** Calls between two looks for keys that have recovered. */
const SWEEP_EVERY = 1024;

export function createLimiter(clock: Clock): Limiter {
  const tats = new Map<string, number>();
  let calls = 0;

  /** A key that has recovered in full is as good as one without a past. */
  function sweep(now: number): void {
    for (const [key, tat] of tats) if (tat <= now) tats.delete(key);
  }

  return {
    take(meters) {
      const now = clock.monotonic();
      if (++calls % SWEEP_EVERY === 0) sweep(now);
      const next: [string, number][] = [];
      let worst: (Allowance & { allowed: false }) | null = null;
      for (const one of meters) {
        const { allowed, tat, waitMs } = meter(tats.get(one.key) ?? null, now, one.limit);
        if (allowed) next.push([one.key, tat]);
        else if (worst === null || waitMs > worst.waitMs) {
          worst = { allowed: false, meter: one, waitMs };
        }
      }
      if (worst !== null) return worst;
      for (const [key, tat] of next) tats.set(key, tat);
      return { allowed: true };
    },
    size: () => tats.size,
  };
}
