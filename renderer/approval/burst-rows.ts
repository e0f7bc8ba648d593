// Several questions of one agent that wait at the same time, as rows of one list (approvals 15). Pure. Rows come in at the
// end and never change places; what is over stays where it was, so that nothing moves under a pointer.
import type { Complaint, Question, Subject } from "../types.ts";

/** `gone`: its agent does not wait any more. `late`: nobody answered in time. */
export type RowEnd = "gone" | "late" | "allowed" | "denied";

export interface Row {
  readonly question: Question;
  /** Of its present showing; null while it is being shown anew. */
  readonly nonce: string | null;
  readonly end: RowEnd | null;
  /** Why its last answer was not taken. */
  readonly complaint: Complaint | null;
}

export interface Burst {
  readonly agent: Subject["agent"];
  readonly rows: readonly Row[];
  /** performance.now() when a yes counts. */
  readonly armed: number;
  readonly answering: boolean;
}

/** As many as there can be open questions. What is over keeps its place, so more wait for the next list. */
export const MOST_ROWS = 20;
/** Characters of the line that stands for the arguments. What is longer has to be looked at in full. */
const LINE = 160;

/** The call that a question is about, with what the person made of its arguments; null where it is about none. */
export function callOf({ matter, revision }: Pick<Question, "matter" | "revision">) {
  if (matter.kind !== "call") return null;
  return revision === null ? matter : { ...matter, subject: { ...matter.subject, ...revision } };
}

/** The hash of the bytes that are on the screen, which a yes has to name. */
export const hashOf = (question: Pick<Question, "matter" | "revision">): string | undefined =>
  callOf(question)?.subject.argumentsHash;

/** Open questions about calls of this agent. */
export const callsOf = (open: readonly Question[], agentId: string): readonly Question[] =>
  open.filter(({ matter }) => matter.kind === "call" && matter.subject.agent.id === agentId);

export const isLive = (row: Row): boolean => row.end === null;

/**
 * The list as it is after a look at what is open.
 * @param now wall clock, milliseconds
 */
export function grown(
  rows: readonly Row[],
  open: readonly Question[],
  now: number,
): readonly Row[] {
  const byId = new Map(open.map((question) => [question.id, question]));
  const known = new Set(rows.map(({ question }) => question.id));
  const kept = rows.map((row): Row => {
    if (row.end !== null) return row;
    const question = byId.get(row.question.id);
    // A second is what two clocks and a message may differ in.
    const late = now >= Date.parse(row.question.deadlineAt) - 1000;
    return question === undefined
      ? { ...row, nonce: null, end: late ? "late" : "gone" }
      : { ...row, question };
  });
  const fresh = open
    .filter(({ id }) => !known.has(id))
    .slice(0, Math.max(0, MOST_ROWS - kept.length))
    .map((question): Row => ({ question, nonce: null, end: null, complaint: null }));
  return [...kept, ...fresh];
}

/** Whether the list looks otherwise than before: then a yes is dead for a moment. */
export const looksOther = (a: readonly Row[], b: readonly Row[]): boolean =>
  a.length !== b.length || a.some((row, i) => row.end !== b[i]?.end);

const name = (key: string): string => (/^[\w-]{1,64}$/.test(key) ? key : JSON.stringify(key));

/** The arguments in one line: `query: "Jane", limit: 20`. `cut`: it is not all of them. */
export function argumentLine(argumentsText: string): {
  readonly text: string;
  readonly cut: boolean;
} {
  let text = argumentsText;
  try {
    // Read strictly before: nothing is lost by it.
    const value = JSON.parse(argumentsText) as Readonly<Record<string, unknown>>;
    text = Object.entries(value)
      .map(([key, one]) => `${name(key)}: ${JSON.stringify(one)}`)
      .join(", ");
  } catch {
    // Shown as it is.
  }
  if (text.length <= LINE) return { text, cut: false };
  // Half of a surrogate pair would be marked as something hidden.
  return { text: text.slice(0, LINE).replace(/[\ud800-\udbff]$/, ""), cut: true };
}

/**
 * What a row takes before it can be allowed: `alone` where it cannot be taken back or data could leave, which is answered
 * by itself only; `look` where the line does not say everything that decides.
 */
export function needOf(question: Question): "alone" | "look" | "nothing" {
  const call = callOf(question);
  if (call === null) return "alone";
  const { subject, trifecta } = call;
  if (subject.destructive || trifecta !== undefined) return "alone";
  // Whoever allows a new tool agrees to what it says of itself.
  const says = subject.toolStanding === "new" || (subject.claims?.flags.length ?? 0) > 0;
  return says || argumentLine(subject.argumentsText).cut ? "look" : "nothing";
}
