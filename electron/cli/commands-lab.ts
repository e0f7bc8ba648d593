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
  {
    words: ["lab", "decode"],
    summary: "say what the credential means that is used at a practice server; it is not shown",
    synopsis: "<server>",
    arity: [1, 1],
    options: {},
    examples: ["countersign lab decode payroll"],
    load: async () => (await import("./lab-bench.ts")).decode,
  },
  {
    words: ["lab", "replay"],
    summary: "steal the credential of a practice server, use it, and say what the server answers",
    synopsis: "<server>",
    arity: [1, 1],
    options: {
      at: {
        type: "string",
        value: "SERVER",
        help: "where it is used; where it was stolen unless told",
      },
      with: {
        type: "string",
        value: "WHAT",
        help: "nothing, right-certificate, other-certificate or other-proof",
      },
    },
    notes: "Practice servers only, while the lab is on. Ends with 0 whatever the server answers.",
    examples: [
      "countersign lab replay payroll --with other-certificate",
      "countersign lab replay mail --at crm",
    ],
    load: async () => (await import("./lab-bench.ts")).replay,
  },
];
