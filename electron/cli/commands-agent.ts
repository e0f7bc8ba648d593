// The commands about agents: how they are called and what their help says.
import type { Command } from "./types.ts";

export const AGENT_COMMANDS: readonly Command[] = [
  {
    words: ["agent", "list"],
    summary: "list the agents",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign agent list"],
    load: async () => (await import("./agent.ts")).list,
  },
  {
    words: ["agent", "add"],
    summary: "add an agent; its credential is shown this once",
    synopsis: "<name>",
    arity: [1, 1],
    options: {},
    examples: [
      "countersign agent add 'Claude Code'",
      "countersign agent add ci --json | jq -r .credential",
    ],
    load: async () => (await import("./agent.ts")).add,
  },
  {
    words: ["agent", "rename"],
    summary: "give an agent another name; its credential stays",
    synopsis: "<agent> <name>",
    arity: [2, 2],
    options: {},
    examples: ["countersign agent rename ci 'CI of the website'"],
    load: async () => (await import("./agent.ts")).rename,
  },
  {
    words: ["agent", "rotate"],
    summary: "issue a new credential; the old one stops at once",
    synopsis: "<agent>",
    arity: [1, 1],
    options: {},
    examples: ["countersign agent rotate ci"],
    load: async () => (await import("./agent.ts")).rotate,
  },
  {
    words: ["agent", "certificate"],
    summary: "pin a certificate: the agent is let in with it only, at the TLS door",
    synopsis: "<agent> [<file>]",
    arity: [1, 2],
    options: {
      none: {
        type: "boolean",
        help: "take the certificate away; the credential works alone again",
      },
    },
    notes:
      "The file holds the agent's certificate in PEM, and no key: that stays with the agent. Its credential is bound to the certificate (RFC 8705).",
    examples: [
      "countersign agent certificate ci ci.crt",
      "countersign agent certificate ci --none",
    ],
    load: async () => (await import("./agent.ts")).certificate,
  },
  {
    words: ["agent", "pause"],
    summary: "refuse every call of an agent until it is resumed",
    synopsis: "<agent>",
    arity: [1, 1],
    options: {},
    examples: ["countersign agent pause ci"],
    load: async () => (await import("./agent.ts")).pause,
  },
  {
    words: ["agent", "resume"],
    summary: "let a paused agent call again",
    synopsis: "<agent>",
    arity: [1, 1],
    options: {},
    examples: ["countersign agent resume ci"],
    load: async () => (await import("./agent.ts")).resume,
  },
  {
    words: ["agent", "remove"],
    summary: "remove an agent; its credential stops at once",
    synopsis: "<agent>",
    arity: [1, 1],
    options: {},
    examples: ["countersign agent remove ci"],
    load: async () => (await import("./agent.ts")).remove,
  },
  {
    words: ["agent", "jwks"],
    summary: "the public keys by which an issuer knows which agent acts",
    synopsis: "",
    arity: [0, 0],
    options: {},
    notes: "Register them where tokens are exchanged (RFC 8693): Countersign signs who acts.",
    examples: [
      "countersign agent jwks",
      "countersign agent jwks --tenant personal --json | jq '{keys}' > jwks.json",
    ],
    load: async () => (await import("./agent.ts")).jwks,
  },
];
