// Words of the page that asks.
import { plural } from "../lib/format.ts";
import type { Lifetime, Scope, Subject } from "../types.ts";

const lifetimes: Record<Lifetime, string> = {
  once: "Allow just this once",
  "this-run": "Allow for this stretch of work",
  "5-minutes": "Allow for 5 minutes",
  "1-hour": "Allow for an hour",
  "until-lock": "Allow until Countersign is locked",
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
      "built-in/consent": "you had not agreed that the agent uses the server",
      "built-in/nothing-said": "no rule allows or denies it",
      "built-in/lethal-trifecta": "it would complete a way for private data to leave",
      "built-in/destructive": "what cannot be taken back is always asked about",
    } as Record<string, string>,
    ownRule: "a rule of yours says so",
  },
  rule: {
    heading: "Shall this rule stand?",
    headingSeveral: (count: number) =>
      plural(count, { one: "Shall this rule stand?", other: "Shall these # rules stand?" }),
    textSeveral:
      "They let calls through without a question, until you remove them under Policy. All of them stand, or none.",
    wideSeveral: "Some of them are wide: they cover servers or tools that are added later, too.",
    text: "It lets calls through without a question, until you remove it under Policy.",
    headingRemove: "Remove this rule?",
    textRemove: {
      deny: "It denies these calls now. Without it you are asked about them, or another rule lets them through.",
      ask: "You are asked about these calls now, whatever else is allowed. Without it another rule may let them through.",
      allow: "It lets these calls through now.",
    },
    rest: "If it was not you who wanted it removed, keep it.",
    effect: "Does now",
    allows: "Allows",
    any: "any",
    anyAgent: "any agent",
    anyServer: "any server",
    anyTool: "any tool",
    wide: "This is wide: it covers servers and tools that are added later, too.",
    never: "What cannot be taken back is still asked about each time.",
  },
  trifecta: {
    title: "This could carry private data out",
    text: "One stretch of work brings together private data, text of strangers, which may tell the agent what to do, and a way out. You are asked whatever rules allow, and a yes is for this call alone.",
    names: {
      private: "Private data",
      untrusted: "Text of strangers",
      egress: "Sends out",
    },
    thisCall: "this call",
    on: "on",
    at: (time: string) => `at ${time}`,
  },
  labels: {
    heading: "Shall this tool lose a label?",
    text: "Calls that would carry private data out are found by these labels. With one less, fewer are asked about.",
    everyTool: "every tool of the server",
    removed: "Taken away",
  },
  change: {
    heading: "A tool is not what you agreed to",
    headingNew: "Shall agents use this tool?",
    text: "Its server describes it differently now. Models act on this text, so read what is new. Until you agree, agents neither see it nor use it.",
    textNew: "You have not agreed to this tool. Models act on this text, so read it.",
    waits: "waits to use it",
    hash: "What you agree to",
    hashHint: "SHA-256 of the whole definition. When it changes again, you are asked again.",
    accept: "Agree to it",
    refuse: "Keep it blocked",
  },
  answer: {
    lifetime: "How long",
    lifetimes,
    lifetimeHints: {
      once: "This call, and nothing after it",
      "this-run": "Ends when the agent pauses for half an hour",
      "5-minutes": "Ends by itself",
      "1-hour": "Ends sooner when it lies unused for 10 minutes",
      "until-lock": "12 hours at most; ends when unused for 10 minutes",
      always: "A rule, which you can remove under Policy",
    } satisfies Record<Lifetime, string>,
    scope: "Covers",
    scopes: {
      arguments: "These arguments only",
      fields: "Where chosen fields stay the same",
      tool: "Any arguments of this tool",
    } satisfies Record<Scope, string>,
    fields: "Must stay the same",
    chooseField: "Choose a field that must stay the same",
    count: "How many more",
    anyCount: "Any number of calls",
    counted: (count: number) =>
      plural(count, { one: "At most 1 more call", other: "At most # more calls" }),
    alwaysNote: "Any arguments of this tool, for this agent, until you remove the rule.",
    longer: "For longer…",
    justOnce: "Just this once",
    offer: (count: number) =>
      plural(count, { one: "You allowed this once.", other: "You allowed this # times." }),
    makeRule: "Make it a rule…",
    allowFor: {
      once: "Allow once",
      "this-run": "Allow for now",
      "5-minutes": "Allow 5 minutes",
      "1-hour": "Allow an hour",
      "until-lock": "Allow until lock",
      always: "Allow always",
    } satisfies Record<Lifetime, string>,
    allowLabels: "Take it away",
    allowRule: "Let it stand",
    removeRule: "Remove it",
    keepRule: "Keep it",
    deny: "Deny",
    pause: "I did not ask for this",
    pauseHint: "Denies it and pauses the agent",
    keysMac: "Esc denies · ⌘ Enter allows",
    keys: "Esc denies · Ctrl Enter allows",
    wait: "Wait a moment",
    toTheEnd: "Read to the end first",
  },
} as const;
