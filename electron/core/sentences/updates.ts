// Refusals about looking for a newer version and fetching its file.
import type { RefusalCode } from "../errors.ts";
import type { Words } from "./words.ts";

export const updateWords = {
  update_refused: [
    "What was found about a newer version is not believed: {reason}.",
    "Nothing was changed or downloaded. Ask its publisher, and check this machine's clock and the source under Settings. If it happens again, get the newest version by hand.",
  ],
  update_off: [
    "Nothing is looked for: no source of updates was chosen.",
    "Choose one under Settings, or: countersign update source ADDRESS --key FILE.",
  ],
  update_source_invalid: [
    "This cannot be a source of updates: {reason}.",
    "Take address and key as the publisher gives them. Nothing was changed.",
  ],
  update_unreachable: [
    "{host} could not be asked about a newer version: {reason}.",
    "Nothing was changed. It is tried again within a day; or look now, when the network is there.",
  ],
  update_none: [
    "There is nothing newer than version {version} to fetch.",
    "It is looked for once a day, or now: countersign update check.",
  ],
  update_no_file: [
    "Version {version} has no file for this system ({target}).",
    "Ask its publisher for one, or get it by hand.",
  ],
  update_file_wrong: [
    "The file that came is not taken: {reason}.",
    "It was deleted. Try again; if it happens again, tell its publisher.",
  ],
  update_unwritable: [
    "The file cannot be kept in {folder}: {reason}.",
    "Make room, or check the rights of that folder, and try again. Nothing stays of it.",
  ],
  update_cancelled: [
    "The download was ended.",
    "Nothing stays of it. Begin it again when you like.",
  ],
} as const satisfies Partial<Record<RefusalCode, Words>>;
