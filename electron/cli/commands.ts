// Every command: how it is called and what its help says. What it does is loaded only when it is run.
import { AGENT_COMMANDS } from "./commands-agent.ts";
import { CALL_COMMANDS } from "./commands-calls.ts";
import { CERTIFICATE_COMMANDS } from "./commands-certificate.ts";
import { CONNECT_COMMANDS } from "./commands-connect.ts";
import { ISSUER_COMMANDS } from "./commands-issuer.ts";
import { LAB_COMMANDS } from "./commands-lab.ts";
import { POLICY_COMMANDS } from "./commands-policy.ts";
import { TOOL_COMMANDS } from "./commands-tool.ts";
import { UPDATE_COMMANDS } from "./commands-update.ts";
import { SERVER_COMMANDS } from "./commands-server.ts";
import type { Command } from "./types.ts";

export const COMMANDS: readonly Command[] = [
  {
    words: ["serve"],
    summary: "run Countersign without a window; its interface is served to the browser",
    synopsis: "",
    arity: [0, 0],
    options: {
      port: { type: "string", value: "N", help: "the agents' door on 127.0.0.1 (default 7717)" },
      vault: {
        type: "string",
        value: "KIND",
        help: "where secrets are kept in this run: keychain, file or memory",
      },
      "approve-on-terminal": {
        type: "boolean",
        help: "ask on this terminal instead of on a page",
      },
    },
    examples: ["countersign serve", "countersign serve --data ~/countersign --vault file"],
    load: async () => (await import("./serve.ts")).serveCommand,
  },
  {
    words: ["open"],
    summary: "print a new link to the interface; it works once",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign open"],
    load: async () => (await import("./status.ts")).open,
  },
  {
    words: ["status"],
    summary: "what runs, where, and what is in its way",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign status", "countersign status --json | jq .door"],
    load: async () => (await import("./status.ts")).status,
  },
  {
    words: ["doctor"],
    summary: "say what is wrong with this machine's set-up, and the remedy",
    synopsis: "",
    arity: [0, 0],
    options: {
      port: {
        type: "string",
        value: "N",
        help: "the door to look at where Countersign does not run (default 7717)",
      },
    },
    notes: "Works whether Countersign runs or not. Ends with 1 where it found a problem.",
    examples: ["countersign doctor"],
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    words: ["vault", "choose"],
    summary: "choose where secrets are kept",
    synopsis: "keychain|file|memory",
    arity: [1, 1],
    options: {},
    notes: "For file, the passphrase is asked for, or read from standard input.",
    examples: ["countersign vault choose keychain", "countersign vault choose file"],
    load: async () => (await import("./vault.ts")).choose,
  },
  {
    words: ["vault", "unlock"],
    summary: "open the sealed file with its passphrase",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign vault unlock"],
    load: async () => (await import("./vault.ts")).unlock,
  },
  {
    words: ["vault", "lock"],
    summary: "close the sealed file",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign vault lock"],
    load: async () => (await import("./vault.ts")).lock,
  },
  {
    words: ["tenant", "list"],
    summary: "list the tenants",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign tenant list"],
    load: async () => (await import("./tenant.ts")).list,
  },
  {
    words: ["tenant", "add"],
    summary: "add a tenant",
    synopsis: "<id> <name>",
    arity: [2, 2],
    options: {},
    examples: ["countersign tenant add work 'Work'"],
    load: async () => (await import("./tenant.ts")).add,
  },
  ...SERVER_COMMANDS,
  ...AGENT_COMMANDS,
  ...CONNECT_COMMANDS,
  ...ISSUER_COMMANDS,
  ...CERTIFICATE_COMMANDS,
  ...CALL_COMMANDS,
  ...POLICY_COMMANDS,
  ...TOOL_COMMANDS,
  ...LAB_COMMANDS,
  ...UPDATE_COMMANDS,
  {
    words: ["stdio"],
    summary: "be a local MCP server in front of a server, for assistants that speak only stdio",
    synopsis: "<server>",
    arity: [1, 1],
    options: {},
    notes: "The agent's credential comes from the variable COUNTERSIGN_AGENT_CREDENTIAL.",
    examples: ["COUNTERSIGN_AGENT_CREDENTIAL=csa_… countersign stdio tickets"],
    load: async () => (await import("./stdio.ts")).stdio,
  },
];
