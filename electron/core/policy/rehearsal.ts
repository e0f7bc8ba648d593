// A change of policy, tried on what happened: each call of the journal is put before the policy in force and before the
// one that would be, and where they differ is listed. Nothing is sent and nothing is decided anew.
import type { Clock } from "../clock.ts";
import { hex, type Digest } from "../digest.ts";
import { asRefusal, Refusal } from "../errors.ts";
import { newId } from "../ids.ts";
import type { CallOutcome, CallRow, Journal } from "../journal.ts";
import type { Timers } from "../oauth/keeping/token-keeper.ts";
import { type Complaint, complaint } from "../sentences.ts";
import type { InForce } from "./in-force.ts";
import { type Decision, POLICY_FAILED } from "./judge.ts";
import type { Effect } from "./rules.ts";
import { inputOf } from "./seen.ts";
import { createSlices } from "./slices.ts";

/** One call that would have been decided otherwise. */
export interface Changed {
  readonly call: string;
  /** Milliseconds UTC. */
  readonly at: number;
  readonly agent: string | null;
  readonly server: string | null;
  readonly tool: string | null;
  readonly outcome: CallOutcome;
  readonly from: Effect;
  readonly to: Effect;
  /** The rules that would have spoken. */
  readonly rules: readonly string[];
}

export interface RehearsalCounts {
  /** Calls that both policies were asked about. */
  readonly calls: number;
  /** By what would have become of them, where that is something else than now. */
  readonly deny: number;
  readonly ask: number;
  readonly allow: number;
  /** Calls that could not be judged, by why. */
  readonly unjudged: {
    /** Written down before what policy saw was kept, or what it saw holds a secret. */
    readonly unknown: number;
    /** Their arguments were cleared of secrets or cut, and the policy may look at arguments. */
    readonly arguments: number;
    /** The policy gave no answer that can be read. In force, that is a denial. */
    readonly failed: number;
  };
}

export interface Rehearsal {
  readonly id: string;
  readonly state: "running" | "done" | "cancelled" | "failed";
  /** Rows looked at, and how many there are to look at at most. */
  readonly done: number;
  readonly of: number;
  readonly counts: RehearsalCounts;
  /** Newest first; at most LISTED. */
  readonly changed: readonly Changed[];
  /** The first few calls that could not be judged. */
  readonly unjudged: readonly string[];
  /** Why it failed. */
  readonly complaint: Complaint | null;
}

/** A policy that is asked for a rehearsal alone. */
export interface RehearsedPolicy {
  readonly policy: InForce;
  close(): void;
}

/** The policy in force and the one that would be, each for one rehearsal alone. */
export interface BothPolicies {
  readonly now: RehearsedPolicy;
  readonly next: RehearsedPolicy;
}

export interface RehearsalPorts {
  readonly journal: Pick<Journal, "search">;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly timers: Timers;
  readonly progress: (now: Rehearsal) => void;
}

export interface Span {
  /** The newest calls, at most. */
  readonly last: number;
  /** Only calls since then; milliseconds UTC. */
  readonly since: number | null;
}

/** How many changed calls are listed; all are counted. */
export const LISTED = 200;
const PAGE = 100;
const PROGRESS_EVERY = 200;
/** Calls that policies are asked about before the first answer is waited for. */
const TOGETHER = 32;
const AT_ONCE = 2;
const KEPT = 8;

type Why = keyof RehearsalCounts["unjudged"];
type Found = Changed | "same" | Why;
interface Running {
  now: Rehearsal;
  cancelled: boolean;
  ended: Promise<Rehearsal>;
}

export type Rehearsals = ReturnType<typeof createRehearsals>;

export function createRehearsals(ports: RehearsalPorts) {
  const { journal, clock, digest } = ports;
  const all = new Map<string, Running>();

  /** The arguments as they were sent, or null where the journal does not hold them whole. */
  function argumentsOf(row: CallRow, tool: string): { readonly value: unknown } | null {
    const text = row.input ?? "{}";
    if (hex(digest.sha256(`${tool}\n${text}`)) !== row.permit?.argumentsHash) return null;
    return { value: JSON.parse(text) as unknown };
  }

  /** A promise only where a policy is asked that does not answer in this thread. */
  function judgeRow(row: CallRow, now: InForce, next: InForce): Found | Promise<Found> {
    const seen = row.permit?.seen;
    if (seen === undefined || seen === null) return "unknown";
    let input = inputOf(row, seen, null) as { readonly tool: { readonly name: string } };
    if (now.readsArguments || next.readsArguments) {
      const found = argumentsOf(row, input.tool.name);
      if (found === null) return "arguments";
      input = inputOf(row, seen, found.value) as typeof input;
    }
    const [before, after] = [now.decide(input), next.decide(input)];
    if (!(before instanceof Promise) && !(after instanceof Promise)) {
      return compared(row, before, after);
    }
    return Promise.all([before, after]).then(([one, other]) => compared(row, one, other));
  }

  function compared(row: CallRow, before: Decision, after: Decision): Found {
    if (after.rules.includes(POLICY_FAILED)) return "failed";
    if (before.effect === after.effect) return "same";
    return {
      call: row.id,
      at: row.at,
      agent: row.agentName,
      server: row.serverName,
      tool: row.tool,
      outcome: row.outcome,
      from: before.effect,
      to: after.effect,
      rules: after.rules,
    };
  }

  async function run(one: Running, span: Span, open: () => Promise<BothPolicies>): Promise<void> {
    const policies = await open();
    try {
      const counts = {
        calls: 0,
        deny: 0,
        ask: 0,
        allow: 0,
        unjudged: { unknown: 0, arguments: 0, failed: 0 },
      };
      const changed: Changed[] = [];
      const unjudged: string[] = [];
      const count = (id: string, found: Found): void => {
        if (typeof found === "string" && found !== "same") {
          counts.unjudged[found]++;
          if (unjudged.length < LISTED) unjudged.push(id);
        } else counts.calls++;
        if (typeof found === "object") {
          counts[found.to]++;
          if (changed.length < LISTED) changed.push(found);
        }
      };
      /** Calls that a policy was asked about, in their order. */
      const waiting: (readonly [string, Found | Promise<Found>])[] = [];
      let done = 0;
      let before: number | undefined;
      // Two that begin together have a slice each, and not one after the other.
      const slices = createSlices(ports);
      await slices.pass();
      let told = clock.monotonic();
      const note = (state: Rehearsal["state"]): void => {
        one.now = {
          ...one.now,
          state,
          done,
          counts: { ...counts, unjudged: { ...counts.unjudged } },
          changed: [...changed],
          unjudged: [...unjudged],
        };
        ports.progress(one.now);
      };
      for (;;) {
        const { rows, matched, matchedIsFloor } = journal.search({
          limit: Math.min(PAGE, span.last - done),
          ...(before !== undefined && { before }),
        });
        if (before === undefined) {
          one.now = { ...one.now, of: matchedIsFloor ? span.last : Math.min(matched, span.last) };
        }
        before = rows.at(-1)?.seq;
        const tooOld = (row: CallRow): boolean => span.since !== null && row.at < span.since;
        for (const [i, row] of rows.entries()) {
          if (row.kind === "call" && !tooOld(row)) {
            const found = judgeRow(row, policies.now.policy, policies.next.policy);
            waiting.push([row.id, found]);
          }
          // Several at once, so that a policy in a thread of its own, or elsewhere, is not waited for each time.
          if (waiting.length >= TOGETHER || i === rows.length - 1) {
            for (const [id, found] of waiting.splice(0)) {
              count(id, found instanceof Promise ? await found : found);
              if (one.cancelled) return note("cancelled");
            }
          }
          done++;
          if (slices.isOver()) {
            if (clock.monotonic() - told > PROGRESS_EVERY) {
              told = clock.monotonic();
              note("running");
            }
            await slices.pass();
            if (one.cancelled) return note("cancelled");
          }
        }
        // A clock that was set back may have put an older row above a newer one: a whole page must be too old.
        if (rows.length === 0 || done >= span.last || rows.every(tooOld)) break;
      }
      if (one.cancelled) return note("cancelled");
      one.now = { ...one.now, of: done };
      note("done");
    } finally {
      policies.now.close();
      policies.next.close();
    }
  }

  function find(id: string): Running {
    const one = all.get(id);
    if (one === undefined) throw new Refusal("rehearsal_unknown");
    return one;
  }

  return {
    /**
     * Begins one; `progress` and get() tell how it goes on.
     * @param open the policy in force and the one that would be, each for this rehearsal alone
     * @throws Refusal `rehearsal_busy`
     */
    begin(span: Span, open: () => Promise<BothPolicies>): Rehearsal {
      if ([...all.values()].filter((one) => one.now.state === "running").length >= AT_ONCE) {
        throw new Refusal("rehearsal_busy", { limit: AT_ONCE });
      }
      const id = newId("reh", clock.now(), (n) => digest.random(n));
      const nothing = { calls: 0, deny: 0, ask: 0, allow: 0 };
      const one: Running = {
        cancelled: false,
        now: {
          id,
          state: "running",
          done: 0,
          of: span.last,
          counts: { ...nothing, unjudged: { unknown: 0, arguments: 0, failed: 0 } },
          changed: [],
          unjudged: [],
          complaint: null,
        },
        ended: Promise.resolve() as never,
      };
      all.set(id, one);
      for (const old of all.keys()) {
        if (all.size <= KEPT) break;
        if (all.get(old)?.now.state !== "running") all.delete(old);
      }
      one.ended = run(one, span, open).then(
        () => one.now,
        (error: unknown) => {
          one.now = { ...one.now, state: "failed", complaint: complaint(asRefusal(error)) };
          ports.progress(one.now);
          return one.now;
        },
      );
      return one.now;
    },

    /** @throws Refusal `rehearsal_unknown` */
    get: (id: string): Rehearsal => find(id).now,
    /** Resolves when it is over, in whatever state. @throws Refusal `rehearsal_unknown` */
    ended: (id: string): Promise<Rehearsal> => find(id).ended,
    /** It ends with its next slice. @throws Refusal `rehearsal_unknown` */
    cancel(id: string): Rehearsal {
      const one = find(id);
      one.cancelled = true;
      return one.now;
    },
    /** The program ends. */
    cancelAll(): void {
      for (const one of all.values()) one.cancelled = true;
    },
  };
}
