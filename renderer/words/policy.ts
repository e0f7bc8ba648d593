// Words of the screen about rules and what is allowed for a while.
import { plural } from "../lib/format.ts";

export const policyWords = {
  title: "Policy",
  subtitle:
    "What agents may do without asking. Deny beats ask beats allow; where nothing is said, you are asked.",
  add: "Add rule",
  rules: "Rules",
  rulesEmptyTitle: "No rules yet",
  rulesEmpty:
    "You are asked about each call. Allow one for a while when it is asked, or make a rule.",
  effect: { allow: "Allow", ask: "Ask", deny: "Deny" },
  anyAgent: "any agent",
  anyServer: "any server",
  anyTool: "any tool",
  gone: "removed",
  on: "on",
  builtIn: "Always in force",
  builtInRules: [
    ["ask", "What cannot be taken back (delete, send, pay …) is asked about each time."],
    ["deny", "In production it also needs a credential that is bound to a key."],
    ["deny", "Nothing crosses from one tenant into another."],
    ["ask", "Where no rule speaks, you are asked; without an answer in 45 seconds it is denied."],
  ] as readonly (readonly ["ask" | "deny", string])[],
  grants: "Allowed for a while",
  grantsEmpty: "Nothing is allowed for a while now.",
  grantScope: { arguments: "these arguments only", tool: "any arguments" },
  uses: (count: number) => plural(count, { one: "used once", other: "used # times" }),
  ends: (time: string) => `ends at ${time}`,
  revoke: "Revoke",
  revokeNamed: (tool: string) => `Revoke ${tool}`,
  removeNamed: (tool: string) => `Remove the rule for ${tool}`,
  removeTitle: "Remove this rule?",
  removeText: "Calls that it decided are decided without it from now on.",
  cooling: "Not asked about for now",
  coolingText: (agent: string) =>
    `The questions of ${agent} were not answered twice, so its calls are denied for 5 minutes without asking.`,
  resume: "Ask again",
  form: {
    title: "Add a rule",
    text: "A rule that allows something is shown to you once more, in the window that asks, before it stands.",
    effect: "When it applies",
    effects: {
      allow: ["Allow", "Calls go through without a question"],
      ask: ["Ask", "You are asked, also where another rule allows it"],
      deny: ["Deny", "Never, whatever other rules say"],
    },
    agent: "Agent",
    server: "Server",
    tool: "Tool",
    toolHint: "Its name; * stands for anything, ? for one character. Empty: every tool.",
    toolPlaceholder: "search_*",
    note: "Note",
    add: "Add rule",
    waiting: "Answer in the window that asks",
    openAsking: "Open the page that asks",
  },
  labels: {
    names: {
      private: "Reads private data",
      untrusted: "Reads text of strangers",
      egress: "Sends something out",
    },
  },
  waiting: {
    title: (count: number) =>
      plural(count, { one: "A question waits for you", other: "# questions wait for you" }),
    text: "Without an answer the calls are denied.",
    answer: "Answer",
    openLink: "Open the page that asks",
  },
} as const;
