// Words about what tools say of themselves, and what was agreed to.
import { plural } from "../lib/format.ts";
import type { Flag, ToolView } from "../types.ts";

export const toolWords = {
  button: "Tools",
  title: (server: string) => `Tools of ${server}`,
  intro:
    "Each tool is held to what it said when you agreed to it. One that changes is held back until you have looked.",
  count: (count: number) => plural(count, { one: "1 tool", other: "# tools" }),
  none: "No agent has asked for this server's tools yet.",
  noMatch: "No tool matches.",
  search: "Search tools",
  refresh: "Ask the server now",
  review: "Review…",
  reject: "Block",
  reviewing: "Answer in the window that asks.",
  all: "All",
  waits: "Need a look",
  standing: {
    accepted: "Agreed to",
    changed: "Changed, held back",
    new: "New since you agreed",
    rejected: "Blocked",
  } satisfies Record<ToolView["standing"], string>,
  byCountersign: "Blocked by Countersign",
  claims: "What it says of itself",
  claimed: "claimed by the server",
  noDescription: "It says nothing.",
  annotations: "Annotations",
  more: "Show all of it",
  less: "Show less",
  fingerprint: "Fingerprint",
  fingerprintHint: "SHA-256 of the whole definition",
  agreedAt: "Agreed to",
  seenAt: "Seen",
  close: "Close",
  tooLong: "The definition is too long to be kept, so what changed cannot be shown.",
  onlyForm: "Nothing that can be shown is different.",
  field: { changed: "changed", gone: "taken out", added: "new" },
  flag: {
    unclear: "It can be read in two ways",
    "too-large": "It is too large to be read",
    "outside-reference": "Its schema leads to another place",
    "bad-header": "It wants a header that no agent may send",
    "hidden-characters": "It holds text that cannot be seen",
    "speaks-to-model": "It tells the model what to do",
    "names-other-tool": "It speaks of another server's tool",
    "look-alike": "Its name looks like another tool's",
    "lying-annotation": "It says that it changes nothing, and its name says otherwise",
  } satisfies Record<Flag["kind"], string>,
  standingNote: {
    "never-listed": "Countersign has never seen what this tool says of itself.",
    unlisted: "The server does not list this tool.",
    unavailable:
      "The server's list cannot be had now, so nobody knows whether this tool is still what you agreed to.",
    new: "New since you agreed to this server. A yes agrees to it as it is.",
  },
} as const;
