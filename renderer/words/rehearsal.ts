// Words about trying a change of policy on the calls of the past.
import { number, plural } from "../lib/format.ts";
import type { Rehearsal } from "../types.ts";

type Counts = Rehearsal["counts"];

export const rehearsalWords = {
  title: "What it would have meant",
  soon: "It is tried on past calls before it is saved",
  running: (done: number, of: number) =>
    `Trying it on past calls: ${number(done)} of ${number(of)} …`,
  cancelled: "Cancelled half-way.",
  becomes: "becomes",
  sum(counts: Counts): string {
    const { calls, deny, ask, allow } = counts;
    if (calls === 0) return "There is no past call to try it on.";
    const of = plural(calls, { one: "the 1 past call", other: "# past calls" });
    const parts = [
      deny > 0 && `${number(deny)} would have been denied`,
      ask > 0 && `${number(ask)} asked about`,
      allow > 0 && `${number(allow)} let through without a question`,
    ].filter((part) => part !== false);
    if (parts.length === 0) return `Nothing would have changed for ${of}.`;
    return `Of ${of}: ${parts.join(", ")}.`;
  },
  unjudged(of: Counts["unjudged"]): string {
    const all = of.unknown + of.arguments + of.failed;
    const why = [
      of.unknown > 0 && `${number(of.unknown)} from before this could be tried, or with a secret`,
      of.arguments > 0 && `${number(of.arguments)} whose arguments are not kept whole`,
      of.failed > 0 && `${number(of.failed)} for which the policy has no answer`,
    ].filter((part) => part !== false);
    const calls = plural(all, { one: "1 call", other: "# calls" });
    return `${calls} could not be judged: ${why.join(", ")}.`;
  },
  more: (count: number) => plural(count, { one: "1 more", other: "# more" }),
} as const;
