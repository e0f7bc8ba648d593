// The commands about what agents may do: rules, grants, and the page that asks.
import type { Command } from "./types.ts";

export const POLICY_COMMANDS: readonly Command[] = [
  {
    words: ["rule", "list"],
    summary: "list the rules",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign rule list"],
    load: async () => (await import("./policy.ts")).list,
  },
  {
    words: ["rule", "add"],
    summary: "add a rule; one that allows waits for a yes on the page that asks",
    synopsis: "allow|ask|deny",
    arity: [1, 1],
    options: {
      agent: { type: "string", value: "AGENT", help: "only for this agent (default: any)" },
      server: { type: "string", value: "SERVER", help: "only for this server (default: any)" },
      tool: {
        type: "string",
        value: "NAME",
        help: "only for this tool; * stands for anything, ? for one character (default: any)",
      },
      note: { type: "string", value: "TEXT", help: "why it is there" },
    },
    notes: "Deny beats ask beats allow; where nothing is said, you are asked.",
    examples: [
      "countersign rule add deny --tool 'delete_*'",
      "countersign rule add allow --agent ci --server tickets --tool 'search_*'",
    ],
    load: async () => (await import("./policy.ts")).add,
  },
  {
    words: ["rule", "remove"],
    summary: "remove a rule",
    synopsis: "<rule>",
    arity: [1, 1],
    options: {},
    examples: ["countersign rule remove rule_0mh3k2v1x0a1b2c3d4e5f6g7h"],
    load: async () => (await import("./policy.ts")).remove,
  },
  {
    words: ["grant", "list"],
    summary: "list what is allowed for a while",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign grant list"],
    load: async () => (await import("./policy.ts")).grants,
  },
  {
    words: ["grant", "revoke"],
    summary: "end something that is allowed for a while",
    synopsis: "<grant>",
    arity: [1, 1],
    options: {},
    examples: ["countersign grant revoke grt_0mh3k2v1x0a1b2c3d4e5f6g7h"],
    load: async () => (await import("./policy.ts")).revoke,
  },
  {
    words: ["question", "open"],
    summary: "say how many questions wait, and open the page that asks",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign question open"],
    load: async () => (await import("./policy.ts")).open,
  },
];
