// Rules proposed from what happened: what the person said to calls of one agent, one server and one tool, and the narrowest
// rule that would have said the same. Nothing here makes a rule; what cannot be taken back is never proposed to be allowed.
import { z } from "zod";
import type { CallRow } from "../journal.ts";
import { LETHAL_TRIFECTA } from "../labels/trifecta.ts";
import { isPlain } from "../permission/tool-choice.ts";
import { OFFER_AFTER } from "../permission/yeses.ts";
import { isDestructive } from "./destructive.ts";
import { inputOf } from "./seen.ts";

/**
 * What became of a call. `yes`, `no`: the person said so when asked. `granted`: a yes of theirs covered it for a while.
 * `ruled`: let through by a rule. `other`: anything else, from which nothing is concluded (nobody answered, a rule denied
 * it, the person changed the arguments first, or their yes was for that one call whatever rules say).
 */
export type Said = "yes" | "granted" | "no" | "ruled" | "other";

/** One call, as far as rules can tell it from others. */
export interface Case {
  readonly seq: number;
  /** Milliseconds UTC. */
  readonly at: number;
  readonly tenant: string;
  readonly agent: string;
  readonly server: string;
  /** What the server was reached by: its address, or its command. */
  readonly target: string;
  readonly tool: string;
  /** SHA-256 of the tool's definition, hex; null where none was known. */
  readonly fingerprint: string | null;
  readonly destructive: boolean;
  readonly said: Said;
  /** What policy was asked about, without the arguments. */
  readonly input: unknown;
}

/** One agent, server and tool. */
export interface Tally {
  readonly tenant: string;
  readonly agent: string;
  readonly server: string;
  readonly tool: string;
  readonly destructive: boolean;
  readonly calls: number;
  readonly counts: Readonly<Record<Said, number>>;
  /** Milliseconds UTC of the first and the last call. */
  readonly first: number;
  readonly last: number;
  /** The newest call. */
  readonly newest: Case;
  /** Calls that the person let through, for the server and the tool as they were at the newest call. */
  readonly asNow: { readonly yes: number; readonly granted: number };
}
export type Tallies = Map<string, Tally>;

export interface Proposal {
  readonly effect: "allow" | "deny";
  readonly tenant: string;
  readonly agent: string;
  readonly server: string;
  readonly tool: string;
  /** The server that is meant; null for a denial, which follows the server wherever it goes. */
  readonly target: string | null;
  /** The tool that is meant, as it was described; null for a denial, or where no description is known. */
  readonly fingerprint: string | null;
  readonly why: Why;
}
/** What speaks for a proposal. */
export interface Why {
  /** All calls of this agent, server and tool. */
  readonly calls: number;
  /** How often the person said yes or no when asked; calls that a yes covered for a while. */
  readonly yes: number;
  readonly no: number;
  readonly granted: number;
  /** Milliseconds UTC of the first and the last of them. */
  readonly first: number;
  readonly last: number;
}

/** Denials by the person after which a rule that denies is proposed. */
const DENY_AFTER = 2;
/** Names of tools are the agents' to choose: more of them than this are not learned from. */
export const MOST_TALLIES = 2000;

const inputSchema = z.object({
  server: z.object({ target: z.string() }),
  tool: z.object({
    name: z.string(),
    destructive: z.boolean(),
    fingerprint: z.string().nullable().optional(),
  }),
});

function saidOf({ decision, permit, rules }: CallRow): Said {
  if (permit === null) return "other";
  const answered = permit.question !== null;
  if (decision === "deny") return answered && permit.lifetime === null ? "no" : "other";
  if (answered) {
    const forItself = permit.edited === true || rules.includes(LETHAL_TRIFECTA);
    return permit.lifetime === null || forItself ? "other" : "yes";
  }
  return permit.grant === null ? "ruled" : "granted";
}

/** @returns null for what teaches nothing: no call, or one that held a secret, so that its facts were not kept */
export function caseOf(row: CallRow): Case | null {
  const { kind, tenant, agentId: agent, serverId: server, tool, seq, at } = row;
  const seen = row.permit?.seen;
  if (kind !== "call" || tenant === null || agent === null || server === null) return null;
  if (tool === null || seen === undefined || seen === null) return null;
  const input = inputOf(row, seen, null);
  const read = inputSchema.safeParse(input);
  // A name that was masked in the row is not the name that was called.
  if (!read.success || read.data.tool.name !== tool) return null;
  return {
    seq,
    at,
    tenant,
    agent,
    server,
    target: read.data.server.target,
    tool,
    fingerprint: read.data.tool.fingerprint ?? null,
    destructive: read.data.tool.destructive || isDestructive(tool),
    said: saidOf(row),
    input,
  };
}

const sameNow = (a: Case, b: Case): boolean =>
  a.target === b.target && a.fingerprint === b.fingerprint;

/** Counts one call. Calls come in the order in which they happened. @returns false where there is no room for it */
export function takeIn(tallies: Tallies, one: Case): boolean {
  const { tenant, agent, server, tool, said, at } = one;
  const key = JSON.stringify([tenant, agent, server, tool]);
  const before = tallies.get(key);
  if (before === undefined && tallies.size >= MOST_TALLIES) return false;
  const zero = { yes: 0, granted: 0 };
  const asNow = before !== undefined && sameNow(before.newest, one) ? before.asNow : zero;
  const counts = before?.counts ?? { ...zero, no: 0, ruled: 0, other: 0 };
  tallies.set(key, {
    tenant,
    agent,
    server,
    tool,
    destructive: one.destructive || before?.destructive === true,
    calls: (before?.calls ?? 0) + 1,
    counts: { ...counts, [said]: counts[said] + 1 },
    first: Math.min(before?.first ?? at, at),
    last: Math.max(before?.last ?? at, at),
    newest: one,
    asNow: said === "yes" || said === "granted" ? { ...asNow, [said]: asNow[said] + 1 } : asNow,
  });
  return true;
}

/**
 * The rule that would have said what the person said, or null.
 *
 * Allow: after OFFER_AFTER calls that they let through, one of them at least when asked, of the server and the tool as they
 * are now, and no denial of theirs at all. Deny: after two denials, where nothing was ever let through.
 */
export function proposalOf(tally: Tally): Proposal | null {
  const { tenant, agent, server, tool, calls, counts, first, last, newest, asNow } = tally;
  // A rule cannot name such a tool and nothing besides.
  if (!isPlain(tool)) return null;
  const what = { tenant, agent, server, tool };
  const span = { calls, first, last };
  if (counts.no > 0) {
    const letThrough = counts.yes + counts.granted + counts.ruled;
    if (counts.no < DENY_AFTER || letThrough > 0) return null;
    const why = { ...span, yes: 0, no: counts.no, granted: 0 };
    return { effect: "deny", ...what, target: null, fingerprint: null, why };
  }
  if (tally.destructive || asNow.yes === 0 || asNow.yes + asNow.granted < OFFER_AFTER) return null;
  const { target, fingerprint } = newest;
  return { effect: "allow", ...what, target, fingerprint, why: { ...span, ...asNow, no: 0 } };
}

/** How much speaks for it: calls that the person decided in this way. */
export const weightOf = ({ effect, why }: Proposal): number =>
  effect === "deny" ? why.no : why.yes + why.granted;

/** What two proposals of the same rule have in common, however often it was seen. */
export const identityOf = (one: Omit<Proposal, "why">): string =>
  JSON.stringify([
    one.effect,
    one.tenant,
    one.agent,
    one.server,
    one.tool,
    one.target,
    one.fingerprint,
  ]);
