// The commands about client certificates: how they are called and what their help says.
import type { Command } from "./types.ts";

export const CERTIFICATE_COMMANDS: readonly Command[] = [
  {
    words: ["certificate", "list"],
    summary: "list the client certificates and how long they live",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign certificate list"],
    load: async () => (await import("./certificate.ts")).list,
  },
  {
    words: ["certificate", "make"],
    summary: "make a key with a self-signed certificate, or with a request for an authority",
    synopsis: "<label>",
    arity: [1, 1],
    options: {
      "common-name": { type: "string", value: "CN", help: "whom the certificate names" },
      key: {
        type: "string",
        value: "KIND",
        help: "the kind of key: EC-P256 (default), RSA-3072 or Ed25519",
      },
      "self-signed": { type: "boolean", help: "sign it with its own key (the default)" },
      request: { type: "boolean", help: "print a request (RFC 2986) for an authority instead" },
      days: {
        type: "string",
        value: "N",
        help: "how long a self-signed one lives, 1 to 825 (default 365)",
      },
    },
    notes: "The private key is made in Countersign and never leaves the vault.",
    examples: [
      "countersign certificate make laptop --common-name laptop.larkspur.example",
      "countersign certificate make laptop --common-name laptop --key RSA-3072 --request > laptop.csr",
    ],
    load: async () => (await import("./certificate.ts")).make,
  },
  {
    words: ["certificate", "renew"],
    summary: "make the successor of a certificate: a new key, the same names",
    synopsis: "<certificate>",
    arity: [1, 1],
    options: {
      key: { type: "string", value: "KIND", help: "another kind of key than the old one has" },
      "self-signed": { type: "boolean", help: "sign it with its own key" },
      request: { type: "boolean", help: "print a request (RFC 2986) for an authority" },
      days: {
        type: "string",
        value: "N",
        help: "how long a self-signed one lives, 1 to 825 (default 365)",
      },
    },
    notes:
      "Signed as the old one was, unless said otherwise. What an authority signs takes the place of the old one at once; a self-signed one waits until its issuer knows it.",
    examples: [
      "countersign certificate renew laptop --request > laptop.csr",
      "countersign certificate renew laptop --days 90",
    ],
    load: async () => (await import("./certificate.ts")).renew,
  },
  {
    words: ["certificate", "take-over"],
    summary: "use a successor from now on, wherever the old one was used",
    synopsis: "<certificate>",
    arity: [1, 1],
    options: {},
    notes: "For a self-signed one, once its issuer knows it. No call fails for it.",
    examples: ["countersign certificate take-over laptop"],
    load: async () => (await import("./certificate.ts")).takeOver,
  },
  {
    words: ["certificate", "accept"],
    summary: "put in what the authority signed for a request",
    synopsis: "<certificate> <file>",
    arity: [2, 2],
    options: {},
    notes: "The file is PEM: the certificate first, then those that lead to the authority.",
    examples: ["countersign certificate accept laptop laptop-chain.pem"],
    load: async () => (await import("./certificate.ts")).accept,
  },
  {
    words: ["certificate", "import"],
    summary: "bring in a certificate with its key",
    synopsis: "<label> <file>",
    arity: [2, 2],
    options: {
      "passphrase-stdin": {
        type: "boolean",
        help: "the file has a passphrase: it is asked for, or read from standard input",
      },
      replaces: {
        type: "string",
        value: "NAME",
        help: "the certificate whose place it takes, wherever that one is used",
      },
    },
    notes: "The file is PEM with certificate and key, or PKCS#12 (.p12, .pfx).",
    examples: [
      "countersign certificate import laptop laptop.pem",
      "countersign certificate import laptop laptop.p12 --passphrase-stdin --replaces laptop",
    ],
    load: async () => (await import("./certificate.ts")).importFile,
  },
  {
    words: ["certificate", "csr"],
    summary: "print the request that waits for an authority's signature",
    synopsis: "<certificate>",
    arity: [1, 1],
    options: {},
    examples: ["countersign certificate csr laptop > laptop.csr"],
    load: async () => (await import("./certificate.ts")).csr,
  },
  {
    words: ["certificate", "export"],
    summary: "print the certificate and its chain as PEM, without the key",
    synopsis: "<certificate>",
    arity: [1, 1],
    options: {},
    examples: ["countersign certificate export laptop > laptop.pem"],
    load: async () => (await import("./certificate.ts")).exportChain,
  },
  {
    words: ["certificate", "remove"],
    summary: "remove a certificate and its key",
    synopsis: "<certificate>",
    arity: [1, 1],
    options: {},
    examples: ["countersign certificate remove laptop"],
    load: async () => (await import("./certificate.ts")).remove,
  },
];
