// Learning from the journal: a person begins it for a time, and rules are proposed from what they said to calls meanwhile.
// A proposal becomes a rule only when the person accepts it, in the way of any other rule.
import type { Clock } from "../clock.ts";
import { hex, type Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import type { CallRow, Journal } from "../journal.ts";
import type { Timers } from "../oauth/keeping/token-keeper.ts";
import type { Store } from "../registry.ts";
import type { InForce } from "./in-force.ts";
import { targetOf } from "./input.ts";
import { NOTHING_SAID } from "./judge.ts";
import {
  caseOf,
  identityOf,
  type Proposal,
  proposalOf,
  takeIn,
  type Tallies,
  type Tally,
  weightOf,
  type Why,
} from "./learn.ts";
import { dismissedOf, isDismissed, MOST_DISMISSED } from "./learning.ts";
import type { RuleItem, RuleRegister } from "./rule-register.ts";
import type { Rule } from "./rules.ts";
import { createSlices, type Slices } from "./slices.ts";

/** A proposal as surfaces show it. */
export interface ProposalView {
  /** `prp_…`: the same for the same rule, however often it was seen. */
  readonly id: string;
  readonly effect: Proposal["effect"];
  readonly tenant: string;
  readonly agent: { readonly id: string; readonly name: string };
  readonly server: { readonly id: string; readonly name: string };
  readonly tool: string;
  readonly why: Why;
}

export interface LearningView {
  /** `over`: its time is over; what was learned stays until it is begun anew. */
  readonly state: "off" | "watching" | "over";
  /** UTC instants; null where it was never begun. */
  readonly from: string | null;
  readonly until: string | null;
  /** Calls that were looked at. */
  readonly calls: number;
  /** There were more calls or tools than are looked at. */
  readonly incomplete: boolean;
  /** What speaks most first. */
  readonly proposals: readonly ProposalView[];
}

export interface LearnerPorts {
  readonly store: Store;
  readonly journal: Pick<Journal, "search">;
  readonly clock: Clock;
  readonly digest: Digest;
  readonly timers: Timers;
  readonly policy: Pick<InForce, "decide">;
  readonly rules: RuleRegister;
}

const PAGE = 200;
/** Rows: the newest ones, where there are more. */
const MOST_ROWS = 100_000;
const MOST_PROPOSALS = 100;

/** What was read for one span. */
interface Read {
  readonly from: string;
  readonly tallies: Tallies;
  calls: number;
  incomplete: boolean;
  /** `seq` of the newest row that was read. */
  top: number;
}

export type Learner = ReturnType<typeof createLearner>;

export function createLearner(ports: LearnerPorts) {
  const { store, journal, clock, digest, rules } = ports;
  let read: Read | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  const span = () => store.read("learning").span;

  /** Rows above `top` up to `head` since the span began, oldest first. */
  async function newRows(
    slices: Slices,
    from: number,
    top: number,
    head: number,
  ): Promise<readonly CallRow[][]> {
    const pages: CallRow[][] = [];
    let before = head + 1;
    for (let rows = 0; rows < MOST_ROWS; rows += PAGE) {
      const page = journal.search({ limit: PAGE, before }).rows;
      before = page.at(-1)?.seq ?? 0;
      const fresh = page.filter((row) => row.seq > top && row.at >= from);
      pages.push(fresh.reverse());
      // A clock that was set back may have put an older row above a newer one: a whole page must be old.
      if (page.length < PAGE || fresh.length === 0) break;
      if (slices.isOver()) await slices.pass();
    }
    return pages.reverse();
  }

  async function readOn(): Promise<Read | null> {
    const now = span();
    if (now === null) return (read = null);
    const [from, until] = [Date.parse(now.from), Date.parse(now.until)];
    const newest = journal.search({ limit: 1 }).rows[0]?.seq ?? 0;
    // Another span, or another journal.
    if (read === null || read.from !== now.from || newest < read.top) {
      read = { from: now.from, tallies: new Map(), calls: 0, incomplete: false, top: 0 };
    }
    // Long after its end, what came since is passed over in one step.
    const head =
      clock.now() < until ? newest : (journal.search({ from, until, limit: 1 }).rows[0]?.seq ?? 0);
    if (head <= read.top) return read;
    const slices = createSlices(ports);
    const pages = await newRows(slices, from, read.top, head);
    for (const page of pages) {
      for (const row of page) {
        read.top = Math.max(read.top, row.seq);
        const one = row.at < until ? caseOf(row) : null;
        if (one === null) continue;
        read.calls++;
        if (!takeIn(read.tallies, one)) read.incomplete = true;
      }
      if (slices.isOver()) await slices.pass();
    }
    if (pages.length * PAGE >= MOST_ROWS) read.incomplete = true;
    return read;
  }

  /** One after the other: two readers at once would count calls twice. */
  function upToDate(): Promise<Read | null> {
    const next = turn.then(readOn);
    turn = next.catch(() => undefined);
    return next;
  }

  /** Whether the rule would change anything, and is for what is there now. */
  async function stands(one: Proposal, { newest }: Tally): Promise<boolean> {
    const agent = store.read("agents").find(({ id }) => id === one.agent);
    const server = store.read("servers").find(({ id }) => id === one.server);
    if (agent?.tenant !== one.tenant || server?.tenant !== one.tenant) return false;
    if (one.target !== null && targetOf(server) !== one.target) return false;
    const { effect, rules: by } = await ports.policy.decide(newest.input);
    if (one.effect === "deny") return effect !== "deny";
    // Where a rule asks or denies, the person wants it so; where one allows, nothing is missing.
    return effect === "ask" && by.every((rule) => rule === NOTHING_SAID);
  }

  const idOf = (one: Proposal): string => `prp_${hex(digest.sha256(identityOf(one))).slice(0, 24)}`;

  async function proposals(): Promise<readonly Proposal[]> {
    const now = await upToDate();
    if (now === null) return [];
    const { dismissed } = store.read("learning");
    const found: Proposal[] = [];
    for (const tally of now.tallies.values()) {
      const one = proposalOf(tally);
      if (one !== null && !isDismissed(one, dismissed) && (await stands(one, tally))) {
        found.push(one);
      }
    }
    return found.sort((a, b) => weightOf(b) - weightOf(a)).slice(0, MOST_PROPOSALS);
  }

  /** @throws Refusal `proposal_unknown` */
  async function find(id: string): Promise<Proposal> {
    const one = (await proposals()).find((proposal) => idOf(proposal) === id);
    if (one === undefined) throw new Refusal("proposal_unknown");
    return one;
  }

  const wishOf = ({ tenant, effect, agent, server, tool, fingerprint }: Proposal) => ({
    tenant,
    effect,
    agent,
    server,
    tool,
    note: null,
    ...(fingerprint !== null && { fingerprint }),
  });

  async function view(tenant?: string): Promise<LearningView> {
    const all = await proposals();
    const [agents, servers] = [store.read("agents"), store.read("servers")];
    const named = (id: string, of: readonly { readonly id: string; readonly name: string }[]) => ({
      id,
      name: of.find((one) => one.id === id)?.name ?? id,
    });
    const now = span();
    return {
      state: now === null ? "off" : clock.now() < Date.parse(now.until) ? "watching" : "over",
      from: now?.from ?? null,
      until: now?.until ?? null,
      calls: read?.calls ?? 0,
      incomplete: read?.incomplete ?? false,
      proposals: all
        .filter((one) => tenant === undefined || one.tenant === tenant)
        .map((one) => ({
          id: idOf(one),
          effect: one.effect,
          tenant: one.tenant,
          agent: named(one.agent, agents),
          server: named(one.server, servers),
          tool: one.tool,
          why: one.why,
        })),
    };
  }

  return {
    view,

    /** Begins anew, for so many milliseconds. What was put aside stays so. @throws Refusal `settings_*` */
    async start(ms: number): Promise<LearningView> {
      const from = clock.now();
      await store.write("learning", (all) => ({
        ...all,
        span: {
          from: new Date(from).toISOString(),
          until: new Date(from + ms).toISOString(),
        },
      }));
      return view();
    },

    /** Ends it now; what was learned stays. @throws Refusal `settings_*` */
    async stop(): Promise<LearningView> {
      const now = clock.now();
      await store.write("learning", (all) =>
        all.span === null || Date.parse(all.span.until) <= now
          ? all
          : { ...all, span: { ...all.span, until: new Date(now).toISOString() } },
      );
      return view();
    },

    /** The rule that a proposal would make, for a rehearsal. @throws Refusal `proposal_unknown` */
    draft: async (id: string): Promise<RuleItem> => rules.draft(wishOf(await find(id))),

    /**
     * Makes the rule. One that allows waits for the person's yes in the window that asks.
     * @throws Refusal `proposal_unknown`, and as rules.add() does
     */
    async accept(id: string, signal?: AbortSignal): Promise<Rule> {
      const one = await find(id);
      const wish = wishOf(one);
      // Pointed elsewhere a moment ago: what was seen is not what would be allowed.
      if (rules.draft(wish).rule.target !== one.target) throw new Refusal("proposal_unknown");
      return rules.add(wish, signal);
    },

    /** It is not proposed again before twice as much speaks for it. @throws Refusal `proposal_unknown`, `settings_*` */
    async dismiss(id: string): Promise<LearningView> {
      const one = dismissedOf(await find(id), clock.now());
      await store.write("learning", (all) => ({
        ...all,
        dismissed: [
          ...all.dismissed.filter((before) => identityOf(before) !== identityOf(one)),
          one,
        ].slice(-MOST_DISMISSED),
      }));
      return view();
    },
  };
}
