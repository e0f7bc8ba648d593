// Refusals about the configuration files of assistants.
import type { RefusalCode } from "../errors.ts";
import type { Words } from "./words.ts";

export const connectWords = {
  assistant_unknown: [
    "Countersign does not know where “{assistant}” keeps its configuration.",
    "List those that it knows: countersign connect list. For others, add an agent and copy its snippet.",
  ],
  connection_unknown: [
    "Countersign has written nothing for {assistant}.",
    "See what stands where: countersign connect list.",
  ],
  config_unusable: [
    "The file {file} cannot be used: {reason}.",
    "It is as it was. Put that right and try again, or add an agent and copy its snippet.",
  ],
  config_changed: [
    "The file {file}, or what belongs in it, has changed since it was shown.",
    "Nothing was written. Look at the change again.",
  ],
  config_undo_refused: [
    "{file} is no longer as Countersign left it: before it was {before}, Countersign wrote {wrote}, now it is {now}. Undoing would lose what came since.",
    "Take out Countersign's entries alone instead; the rest stays as it is now: countersign connect remove {assistant}.",
  ],
} as const satisfies Partial<Record<RefusalCode, Words>>;
