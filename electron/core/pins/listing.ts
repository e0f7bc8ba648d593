// Finds lists of tools in an answer of a server, and cuts single tools out of it without touching another byte.
import { canonical, saysTwice } from "./canonical.ts";
import { readTree, type Tree } from "./json-tree.ts";
import { fold, only } from "./members.ts";

/** One tool as a list has it. */
export interface Listed {
  /** Null where it has none that is a string: no agent can call it. */
  readonly name: string | null;
  /** Canonical JSON of all that the list says of it. */
  readonly definition: string;
  /** Two readers may take two different things for it. */
  readonly ambiguous: boolean;
}

export interface Listing {
  readonly tools: readonly Listed[];
  /** Whether there is a page after this one. */
  readonly more: boolean;
  /** The same text without the tools that `withhold` names, by their index in `tools`. */
  readonly without: (withhold: ReadonlySet<number>) => string;
}

type Item = Pick<Tree, "start" | "end">;

/** Names that an agent acts by. */
const TOOL_NAMES = ["name", "title", "description", "inputSchema", "outputSchema", "annotations"];
const FOLDED = new Map(["result", "tools", "nextCursor", ...TOOL_NAMES].map((n) => [fold(n), n]));

/**
 * The list of tools in one JSON-RPC message, or in one batch of them.
 * @returns null where there is none; "unreadable" where the text is no JSON, or could be read in two ways
 */
export function readListing(text: string): Listing | null | "unreadable" {
  const tree = readTree(text);
  if (tree === null) return "unreadable";
  // A batch (JSON-RPC 2.0 section 6; MCP 2025-03-26) is read by older agents.
  const messages = tree.kind === "array" ? tree.items : [tree];
  const lists: (readonly Tree[])[] = [];
  let more = false;
  for (const message of messages) {
    if (message.kind !== "object") continue;
    const result = only(message.members, "result");
    if (result === "unclear") return "unreadable";
    if (result?.kind !== "object") continue;
    const tools = only(result.members, "tools");
    if (tools === "unclear") return "unreadable";
    if (tools?.kind !== "array") continue;
    lists.push(tools.items);
    more ||= result.members.some(({ name, value }) => name === "nextCursor" && isText(value));
  }
  if (lists.length === 0) return null;
  const tools = lists.flat().map(listed);
  return { tools, more, without: (withhold) => cut(text, lists, withhold) };
}

const isText = (tree: Tree): boolean => tree.kind === "string";

function listed(tree: Tree): Listed {
  const definition = canonical(tree);
  if (tree.kind !== "object") return { name: null, definition, ambiguous: true };
  const name = only(tree.members, "name");
  const odd = tree.members.some(({ name: n }) => (FOLDED.get(fold(n)) ?? n) !== n);
  return {
    name: name !== "unclear" && name?.kind === "string" ? name.text : null,
    definition,
    ambiguous: odd || saysTwice(tree),
  };
}

/** Takes elements out of arrays together with one comma each, so that what is left is the same array without them. */
function cut(
  text: string,
  lists: readonly (readonly Item[])[],
  withhold: ReadonlySet<number>,
): string {
  const cuts: Item[] = [];
  let index = 0;
  for (const items of lists) {
    const goes = items.map(() => withhold.has(index++));
    const firstKept = goes.indexOf(false);
    for (const [i, item] of items.entries()) {
      if (goes[i] !== true) continue;
      const before = items[i - 1];
      const after = items[i + 1];
      if (firstKept !== -1 && i > firstKept) {
        cuts.push({ start: before?.end ?? item.start, end: item.end });
      } else cuts.push({ start: item.start, end: after?.start ?? item.end });
    }
  }
  let out = "";
  let from = 0;
  for (const { start, end } of cuts) {
    out += text.slice(from, start);
    from = end;
  }
  return out + text.slice(from);
}
