// Runs: a run is one stretch of work of one agent, over all servers that it uses. What was read in it may be sent out in
// it, so that nothing that an agent can do itself, a new session among it, begins another run.
import type { Clock } from "../clock.ts";
import type { Digest } from "../digest.ts";
import { newId } from "../ids.ts";

/** Milliseconds. A pause this long ends a run, on whichever clock it shows. */
export const RUN_GAP = 30 * 60_000;
/** Milliseconds: no run is longer. */
export const RUN_MOST = 12 * 60 * 60_000;
/** Legacy sessions that one run remembers. */
const SESSIONS = 256;
/** Different tools that one run remembers having sent calls to; beyond it, only those that somebody labelled. */
const TOOLS = 4096;
/** Agents whose runs are remembered. */
const AGENTS = 1024;
/** Runs of one agent that ended with sessions open. */
const ASLEEP = 8;

/** A run as a question, a grant or a policy sees it. */
export interface Run {
  /** `run_…`, sorts by time. */
  readonly id: string;
  /** UTC instant. */
  readonly startedAt: string;
  /** Calls asked for in it so far, this one included. */
  readonly calls: number;
}

/** The first call in a run that was sent to this tool. */
export interface SentTo {
  readonly server: { readonly id: string; readonly name: string };
  readonly tool: string;
  /** Milliseconds UTC. */
  readonly at: number;
}

/** What the journal says of a run that was going on when the program ended. */
export interface FormerRun {
  readonly id: string;
  readonly agentId: string;
  /** Milliseconds UTC, of its first and its newest call. */
  readonly startedAt: number;
  readonly lastAt: number;
  readonly calls: number;
  readonly sent: readonly SentTo[];
}

interface Kept {
  readonly id: string;
  readonly born: Moment;
  last: Moment;
  calls: number;
  readonly sessions: Set<string>;
  readonly sent: Map<string, SentTo>;
}
interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

export type Runs = ReturnType<typeof createRuns>;

export function createRuns(ports: {
  readonly clock: Clock;
  readonly digest: Digest;
  /** Whether a label stands for exactly this tool: made-up names must not crowd it out of a run. */
  readonly labelled: (serverId: string, tool: string) => boolean;
}) {
  const { clock, digest } = ports;
  /** Agent → its run: it has one at a time. */
  const runs = new Map<string, Kept>();
  /** Agent → earlier runs of it, whose sessions may come back. */
  const asleep = new Map<string, Kept[]>();

  const moment = (): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });
  /** Both clocks must agree: the wall clock sees a machine that slept, the monotonic one cannot be set. */
  const within = (since: Moment, now: Moment, ms: number): boolean =>
    now.wall - since.wall < ms && now.monotonic - since.monotonic < ms;

  const lives = (one: Kept, now: Moment, isSame: boolean): boolean =>
    within(one.born, now, RUN_MOST) && (isSame || within(one.last, now, RUN_GAP));

  /** A session is one conversation, however long the pause: what it read an hour ago it still knows. */
  function going(agentId: string, sessionKey: string | null): Kept | undefined {
    const one = runs.get(agentId);
    const now = moment();
    if (one === undefined) return undefined;
    if (lives(one, now, sessionKey !== null && one.sessions.has(sessionKey))) return one;
    runs.delete(agentId);
    const before = (asleep.get(agentId) ?? []).filter((old) => within(old.born, now, RUN_MOST));
    asleep.set(agentId, [...before, one].slice(-ASLEEP));
    return undefined;
  }

  function remember(one: Kept, to: SentTo): void {
    const key = `${to.server.id} ${to.tool}`;
    if (one.sent.has(key)) return;
    if (one.sent.size >= TOOLS && !ports.labelled(to.server.id, to.tool)) {
      const isNew = ![...one.sent.values()].some(({ server }) => server.id === to.server.id);
      if (!isNew) return;
    }
    one.sent.set(key, to);
  }

  /** A session of an earlier run goes on in this one, and brings what that run had sent. */
  function wake(agentId: string, one: Kept, sessionKey: string): void {
    const all = asleep.get(agentId);
    const old = all?.find(({ sessions }) => sessions.has(sessionKey));
    if (all === undefined || old === undefined) return;
    for (const to of old.sent.values()) remember(one, to);
    for (const session of old.sessions) one.sessions.add(session);
    asleep.set(
      agentId,
      all.filter((other) => other !== old),
    );
  }

  function begin(agentId: string): Kept {
    const now = moment();
    const id = newId("run", now.wall, (n) => digest.random(n));
    const one: Kept = {
      id,
      born: now,
      last: now,
      calls: 0,
      sessions: new Set(),
      sent: new Map(),
    };
    runs.set(agentId, one);
    if (runs.size > AGENTS) sweep(now);
    return one;
  }

  /** Agents that went long ago leave nothing behind. */
  function sweep(now: Moment): void {
    for (const [agentId, one] of runs) {
      if (within(one.born, now, RUN_MOST)) continue;
      runs.delete(agentId);
      asleep.delete(agentId);
    }
  }

  const view = (one: Kept): Run => ({
    id: one.id,
    startedAt: new Date(one.born.wall).toISOString(),
    calls: one.calls,
  });

  return {
    /**
     * The run that a call belongs to, counted as one more of it.
     * @param sessionId the legacy session (`Mcp-Session-Id`), which keeps its run alive over a pause
     */
    enter(agentId: string, serverId: string, sessionId: string | null): Run {
      const key = sessionId === null ? null : `${serverId} ${sessionId}`;
      const one = going(agentId, key) ?? begin(agentId);
      one.last = moment();
      one.calls++;
      if (key !== null) {
        wake(agentId, one, key);
        one.sessions.delete(key);
        one.sessions.add(key);
        for (const oldest of one.sessions) {
          if (one.sessions.size <= SESSIONS) break;
          one.sessions.delete(oldest);
        }
      }
      return view(one);
    },

    /** A call of this run leaves for its server, whatever comes of it. */
    sent(agentId: string, runId: string, to: Omit<SentTo, "at">): void {
      const one = runs.get(agentId);
      if (one?.id !== runId) return;
      remember(one, { ...to, at: clock.now() });
    },

    /** What the run sent calls to, first call first. Empty for a run that is over. */
    sentIn: (agentId: string, runId: string): readonly SentTo[] => {
      const one = runs.get(agentId);
      return one?.id === runId ? [...one.sent.values()] : [];
    },

    /** Whether a grant for this run still has a run to hold in. */
    isCurrent(agentId: string, runId: string): boolean {
      const one = runs.get(agentId);
      return one?.id === runId && lives(one, moment(), one.sessions.size > 0);
    },

    /** Takes up runs that were going on when the program ended: what an agent read before, it still knows. */
    restore(former: readonly FormerRun[]): void {
      const now = moment();
      for (const one of former) {
        const ago = (at: number): Moment => ({
          wall: Math.min(at, now.wall),
          monotonic: now.monotonic - Math.max(0, now.wall - at),
        });
        const kept: Kept = {
          id: one.id,
          born: ago(one.startedAt),
          last: ago(one.lastAt),
          calls: one.calls,
          sessions: new Set(),
          sent: new Map(one.sent.map((to) => [`${to.server.id} ${to.tool}`, to])),
        };
        if (within(kept.last, now, RUN_GAP) && within(kept.born, now, RUN_MOST)) {
          runs.set(one.agentId, kept);
        }
      }
    },
  };
}
