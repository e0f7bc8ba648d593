// Refusals about what a server's tools say of themselves.
import type { RefusalCode } from "../errors.ts";
import type { Words } from "./words.ts";

export const pinWords = {
  elicitation_unreadable: [
    "{server} asks the person for something in a way that can be read in two ways, so it was held back.",
    "Tell the person. Nothing of it was passed on.",
  ],
  elicitation_refused: [
    "{server} wanted something of the person that Countersign does not pass on: {reason}.",
    "Do not ask the person for it yourself. Keys belong into Countersign, where no server sees them typed.",
  ],
  elicitation_denied: [
    "The person does not want to open the page that {server} asked for.",
    "Do not send them there. Go on without it.",
  ],
  tool_list_unreadable: [
    "The tool list of {server} cannot be read in one way only, so it was held back.",
    "Tell the person. Nothing of it was passed on.",
  ],
  tool_rejected: [
    "“{tool}” of {server} is blocked: {reason}.",
    "Do not try it again. The person can look at it in Countersign, under Servers, Tools.",
  ],
  tool_refused: [
    "“{tool}” of {server} is not the tool that the person agreed to, and they did not agree to what it is now.",
    "Do not try it again. Tell the person.",
  ],
  tool_changed_again: [
    "“{tool}” is not what was shown any more, so nothing was agreed to.",
    "Look at it again.",
  ],
  tool_unknown: [
    "There is no tool “{tool}” that Countersign has seen there.",
    "List them: countersign tool list SERVER.",
  ],
} as const satisfies Partial<Record<RefusalCode, Words>>;
