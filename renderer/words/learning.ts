// Words about learning: rules proposed from what the person answered.
import { plural } from "../lib/format.ts";
import type { LearningView } from "../types.ts";

type Why = LearningView["proposals"][number]["why"];

const once = (count: number): string => plural(count, { one: "once", other: "# times" });

export const learningWords = {
  tab: "Learn",
  tabCount: (count: number) => plural(count, { one: "1 proposed rule", other: "# proposed rules" }),
  emptyTitle: "Rules from what you answer",
  empty:
    "Countersign watches for a while what you allow and deny, and then proposes rules that would have said the same. Nothing is enforced until you accept it.",
  span: "For how long",
  spans: [
    [3_600_000, "1 hour"],
    [86_400_000, "1 day"],
    [7 * 86_400_000, "1 week"],
  ] as readonly (readonly [number, string])[],
  start: "Begin",
  again: "Begin anew",
  stop: "Stop",
  watching: (from: string, until: string) => `Watching since ${from}, until ${until}`,
  over: (from: string, until: string) => `Watched from ${from} to ${until}`,
  calls: (count: number) =>
    `${plural(count, { one: "1 call", other: "# calls" })}. Nothing is enforced by it.`,
  incomplete: "There was more than could be looked at: the newest calls count.",
  proposals: "Proposed rules",
  nothingYet:
    "Nothing to propose yet. It takes five calls of the same tool that you let through, or two that you denied.",
  nothingLearned:
    "No rule is proposed: you did not say the same often enough, or rules say it already.",
  on: "on",
  why({ yes, no, granted, calls }: Why, since: string): string {
    const parts = [
      yes > 0 && `you said yes ${once(yes)}`,
      granted > 0 &&
        `your yes covered ${plural(granted, { one: "1 call more", other: "# calls more" })}`,
      no > 0 ? `you said no ${once(no)}, never yes` : "never no",
    ].filter((part) => part !== false);
    const said = parts.join(", ");
    return `${said.slice(0, 1).toUpperCase()}${said.slice(1)} · ${plural(calls, { one: "1 call", other: "# calls" })} since ${since}`;
  },
  review: "Review",
  reviewNamed: (tool: string) => `Review the rule for ${tool}`,
  dismiss: "Put aside",
  dismissNamed: (tool: string) => `Put aside the rule for ${tool}`,
  title: "Shall this become a rule?",
  text: {
    allow:
      "These calls go through without a question then, for this agent and this server as it is now. You are asked once more, in the window that asks.",
    deny: "These calls are denied then, without a question.",
  },
  accept: "Add rule",
} as const;
