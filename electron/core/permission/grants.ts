// Grants: verdicts that are remembered for a while. Bound to agent, server, tool and everything the two were when the
// person said yes; in memory only, so that none outlives the program; ended by the first of several limits.
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import { type Condition, conditionsFor, conditionsHold } from "./conditions.ts";
import type { Allow } from "./matter.ts";
import type { Subject } from "./subject.ts";

/**
 * How long a yes holds. `until-lock`: screen or vault locked, machine asleep, program ended. `always` is no grant: it
 * becomes a rule, which is seen and removed with the others.
 */
export const LIFETIMES = [
  "once",
  "this-run",
  "5-minutes",
  "1-hour",
  "until-lock",
  "always",
] as const;
export type Lifetime = (typeof LIFETIMES)[number];
export type GrantLifetime = Exclude<Lifetime, "once" | "always">;

/** What a yes covers: these bytes alone, calls whose chosen fields are the same, or any arguments of the tool. */
export const SCOPES = ["arguments", "fields", "tool"] as const;
export type Scope = (typeof SCOPES)[number];
/** Calls that a counted yes may cover beyond the one that was asked about. */
export const MOST_CALLS = 1000;

/** Milliseconds: the hard limit, and how long it may lie unused (approvals: 10 minutes idle, 12 hours hard). */
const LIMITS: Readonly<Record<GrantLifetime, { readonly hard: number; readonly idle: number }>> = {
  "this-run": { hard: 12 * 60 * 60_000, idle: 10 * 60_000 },
  "5-minutes": { hard: 5 * 60_000, idle: 5 * 60_000 },
  "1-hour": { hard: 60 * 60_000, idle: 10 * 60_000 },
  "until-lock": { hard: 12 * 60 * 60_000, idle: 10 * 60_000 },
};

export interface Grant {
  readonly id: string;
  readonly tenant: string;
  readonly agent: Subject["agent"];
  readonly server: Pick<Subject["server"], "id" | "name">;
  /** On whose behalf; null where no account is used. */
  readonly account: Subject["account"];
  readonly tool: string;
  readonly scope: Scope;
  /** Only where the scope is `arguments`. */
  readonly argumentsHash: string | null;
  /** What must stay the same, where the scope is `fields`. */
  readonly conditions: readonly Condition[];
  readonly lifetime: GrantLifetime;
  /** The run that it ends with, where its lifetime is `this-run`. */
  readonly run: string | null;
  /** How many calls it covers at most; null where they are not counted. */
  readonly atMost: number | null;
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
  /** Whether a run still goes on. */
  readonly runGoesOn: (agentId: string, runId: string) => boolean;
  /** Clears a value of secrets that we know, for those who list grants. */
  readonly clear?: (text: string) => string;
}) {
  const { clock, digest } = ports;
  const clear = ports.clear ?? ((text: string) => text);
  const kept = new Map<string, Kept>();
  const instant = (ms: number): string => new Date(ms).toISOString();

  /**
   * Both clocks must agree that it still holds: the wall clock sees a machine that slept, the monotonic one cannot be
   * set. A wall clock set back before the grant was made ends it, too (R11: a grant is never lengthened).
   */
  function holds(one: Kept): boolean {
    const { run, atMost, lifetime, agent } = one.grant;
    if (run !== null && !ports.runGoesOn(agent.id, run)) return false;
    if (atMost !== null && one.uses >= atMost) return false;
    const limit = LIMITS[lifetime];
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
    conditions: one.grant.conditions.map(({ pointer, equals }) => ({
      pointer: clear(pointer),
      equals: clear(equals),
    })),
    uses: one.uses,
    idleEndsAt: instant(one.used.wall + LIMITS[one.grant.lifetime].idle),
  });

  function covers({ grant, stamp }: Kept, subject: Subject): boolean {
    if (grant.agent.id !== subject.agent.id || grant.server.id !== subject.server.id) return false;
    if (grant.tool !== subject.tool || stamp !== subject.stamp) return false;
    if (grant.run !== null && grant.run !== subject.run?.id) return false;
    if (grant.scope === "arguments") return grant.argumentsHash === subject.argumentsHash;
    return grant.scope === "tool" || conditionsHold(grant.conditions, subject.argumentsText);
  }

  return {
    /**
     * Remembers a yes of the person.
     * @throws Refusal `verdict_not_offered` for fields that the call does not have, or a run that it is not in
     */
    add(subject: Subject, allow: Allow & { readonly lifetime: GrantLifetime }): Grant {
      const now = { wall: clock.now(), monotonic: clock.monotonic() };
      const { lifetime, scope } = allow;
      const conditions =
        scope === "fields" ? conditionsFor(subject.argumentsText, allow.fields ?? []) : [];
      if (typeof conditions === "string") {
        throw new Refusal("verdict_not_offered", { reason: conditions });
      }
      const run = lifetime === "this-run" ? (subject.run?.id ?? null) : null;
      if (lifetime === "this-run" && run === null) {
        throw new Refusal("verdict_not_offered", { reason: "the call belongs to no run" });
      }
      const one: Kept = {
        grant: {
          id: newId("grt", now.wall, (n) => digest.random(n)),
          tenant: subject.tenant,
          agent: subject.agent,
          server: { id: subject.server.id, name: subject.server.name },
          account: subject.account,
          tool: subject.tool,
          scope,
          argumentsHash: scope === "arguments" ? subject.argumentsHash : null,
          conditions,
          lifetime,
          run,
          atMost: allow.atMost ?? null,
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

    /** The grant that covers this call, counted as used. One that is not counted is used before one that is. */
    use(subject: Subject): Grant | undefined {
      sweep();
      const found = [...kept.values()].filter((one) => covers(one, subject));
      const one = found.find(({ grant }) => grant.atMost === null) ?? found[0];
      if (one === undefined) return undefined;
      one.used = { wall: clock.now(), monotonic: clock.monotonic() };
      one.uses++;
      return view(one);
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

    /** What this account (`acc_…`) was used for: somebody else stands in its place now. */
    lapseOf(account: string): void {
      const gone = [...kept].filter(([, { grant }]) => grant.account?.id === account);
      for (const [id] of gone) kept.delete(id);
      if (gone.length > 0) ports.changed();
    },

    /** Accounts that are signed in now: what was allowed on behalf of any other lapses with its sign-in. */
    keepAccounts(signedIn: ReadonlySet<string>): void {
      for (const { grant } of kept.values()) {
        if (grant.account !== null && !signedIn.has(grant.account.id)) {
          this.lapseOf(grant.account.id);
        }
      }
    },

    /** When the vault or the screen is locked, the machine sleeps, the program ends. */
    lapseAll(): void {
      if (kept.size === 0) return;
      kept.clear();
      ports.changed();
    },
  };
}
