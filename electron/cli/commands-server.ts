// The commands about servers: how they are called and what their help says.
import type { Command, OptionTable } from "./types.ts";

const confirmIssuer: OptionTable = {
  "confirm-issuer": {
    type: "string",
    value: "URL",
    help: "this issuer, which the server named, may lie on this machine or in a private network",
  },
};

const pickOptions: OptionTable = {
  operation: {
    type: "string",
    multiple: true,
    value: "TOOL",
    help: "an operation of the document to offer, by its tool's name; may be repeated",
  },
  all: { type: "boolean", help: "offer all operations, those that write included" },
};

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
  auth: {
    type: "string",
    value: "PATTERN",
    help: "client-credentials, account, token-exchange, mtls, composite or none (default: found out)",
  },
  yes: { type: "boolean", help: "take what is proposed when it was found out" },
  ...confirmIssuer,
  "no-sign-in": { type: "boolean", help: "do not wait for a sign-in in the browser" },
  issuer: { type: "string", value: "NAME", help: "where the token comes from" },
  scope: {
    type: "string",
    multiple: true,
    value: "SCOPE",
    help: "ask for this scope; may be repeated",
  },
  resource: { type: "string", value: "URL", help: "the server that the token is for (RFC 8707)" },
  audience: {
    type: "string",
    value: "TEXT",
    help: "the same, for issuers that know audience instead (RFC 8693)",
  },
  account: {
    type: "string",
    value: "ID",
    help: "on whose behalf (default: the one account that is signed in there)",
  },
  actor: {
    type: "string",
    value: "HOW",
    help: "whether the token names the agent: required, if-supported (default) or none",
  },
  certificate: {
    type: "string",
    value: "NAME",
    help: "for mtls and composite: the client certificate, by label or id",
  },
  home: {
    type: "string",
    value: "NAME",
    help: "for token-exchange: the issuer that the person is signed in at, where it vouches at the server's (ID-JAG)",
  },
  dpop: {
    type: "boolean",
    help: "for client-credentials, account and token-exchange: bind the token to a key (DPoP, RFC 9449)",
  },
  "per-user": {
    type: "string",
    value: "N",
    help: "for token-exchange and composite: calls that one person may have made in a minute",
  },
  "no-exchange": {
    type: "boolean",
    help: "for composite: client credentials with the certificate, on nobody's behalf",
  },
  trust: {
    type: "string",
    value: "FILE",
    help: "PEM of authorities that may vouch for this server besides the usual ones",
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
  openapi: {
    type: "string",
    value: "FILE",
    help: "a plain HTTP API, from its OpenAPI 3.0 or 3.1 document (JSON or YAML)",
  },
  base: {
    type: "string",
    value: "URL",
    help: "where that API is (default: what its document says, once you agree)",
  },
  ...pickOptions,
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

const editOptions: OptionTable = {
  name: { type: "string", value: "NAME", help: "a new name: agents use another address then" },
  url: {
    type: "string",
    value: "URL",
    help: "a new address; a key never follows to another origin, and has to be given anew",
  },
  "no-key": { type: "boolean", help: "send nothing from now on" },
  "no-trust": { type: "boolean", help: "only the usual authorities may vouch for this server" },
  ...Object.fromEntries(
    Object.entries(addOptions).filter(
      ([option]) =>
        !["stdio", "secret-env", "openapi", "base", "operation", "all"].includes(option),
    ),
  ),
  stage: { type: "string", value: "STAGE", help: "development, staging or production" },
  env: {
    type: "string",
    multiple: true,
    value: "NAME=VALUE",
    help: "the ordinary variables of the local server, in the place of all that it had",
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
    synopsis: "<name> <url> | <name> --openapi FILE | <name> --stdio -- <command> [args…]",
    arity: [1, 2],
    rest: true,
    options: addOptions,
    notes:
      "Without a key and without --auth, the server is asked how it authenticates, and what is proposed is shown before anything is added. Keys are typed without being shown, or read from standard input. They are never arguments.",
    examples: [
      "countersign server add notes https://notes.example/mcp",
      "countersign server add tickets https://tickets.example/mcp --api-key < key.txt",
      "countersign server add wiki https://wiki.example/mcp --header Authorization --prefix 'Bearer '",
      "countersign server add crm https://crm.example/mcp --auth client-credentials --issuer okta --scope crm:read --resource https://crm.example/mcp",
      "countersign server add mail https://mail.example/mcp --auth token-exchange --issuer okta --resource https://mail.example/mcp --actor required",
      "countersign server add wiki https://wiki.example/mcp --auth token-exchange --issuer wiki --home okta --resource https://wiki.example/mcp",
      "countersign server add payroll https://pay.example/mcp --auth mtls --issuer bank --certificate laptop --stage production",
      "countersign server add archive https://files.example/mcp --auth client-credentials --dpop --issuer bank --stage production",
      "countersign server add shop --openapi shop.yaml --base https://shop.example/v1 --api-key < key.txt",
      "countersign server add files --stdio --env ROOT=/srv --secret-env FILES_KEY -- npx -y files-server",
    ],
    load: async () => (await import("./server-add.ts")).add,
  },
  {
    words: ["server", "import"],
    summary: "show what an OpenAPI document offers, or import it again for a server that has one",
    synopsis: "<file> | <server> <file>",
    arity: [1, 2],
    options: {
      ...pickOptions,
      "dry-run": { type: "boolean", help: "show what is different, and change nothing" },
    },
    notes:
      "Without --operation and --all the same tools are offered as before. Each tool that is not the same is asked about at its next call.",
    examples: [
      "countersign server import shop.yaml",
      "countersign server import shop shop.yaml --dry-run",
    ],
    load: async () => (await import("./server-openapi.ts")).importApi,
  },
  {
    words: ["server", "advise"],
    summary: "which pattern fits a server, and what a thief of its credential could still do",
    synopsis: "[<server>]",
    arity: [0, 1],
    options: {
      stakes: {
        type: "string",
        value: "HOW",
        help: "what stands behind it: low, standard (default), critical or regulated",
      },
      tenants: {
        type: "string",
        value: "HOW",
        help: "whether agents of one tenant (default) or of several use it",
      },
      "on-behalf": { type: "boolean", help: "the server must know for which person an agent acts" },
      stage: {
        type: "string",
        value: "STAGE",
        help: "development (default), staging or production",
      },
    },
    notes: "With a server's name it says the same of that server as it is.",
    examples: [
      "countersign server advise --stakes regulated --on-behalf --stage production",
      "countersign server advise crm",
    ],
    load: async () => (await import("./server-advise.ts")).advise,
  },
  {
    words: ["server", "discover"],
    summary: "ask a server how it authenticates, and show what would be proposed",
    synopsis: "<url> | <server>",
    arity: [1, 1],
    options: {
      ...confirmIssuer,
      trust: {
        type: "string",
        value: "FILE",
        help: "PEM of authorities that may vouch for this server besides the usual ones",
      },
    },
    examples: ["countersign server discover https://notes.example/mcp"],
    load: async () => (await import("./server-find.ts")).discover,
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
    words: ["server", "edit"],
    summary: "change a server's name, stage, address, pattern or trust; the rest stays",
    synopsis: "<server> | <server> -- <command> [args…]",
    arity: [1, 1],
    rest: true,
    options: editOptions,
    notes:
      "The stage is checked again. With --header, --prefix or --query alone the key stays; --api-key asks for a new one.",
    examples: [
      "countersign server edit tickets --name support --stage staging",
      "countersign server edit tickets --url https://tickets.example/v2/mcp --api-key < key.txt",
      "countersign server edit pay --auth mtls --issuer bank --certificate laptop --stage production",
      "countersign server edit files -- npx -y files-server@2",
    ],
    load: async () => (await import("./server-edit.ts")).edit,
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
    words: ["server", "scopes"],
    summary: "show what each agent may ask for at a server, or narrow it for one",
    synopsis: "<server>",
    arity: [1, 1],
    options: {
      agent: { type: "string", value: "NAME", help: "whose scopes to set" },
      scope: {
        type: "string",
        multiple: true,
        value: "SCOPE",
        help: "one of the server's scopes that the agent may ask for; may be repeated",
      },
      all: { type: "boolean", help: "the agent may ask for all of the server's scopes again" },
    },
    notes: "A narrowed agent never gets a token with more, even if the server asks for it.",
    examples: [
      "countersign server scopes crm",
      "countersign server scopes crm --agent 'Claude Code' --scope crm:read",
      "countersign server scopes crm --agent 'Claude Code' --all",
    ],
    load: async () => (await import("./server-scopes.ts")).scopes,
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
