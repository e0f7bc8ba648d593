// Refusals about whether an agent may use a server at all.
import type { RefusalCode } from "../errors.ts";
import type { Words } from "./words.ts";

export const consentWords = {
  consent_needed: [
    "Nobody has agreed yet that “{agent}” may use “{server}”.",
    "Send a request first (initialize, or a call): the person is asked then.",
  ],
  consent_refused: [
    "The person at the machine said no: “{agent}” may not use “{server}”.",
    "Do without this server. They are not asked again for a few minutes.",
  ],
  consent_unknown: [
    "There is no such consent.",
    "List what agents may use: countersign consent list.",
  ],
} as const satisfies Partial<Record<RefusalCode, Words>>;
