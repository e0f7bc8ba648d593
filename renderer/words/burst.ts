// Words of the list of several questions of one agent.
import { plural } from "../lib/format.ts";

export const burstWords = {
  heading: (count: number) =>
    plural(count, { one: "An agent waits for one answer", other: "An agent wants to do # things" }),
  text: "Choose for each. What you leave alone goes on waiting, and is denied when its time is over.",
  list: "What the agent wants to do",
  on: "on",
  for: "for",
  from: "from",
  noArguments: "no arguments",
  cut: "and more",
  same: (count: number) => plural(count, { one: "1 call", other: "# identical calls" }),
  choiceOf: (tool: string, place: number) => `Answer ${place}: ${tool}`,
  allow: "Allow",
  deny: "Deny",
  look: "Show in full",
  less: "Show less",
  alone: "Open",
  why: {
    destructive: "May not be taken back: answered by itself",
    trifecta: "Could carry private data out: answered by itself",
    new: "You have not agreed to this tool: look first",
    flagged: "Something about this tool is odd: look first",
    cut: "Long: look at all of it first",
  },
  ends: {
    gone: "The agent no longer waits for it",
    late: "Not answered in time, so denied",
    allowed: "Allowed once",
    denied: "Denied",
  },
  none: "Nothing chosen yet",
  answer: (allow: number, deny: number) =>
    [
      ...(allow > 0 ? [`Allow ${allow} once`] : []),
      ...(deny > 0 ? [`${allow > 0 ? "deny" : "Deny"} ${deny}`] : []),
    ].join(", "),
  choose: "Choose first",
  denyAll: (count: number) => plural(count, { one: "Deny it", other: "Deny all #" }),
  keysMac: "Esc denies all · ⌘ Enter gives the answers you chose",
  keys: "Esc denies all · Ctrl Enter gives the answers you chose",
  back: "Back to the list",
  asList: (count: number) => plural(count, { one: "Show the list", other: "Show all # as a list" }),
  announce: (live: number, over: number) =>
    [
      plural(live, {
        one: "1 call waits for your answer.",
        other: "# calls wait for your answer.",
      }),
      ...(over > 0 ? [plural(over, { one: "1 is over.", other: "# are over." })] : []),
    ].join(" "),
} as const;
