// The commands that write assistants' configuration: how they are called and what their help says.
import { ASSISTANT_IDS } from "../core/connect/assistants.ts";
import type { Command, OptionTable } from "./types.ts";

const agent: OptionTable = {
  agent: {
    type: "string",
    value: "NAME",
    help: "the agent: one that is there gets a new credential, another name makes a new one",
  },
};
const assistants = `Assistants: ${ASSISTANT_IDS.join(", ")}.`;

export const CONNECT_COMMANDS: readonly Command[] = [
  {
    words: ["connect", "list"],
    summary: "the assistants on this machine, and what stands in their configuration",
    synopsis: "",
    arity: [0, 0],
    options: {},
    notes: `${assistants} Other servers whose keys stand there in plain text are named; the keys are not read out.`,
    examples: ["countersign connect list"],
    load: async () => (await import("./connect.ts")).list,
  },
  {
    words: ["connect", "preview"],
    summary: "show what would change in an assistant's configuration; nothing is written",
    synopsis: "<assistant>",
    arity: [1, 1],
    options: agent,
    notes: `The credential and other programs' values are hidden. ${assistants}`,
    examples: ["countersign connect preview cursor"],
    load: async () => (await import("./connect.ts")).preview,
  },
  {
    words: ["connect", "write"],
    summary: "make an agent for an assistant and write it into its configuration",
    synopsis: "<assistant>",
    arity: [1, 1],
    options: {
      ...agent,
      revision: {
        type: "string",
        value: "REVISION",
        help: "write only if the change is still the one that this preview showed",
      },
    },
    notes: `The file as it was is kept for undo; the credential is written there and shown nowhere. ${assistants}`,
    examples: [
      "countersign connect write claude-code",
      "countersign connect write cursor --agent 'Cursor at work'",
    ],
    load: async () => (await import("./connect.ts")).write,
  },
  {
    words: ["connect", "undo"],
    summary: "put an assistant's configuration back as it was, if nobody changed it since",
    synopsis: "<assistant>",
    arity: [1, 1],
    options: {},
    examples: ["countersign connect undo cursor"],
    load: async () => (await import("./connect.ts")).undo,
  },
  {
    words: ["connect", "remove"],
    summary: "take Countersign's entries out of an assistant's configuration",
    synopsis: "<assistant>",
    arity: [1, 1],
    options: {},
    notes: "The rest of the file stays as it is now. The agent that was made for it is removed.",
    examples: ["countersign connect remove cursor"],
    load: async () => (await import("./connect.ts")).remove,
  },
];
