// The commands about calls, and about the flows that brought their tokens: how they are called and what their help says.
import type { Command } from "./types.ts";

export const CALL_COMMANDS: readonly Command[] = [
  {
    words: ["calls"],
    summary: "the calls that were made, oldest first",
    synopsis: "",
    arity: [0, 0],
    options: {
      wide: {
        type: "boolean",
        help: "below each call its id, and what it was authenticated with: issuer, who acts, scopes, certificate",
      },
      follow: { type: "boolean", help: "go on as calls are made, until Ctrl-C" },
      agent: { type: "string", value: "NAME", help: "only of this agent" },
      server: { type: "string", value: "NAME", help: "only to this server" },
      tool: { type: "string", value: "NAME", help: "only of this tool" },
      outcome: {
        type: "string",
        multiple: true,
        value: "NAME",
        help: "pending, ok, tool-error, rpc-error, denied, failed, aborted, interrupted; may be repeated",
      },
      run: { type: "string", value: "RUN", help: "only of this stretch of work (run_…)" },
      text: { type: "string", value: "WORDS", help: "words that all occur in the call" },
      since: {
        type: "string",
        value: "TIME",
        help: "15m, 2h, 7d, or a date such as 2026-11-24T09:00",
      },
      limit: { type: "string", value: "N", help: "the newest N (default 50)" },
    },
    notes:
      "With --json each call is one line. With --follow a call is printed when it ends, and with --json also when it begins.",
    examples: [
      "countersign calls --since 1h --outcome denied",
      "countersign calls --follow --server tickets",
      "countersign calls --wide --limit 5",
      "countersign calls --json --limit 1000 > calls.jsonl",
    ],
    load: async () => (await import("./calls.ts")).calls,
  },
  {
    words: ["calls", "show"],
    summary: "one call with all that is known of it, and what it was authenticated with",
    synopsis: "<call id>",
    arity: [1, 1],
    options: {},
    examples: [
      "countersign calls show call_…",
      "countersign calls show call_… --json | jq .evidence",
    ],
    load: async () => (await import("./calls-show.ts")).show,
  },
  {
    words: ["flow", "list"],
    summary: "how tokens came about: the newest flows first",
    synopsis: "",
    arity: [0, 0],
    options: {},
    notes: "Flows are kept in memory, until Countersign ends.",
    examples: ["countersign flow list"],
    load: async () => (await import("./flow.ts")).list,
  },
  {
    words: ["flow", "show"],
    summary: "the X-ray of a flow: each request and answer, each rule with its RFC, decoded claims",
    synopsis: "<flow id>",
    arity: [1, 1],
    options: {
      curl: { type: "boolean", help: "the requests as curl lines, with placeholders for secrets" },
    },
    notes:
      "Secrets were masked before anything was recorded. With --json: a bundle for a bug report.",
    examples: [
      "countersign flow show flow_…",
      "countersign flow show flow_… --curl",
      "countersign flow show flow_… --json > flow.json",
    ],
    load: async () => (await import("./flow.ts")).show,
  },
];
