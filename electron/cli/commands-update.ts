// The commands about newer versions of Countersign itself.
import type { Command } from "./types.ts";

export const UPDATE_COMMANDS: readonly Command[] = [
  {
    words: ["update", "status"],
    summary: "say whether and where updates are looked for, and what is known",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign update status"],
    load: async () => (await import("./update.ts")).status,
  },
  {
    words: ["update", "check"],
    summary: "look for a newer version now",
    synopsis: "",
    arity: [0, 0],
    options: {},
    notes:
      "Ends with 1 where what was found is not believed, with 76 where nothing could be reached.",
    examples: ["countersign update check"],
    load: async () => (await import("./update.ts")).check,
  },
  {
    words: ["update", "source"],
    summary: "look for updates at an address from now on, after a yes on the page that asks",
    synopsis: "<address>",
    arity: [1, 1],
    options: {
      key: {
        type: "string",
        value: "FILE",
        help: "the publisher's Ed25519 public key: PEM, or Base64 of its 32 bytes",
      },
      ca: {
        type: "string",
        value: "FILE",
        help: "authorities for this address, besides the system's own (PEM)",
      },
    },
    notes: "The manifest's signature is at the same address with .sig after it.",
    examples: [
      "countersign update source https://releases.example/countersign.json --key publisher.pem",
    ],
    load: async () => (await import("./update.ts")).source,
  },
  {
    words: ["update", "off"],
    summary: "look for no updates any more",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign update off"],
    load: async () => (await import("./update.ts")).off,
  },
  {
    words: ["update", "download"],
    summary: "fetch the newest version's file; it is neither run nor installed",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign update download"],
    load: async () => (await import("./update.ts")).download,
  },
];
