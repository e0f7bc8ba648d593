// Questions: something asked of the person. One record, one life: an id, a deadline, a cancel, and an end that is told
// to everyone. Silence is no; so is a window that is gone, a program that ends, an agent that asks too much.
import type { Clock } from "../clock.ts";
import { base64url, type Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import type { Timers } from "../oauth/keeping/token-keeper.ts";
import { type Revision, revisionOf } from "./revision.ts";
import { type Matter, type Traits, traitsOf, type Verdict } from "./matter.ts";
import { createPatience } from "./patience.ts";

export type { Matter, Verdict } from "./matter.ts";

/** A question as the surface that asks sees it. */
export interface Question {
  readonly id: string;
  readonly matter: Matter;
  /** UTC instants. */
  readonly askedAt: string;
  readonly deadlineAt: string;
  /** What the person made of the arguments; null where they stand as the agent wrote them. */
  readonly revision: Revision | null;
  /** Calls that this answer serves: identical ones wait together. */
  readonly waiting: number;
  /** Milliseconds before a yes counts, after each showing. */
  readonly deadTime: { readonly once: number; readonly always: number };
}

export interface Answered {
  readonly question: string;
  readonly verdict: Verdict;
  /** Sent in place of the agent's arguments, after a yes. */
  readonly revision: Revision | null;
  readonly waitedMs: number;
}

/** Milliseconds. */
export const ASK_FOR = 45_000;
/** However long the person looks at it: an agent does not wait longer. */
const AT_MOST = 5 * 60_000;
/** A click that was meant for something else comes within this time. */
export const DEAD = { ordinary: 500, grave: 3000 };
const QUEUE = 20;

interface Waiter {
  readonly settle: (result: Answered | Refusal) => void;
  readonly since: number;
}

interface Open {
  readonly id: string;
  matter: Matter;
  readonly traits: Traits;
  readonly askedAt: number;
  readonly bornAt: number;
  deadline: number;
  waiters: Set<Waiter>;
  cancelTimer: () => void;
  /** The showing whose verdict counts: there is one at a time, and its nonce is known to that surface alone. */
  revision: Revision | null;
  showing: { readonly nonce: string; since: number } | null;
}

export type Questions = ReturnType<typeof createQuestions>;

export function createQuestions(ports: {
  readonly clock: Clock;
  readonly digest: Digest;
  readonly timers: Timers;
  readonly changed: () => void;
}) {
  const { clock, digest, timers } = ports;
  const open = new Map<string, Open>();
  const patience = createPatience(clock);
  let closed = false;

  const deadTimeOf = ({ grave }: Traits): Question["deadTime"] => ({
    once: grave ? DEAD.grave : DEAD.ordinary,
    always: DEAD.grave,
  });

  const view = (one: Open): Question => ({
    id: one.id,
    matter: one.matter,
    askedAt: new Date(one.askedAt).toISOString(),
    deadlineAt: new Date(clock.now() + (one.deadline - clock.monotonic())).toISOString(),
    revision: one.revision,
    waiting: one.waiters.size,
    deadTime: deadTimeOf(one.traits),
  });

  function end(one: Open, result: Verdict | Refusal): void {
    if (!open.delete(one.id)) return;
    one.cancelTimer();
    const now = clock.monotonic();
    for (const waiter of one.waiters) {
      waiter.settle(
        result instanceof Refusal
          ? result
          : {
              question: one.id,
              verdict: result,
              revision: one.revision,
              waitedMs: now - waiter.since,
            },
      );
    }
    ports.changed();
  }

  function arm(one: Open): void {
    one.cancelTimer();
    one.cancelTimer = timers.after(Math.max(0, one.deadline - clock.monotonic()), () => {
      if (one.traits.agent !== null) patience.unanswered(one.traits.agent.id);
      end(one, new Refusal("question_unanswered", { seconds: Math.round(ASK_FOR / 1000) }));
    });
  }

  function find(id: string): Open {
    const one = open.get(id);
    if (one === undefined) throw new Refusal("question_closed");
    return one;
  }

  function begin(matter: Matter, traits: Traits): Open {
    if (closed) throw new Refusal("question_withdrawn");
    if (open.size >= QUEUE) {
      // Where the app shows that an agent is left alone, it shows it from now on.
      if (traits.agent !== null && patience.turnedAway(traits.agent.id)) ports.changed();
      throw new Refusal("questions_full", { limit: QUEUE });
    }
    const now = clock.monotonic();
    const one: Open = {
      id: newId("qst", clock.now(), (n) => digest.random(n)),
      matter,
      traits,
      askedAt: clock.now(),
      bornAt: now,
      deadline: now + ASK_FOR,
      waiters: new Set(),
      cancelTimer: () => undefined,
      revision: null,
      showing: null,
    };
    open.set(one.id, one);
    arm(one);
    return one;
  }

  return {
    /**
     * Asks, and waits for the verdict.
     * @throws Refusal `question_unanswered`, `question_withdrawn`, `questions_full`, `agent_cooling_down`, `agent_hung_up`
     */
    ask(matter: Matter, signal?: AbortSignal): Promise<Answered> {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(new Refusal("agent_hung_up"));
        const traits = traitsOf(matter);
        if (traits.agent !== null) patience.check(traits.agent);
        const same =
          traits.sameAs === null
            ? undefined
            : [...open.values()].find(
                (o) => o.matter.kind === matter.kind && o.traits.sameAs === traits.sameAs,
              );
        const one = same ?? begin(matter, traits);
        const gone = (): void => {
          one.waiters.delete(waiter);
          // The last one that wanted to know is gone: there is nothing left to ask.
          if (one.waiters.size === 0) end(one, new Refusal("agent_hung_up"));
          else ports.changed();
          reject(new Refusal("agent_hung_up"));
        };
        const waiter: Waiter = {
          since: clock.monotonic(),
          settle(result) {
            signal?.removeEventListener("abort", gone);
            if (result instanceof Refusal) reject(result);
            else resolve(result);
          },
        };
        one.waiters.add(waiter);
        signal?.addEventListener("abort", gone, { once: true });
        ports.changed();
      });
    },

    /** Oldest first. */
    list: (): readonly Question[] => [...open.values()].map(view),

    /**
     * The surface shows this question now. Its verdict needs the nonce that this returns; the one of an earlier
     * showing is void, and the dead time starts anew.
     * @throws Refusal `question_closed`
     */
    show(id: string): Question & { readonly nonce: string } {
      const one = find(id);
      one.showing = { nonce: base64url(digest.random(16)), since: clock.monotonic() };
      return { ...view(one), nonce: one.showing.nonce };
    },

    /**
     * The person changes the arguments: what is shown now is another thing, and is shown anew. Null: as they were.
     * @throws Refusal `question_closed`, `verdict_refused`, `verdict_not_offered`, and as revisionOf() does
     */
    revise(id: string, nonce: string, text: string | null): Question & { readonly nonce: string } {
      const one = find(id);
      if (one.showing?.nonce !== nonce) throw new Refusal("verdict_refused");
      const { editable } = one.traits;
      if (editable === null) {
        throw new Refusal("verdict_not_offered", { reason: "there is nothing to change in it" });
      }
      one.revision = text === null ? null : revisionOf(editable, text, digest);
      return this.show(id);
    },

    /** The person is busy with it: it waits on, within limits. @throws Refusal `question_closed`, `verdict_refused` */
    hold(id: string, nonce: string): Question {
      const one = find(id);
      if (one.showing?.nonce !== nonce) throw new Refusal("verdict_refused");
      one.deadline = Math.min(clock.monotonic() + ASK_FOR, one.bornAt + AT_MOST);
      arm(one);
      ports.changed();
      return view(one);
    },

    /**
     * More became known about what is asked: it is shown anew, and no earlier showing can be answered any more.
     * @throws Refusal `question_closed`, `verdict_refused` where it is not the present showing that wants it
     */
    amend(id: string, nonce: string, next: (matter: Matter) => Matter): Question {
      const one = find(id);
      if (one.showing?.nonce !== nonce) throw new Refusal("verdict_refused");
      const matter = next(one.matter);
      if (matter !== one.matter) {
        one.matter = matter;
        one.showing = null;
        ports.changed();
      }
      return view(one);
    },

    /**
     * Takes the verdict of the showing that this nonce belongs to, once.
     * @param hash of the bytes that were on the screen (argumentsHash), which a yes to a call has to name: what was
     *   looked at is what is allowed, also where a surface shows several at once
     * @throws Refusal `question_closed`, `verdict_refused`, `verdict_other_bytes`, `verdict_too_early`,
     *   `verdict_not_offered`, `verdict_not_typed`
     */
    answer(id: string, nonce: string, verdict: Verdict, hash: string | null = null): Matter {
      const one = find(id);
      const showing = one.showing;
      if (showing === null || showing.nonce !== nonce) throw new Refusal("verdict_refused");
      if (verdict.type === "allow") {
        const bytes = one.revision?.argumentsHash ?? one.traits.bytes;
        if (bytes !== undefined && hash !== bytes) throw new Refusal("verdict_other_bytes");
        const dead = deadTimeOf(one.traits);
        const needed = verdict.lifetime === "always" ? dead.always : dead.once;
        if (clock.monotonic() - showing.since < needed) {
          showing.since = clock.monotonic();
          throw new Refusal("verdict_too_early");
        }
        traitsOf(one.matter).admit(verdict, one.revision !== null);
      }
      if (one.traits.agent !== null) patience.answered(one.traits.agent.id);
      end(one, verdict);
      return one.matter;
    },

    /** Agents that are not asked about for now, because nobody answered. */
    cooling: () => patience.cooling(),
    /** The person wants to be asked about this agent again. */
    resume(agentId: string): void {
      patience.resume(agentId);
      ports.changed();
    },

    /** Screen or vault locked: nobody may answer for the person. */
    withdrawAll(): void {
      for (const one of open.values()) end(one, new Refusal("question_withdrawn"));
    },

    close(): void {
      closed = true;
      this.withdrawAll();
    },
  };
}
