// Words of the overview: figures, plots, and what needs the person.
import { number, plural } from "../lib/format.ts";
import type { Tally, TimePart } from "../types.ts";

const ends = { allowed: "Allowed", denied: "Denied", failed: "Failed" };
const parts: Record<TimePart, string> = {
  total: "In all",
  server: "The server",
  person: "Waiting for you",
  ours: "Countersign",
};
const calls = (count: number): string => plural(count, { one: "# call", other: "# calls" });
const endings = ({ allowed, denied, failed }: Tally): string =>
  [
    `${number(allowed)} allowed`,
    ...(denied > 0 ? [`${number(denied)} denied`] : []),
    ...(failed > 0 ? [`${number(failed)} failed`] : []),
  ].join(", ");

export const overviewWords = {
  title: "Overview",
  subtitle: "What your agents did, and what needs you.",
  rangeLabel: "Time shown",
  ranges: { hour: "Hour", day: "Day", week: "Week", month: "30 days" },
  rangesLong: {
    hour: "in the last hour",
    day: "in the last 24 hours",
    week: "in the last seven days",
    month: "in the last 30 days",
  },
  ends,
  endHints: {
    allowed: "Sent, and the tool answered",
    denied: "Refused by your rules or by you",
    failed: "Sent, and no good answer came",
  },
  all: "Calls",
  ofAll: (percent: string) => `${percent} of all`,
  showInLog: "Show in the log",
  counting:
    "Calls of an earlier version are still being counted. The figures grow until that is done.",
  emptyTitle: (range: string) => `No calls ${range}`,
  emptyText: "The first call of an agent shows here the moment it has ended.",
  asTable: (title: string) => `${title}: show the figures as a table`,
  asPlot: (title: string) => `${title}: show the drawing`,
  figures: (title: string) => `${title}, figures`,
  when: "When",
  name: "Name",
  callsTitle: "Calls over time",
  callsReadout: "Pick a bar to see its calls in the log.",
  callsDesc: (all: Tally) =>
    `One bar for each stretch of time, stacked by how calls ended. In all: ${endings(all)}. Walk it with the arrow keys.`,
  bucket: (name: string, one: Tally) => `${name}: ${endings(one)}`,
  timesTitle: "How long calls took",
  timesReadout: "Only calls that a server answered.",
  timesDesc: (part: string) =>
    `The middle and the slow end of: ${part}. Walk it with the arrow keys.`,
  times: (name: string, p50: string, p95: string) =>
    `${name}: half within ${p50}, 95 of 100 within ${p95}`,
  noTimes: (name: string) => `${name}: no calls`,
  p50: "Half within",
  p95: "95 of 100 within",
  partsLabel: "Whose time",
  parts,
  partP50: (part: TimePart) => `${parts[part]}, half`,
  partP95: (part: TimePart) => `${parts[part]}, 95 of 100`,
  most: (p95: string, count: number) => `95 of 100 within ${p95} · ${calls(count)}`,
  seconds: (count: number) => `${number(count)} s`,
  noneSo: "No calls",
  agentsTitle: "By agent",
  serversTitle: "By server",
  patternsTitle: "By pattern",
  sharesReadout: calls,
  share: endings,
  others: "All others",
  attention: {
    title: "Needs attention",
    fine: "Nothing needs you",
    fineText: "No question waits, no key is old, and nobody was turned away.",
    cooling: (agent: string) => `You are not asked about “${agent}” for now`,
    coolingText: "Two of its questions went unanswered, so its calls are denied for a few minutes.",
    refused: (count: number) =>
      plural(count, {
        one: "# attempt turned away at the door",
        other: "# attempts turned away at the door",
      }),
    refusedWhy: (why: string, count: number) =>
      count === 1 ? why : `${why} (${number(count)} times)`,
    changed: (server: string, count: number) =>
      plural(count, {
        one: `A tool of “${server}” says something new of itself`,
        other: `# tools of “${server}” say something new of themselves`,
      }),
    changedText: (tools: readonly string[], more: number) =>
      `No agent gets ${tools.length + more === 1 ? "it" : "them"} before you have looked: ${tools.join(", ")}${more > 0 ? `, and ${number(more)} more` : ""}.`,
    look: "Look",
    keys: (count: number) =>
      plural(count, {
        one: "# key ends soon or has been in use too long",
        other: "# keys end soon or have been in use too long",
      }),
    keysText: (names: readonly string[], more: number) =>
      `${names.join(" · ")}${more > 0 ? ` · ${number(more)} more` : ""}`,
    key: (kind: string, owner: string, due: string) => `${kind} of ${owner}: ${due}`,
    toPolicy: "To the policy",
    lockUnheard: "A locked screen is not noticed on this machine",
    lockUnheardText: "What you allowed for a while goes on when you lock it; only sleep ends it.",
    broken: (document: string) => `The ${document} file cannot be read and counts as empty`,
    backingOff: (server: string) => `The server “${server}” keeps stopping`,
    backingOffText: "Countersign waits before it starts the program again.",
    show: "Show",
    more: (count: number) => plural(count, { one: "# more", other: "# more" }),
  },
} as const;
