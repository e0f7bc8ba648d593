// Words of the page that asks.
import { plural } from "../lib/format.ts";
import type { Lifetime, Subject } from "../types.ts";

const lifetimes: Record<Lifetime, string> = {
  once: "Allow just this once",
  "5-minutes": "Allow for 5 minutes",
  "1-hour": "Allow for an hour",
  "until-quit": "Allow until Countersign quits",
  always: "Allow always",
};

export const approvalWords = {
  title: "Countersign asks",
  idleTitle: "Nothing waits for you",
  idleText:
    "When an agent wants to use a tool that you have not allowed, the question appears here.",
  more: (count: number) => plural(count, { one: "1 more waits", other: "# more wait" }),
  left: (seconds: number) => plural(seconds, { one: "1 second left", other: "# seconds left" }),
  leftHint: "Without an answer it is denied. It waits on while you are busy here.",
  call: {
    heading: "An agent wants to use a tool",
    destructive: "This may not be taken back",
    destructiveText:
      "The tool's name says that it removes, sends or pays. Read the arguments to the end.",
    agent: "Agent",
    proof: {
      bearer: "proved by its credential",
      "api-key": "proved by its credential",
      certificate: "proved by its certificate",
    } satisfies Record<Subject["agent"]["authMethod"], string>,
    tool: "Tool",
    toolHint: "The name as the agent wrote it",
    server: "Server",
    credential: "Credential",
    reason: "Asked because",
    waiting: (count: number) =>
      plural(count, {
        one: "One call waits for this answer.",
        other: "# identical calls wait for this answer.",
      }),
    arguments: "Arguments, in full",
    noArguments: "none",
    untrusted: "From the agent",
    hidden: (count: number) =>
      plural(count, { one: "1 hidden character", other: "# hidden characters" }),
    hash: "What you allow is these bytes",
    hashHint: "SHA-256 of tool and arguments. The same stands in the log.",
    rules: {
      "built-in/nothing-said": "no rule allows or denies it",
      "built-in/destructive": "what cannot be taken back is always asked about",
    } as Record<string, string>,
    ownRule: "a rule of yours says so",
  },
  rule: {
    heading: "Shall this rule stand?",
    text: "It lets calls through without a question, until you remove it under Policy.",
    allows: "Allows",
    any: "any",
    anyAgent: "any agent",
    anyServer: "any server",
    anyTool: "any tool",
    wide: "This is wide: it covers servers and tools that are added later, too.",
    never: "What cannot be taken back is still asked about each time.",
  },
  answer: {
    lifetime: "How long",
    lifetimes,
    lifetimeHints: {
      once: "This call, and nothing after it",
      "5-minutes": "Ends by itself",
      "1-hour": "Ends sooner when it lies unused for 10 minutes",
      "until-quit": "12 hours at most; ends when unused for 10 minutes",
      always: "A rule, which you can remove under Policy",
    } satisfies Record<Lifetime, string>,
    scope: "Covers",
    scopes: { arguments: "These arguments only", tool: "Any arguments of this tool" },
    allow: "Allow",
    allowRule: "Let it stand",
    deny: "Deny",
    pause: "I did not ask for this",
    pauseHint: "Denies it and pauses the agent",
    keysMac: "Esc denies · ⌘ Enter allows",
    keys: "Esc denies · Ctrl Enter allows",
    wait: "Wait a moment",
    toTheEnd: "Read to the end first",
  },
} as const;
