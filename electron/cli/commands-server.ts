// The commands about servers: how they are called and what their help says.
import type { Command, OptionTable } from "./types.ts";

const addOptions: OptionTable = {
  "api-key": { type: "boolean", help: "the server wants a key; it is read from standard input" },
  header: {
    type: "string",
    value: "NAME",
    help: "the header that the key goes in (default X-API-Key)",
  },
  prefix: {
    type: "string",
    value: "TEXT",
    help: "put before the key in the header, such as 'Bearer '",
  },
  query: {
    type: "string",
    value: "NAME",
    help: "send the key as this query parameter, where the server knows no header",
  },
  stage: {
    type: "string",
    value: "STAGE",
    help: "development, staging or production (default development)",
  },
  "allow-plain-http-on-loopback": {
    type: "boolean",
    help: "let the key go over plain http, to this machine only",
  },
  stdio: { type: "boolean", help: "a local server: its command follows after --" },
  env: {
    type: "string",
    multiple: true,
    value: "NAME=VALUE",
    help: "an ordinary variable of the local server",
  },
  "secret-env": {
    type: "string",
    multiple: true,
    value: "NAME",
    help: "a variable whose value is a secret: one line of standard input each, in this order",
  },
  cwd: { type: "string", value: "DIR", help: "where the local server is started" },
  "allow-visible-secret": {
    type: "boolean",
    help: "accept an argument after -- that looks like a secret: every program can read it",
  },
};

export const SERVER_COMMANDS: readonly Command[] = [
  {
    words: ["server", "list"],
    summary: "list the servers",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign server list", "countersign server list --tenant work --json"],
    load: async () => (await import("./server.ts")).list,
  },
  {
    words: ["server", "add"],
    summary: "add a server over HTTP, or a local one",
    synopsis: "<name> <url> | <name> --stdio -- <command> [args…]",
    arity: [1, 2],
    rest: true,
    options: addOptions,
    notes:
      "Keys are typed without being shown, or read from standard input. They are never arguments.",
    examples: [
      "countersign server add notes https://notes.example/mcp",
      "countersign server add tickets https://tickets.example/mcp --api-key < key.txt",
      "countersign server add wiki https://wiki.example/mcp --header Authorization --prefix 'Bearer '",
      "countersign server add files --stdio --env ROOT=/srv --secret-env FILES_KEY -- npx -y files-server",
    ],
    load: async () => (await import("./server-add.ts")).add,
  },
  {
    words: ["server", "test"],
    summary: "connect to a server with its key and list its tools",
    synopsis: "<server>",
    arity: [1, 1],
    options: {},
    examples: ["countersign server test tickets"],
    load: async () => (await import("./server.ts")).test,
  },
  {
    words: ["server", "pause"],
    summary: "refuse every call to a server until it is resumed",
    synopsis: "<server>",
    arity: [1, 1],
    options: {},
    examples: ["countersign server pause tickets"],
    load: async () => (await import("./server.ts")).pause,
  },
  {
    words: ["server", "resume"],
    summary: "let calls to a paused server through again",
    synopsis: "<server>",
    arity: [1, 1],
    options: {},
    examples: ["countersign server resume tickets"],
    load: async () => (await import("./server.ts")).resume,
  },
  {
    words: ["server", "replace-key"],
    summary: "put a new key in the place of the old one",
    synopsis: "<server>",
    arity: [1, 1],
    options: {
      "secret-env": {
        type: "string",
        multiple: true,
        value: "NAME",
        help: "which secret variable of a local server",
      },
    },
    examples: [
      "countersign server replace-key tickets < new-key.txt",
      "countersign server replace-key files --secret-env FILES_KEY",
    ],
    load: async () => (await import("./server.ts")).replaceKey,
  },
  {
    words: ["server", "remove"],
    summary: "remove a server and its key",
    synopsis: "<server>",
    arity: [1, 1],
    options: {},
    examples: ["countersign server remove tickets"],
    load: async () => (await import("./server.ts")).remove,
  },
  {
    words: ["server", "stderr"],
    summary: "what a local server wrote to standard error last",
    synopsis: "<server>",
    arity: [1, 1],
    options: {},
    examples: ["countersign server stderr files"],
    load: async () => (await import("./server.ts")).stderr,
  },
];
