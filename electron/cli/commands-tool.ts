// The commands about servers' tools.
import type { Command } from "./types.ts";

export const TOOL_COMMANDS: readonly Command[] = [
  {
    words: ["tool", "list"],
    summary:
      "list a server's tools, whether they are what you agreed to, and what is odd about them",
    synopsis: "<server>",
    arity: [1, 1],
    options: { refresh: { type: "boolean", help: "ask the server for its list now" } },
    examples: ["countersign tool list crm --refresh"],
    load: async () => (await import("./tool.ts")).list,
  },
  {
    words: ["tool", "review"],
    summary:
      "look at a tool that changed, is new or is blocked; waits for a yes on the page that asks",
    synopsis: "<server> <tool>",
    arity: [2, 2],
    options: {},
    examples: ["countersign tool review crm search_contacts"],
    load: async () => (await import("./tool.ts")).review,
  },
  {
    words: ["tool", "block"],
    summary: "block a tool as it is: no agent sees it or uses it",
    synopsis: "<server> <tool>",
    arity: [2, 2],
    options: {},
    examples: ["countersign tool block crm delete_contact"],
    load: async () => (await import("./tool.ts")).block,
  },
];
