// The commands about the lab: how they are called and what their help says.
import type { Command } from "./types.ts";

export const LAB_COMMANDS: readonly Command[] = [
  {
    words: ["lab", "start"],
    summary: "start the practice company: issuer, authority and servers, all on this machine",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign lab start"],
    load: async () => (await import("./lab.ts")).start,
  },
  {
    words: ["lab", "stop"],
    summary: "stop the practice company; what it kept goes with it",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign lab stop"],
    load: async () => (await import("./lab.ts")).stop,
  },
  {
    words: ["lab", "status"],
    summary: "whether the practice company runs, and where",
    synopsis: "",
    arity: [0, 0],
    options: {},
    examples: ["countersign lab status", "countersign lab status --json | jq -r .issuer"],
    load: async () => (await import("./lab.ts")).status,
  },
  {
    words: ["lab", "tour"],
    summary: "run all five patterns and the attacks on them, and say what happened and why",
    synopsis: "",
    arity: [0, 0],
    options: {},
    notes:
      "Where the lab is off, it is started for the tour and stopped afterwards. Ends with 0 if every row is as expected, else with 1.",
    examples: ["countersign lab tour", "countersign lab tour --json | jq .steps"],
    load: async () => (await import("./lab-tour.ts")).tour,
  },
];
