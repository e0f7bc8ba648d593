// Refusals about who asks, and about what stands in a call.
import type { RefusalCode } from "../errors.ts";
import type { Words } from "./words.ts";

export const askingWords = {
  other_user_refused: [
    "The connection comes from another user of this machine.",
    "Start the agent as the user that Countersign runs as, or give that user a Countersign of their own.",
  ],
  program_refused: [
    "The credential of “{agent}” is not allowed for the program {program}.",
    "Give that program an agent of its own in Countersign, or say yes when Countersign asks about it.",
  ],
  program_unknown: [
    "“{agent}” is not known from the program {program}.",
    "See which programs it is known from, and take one of them.",
  ],
  program_only: [
    "The program {program} is the only one that “{agent}” is known from, and the next one would be learned without asking.",
    "Rotate the credential of “{agent}” instead: the old one stops working at once.",
  ],
  lab_not_repeatable: [
    "The call cannot be made again: {reason}.",
    "Start the lab, and take a call of its practice agent whose arguments are shown whole.",
  ],
  lab_call_failed: [
    "The call was made again and failed: {reason}",
    "Its row in the log, the newest one, says at which step.",
  ],
  verdict_not_typed: [
    "What cannot be taken back is allowed only with the tool's name, typed by hand.",
    "Type the name exactly as the question shows it.",
  ],
  verdict_other_bytes: [
    "The answer names other bytes than those that are asked about.",
    "Nothing was decided by it. Look at the question as it is shown now, and answer that.",
  ],
  terminal_unusable: [
    "Countersign cannot ask on this terminal: {reason}.",
    "Start it in the foreground of a terminal of its own, such as an ssh session, or leave out --approve-on-terminal.",
  ],
  secret_in_arguments: [
    "The arguments of “{tool}” hold a secret that Countersign keeps, so the call was not sent.",
    "Leave the secret out: Countersign attaches what the server needs by itself.",
  ],
} as const satisfies Partial<Record<RefusalCode, Words>>;
