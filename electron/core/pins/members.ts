// Finding a member by its name where readers differ: one that is blind to case takes `Method` for `method`, and of two
// with one name some take the first (CVE-2026-27896).
import type { Tree } from "./json-tree.ts";

export type Members = Extract<Tree, { kind: "object" }>["members"];

/** A name as a reader that is blind to case has it. */
export const fold = (name: string): string =>
  name.replaceAll("\u017f", "s").replaceAll("\u212a", "k").toLowerCase();

/** The one member of this name; undefined where there is none; "unclear" where there are two, or one in other case. */
export function only(members: Members, name: string): Tree | "unclear" | undefined {
  const found = members.filter((one) => fold(one.name) === fold(name));
  if (found.length === 0) return undefined;
  const [one] = found;
  return found.length > 1 || one?.name !== name ? "unclear" : one.value;
}
