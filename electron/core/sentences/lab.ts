// Refusals of the practice company.
import type { RefusalCode } from "../errors.ts";
import type { Words } from "./words.ts";

export const labWords = {
  lab_off: ["The practice company is off.", "Start it: countersign lab start."],
  lab_server_unknown: [
    "“{server}” is no practice server that this can be done with.",
    "Only credentials of the practice company are looked into or stolen: countersign lab status lists its servers.",
  ],
  lab_busy: ["A theft is under way already.", "Wait until it has ended, ten seconds at most."],
  lab_replay_unfit: [
    "At {server} that cannot be shown: {besides}.",
    "A certificate needs a server with a handshake for it (payroll, treasury), a proof needs a token.",
  ],
} as const satisfies Partial<Record<RefusalCode, Words>>;
