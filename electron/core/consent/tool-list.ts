// What a server offers, as it was listed, in the form that a person decides on beforehand. Everything but the name is its
// claim; the name is what a rule will be bound to.
import { isPlain, type OfferedTool } from "../permission/tool-choice.ts";
import type { ToolView } from "../pins/pins.ts";
import { isSevere } from "../pins/flags.ts";
import { isDestructive } from "../policy/destructive.ts";

/** Tools that are offered for a decision; what lies beyond is asked about each time. */
export const MOST_TOOLS = 2000;

/** By code points: half a character would not be valid Unicode. */
const cut = (value: string | null, most: number): string | null =>
  value === null || value.trim() === ""
    ? null
    : value.length <= most
      ? value
      : `${Array.from(value).slice(0, most).join("")}…`;

function hintsOf(annotations: string | null): Record<string, unknown> {
  try {
    // What was cut for its length is no JSON any more, and says nothing.
    return (JSON.parse(annotations ?? "{}") ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export function offeredTools(
  listed: readonly Pick<ToolView, "name" | "standing" | "claims">[],
): OfferedTool[] {
  return listed.slice(0, MOST_TOOLS).map(({ name, standing, claims }) => {
    const hints = hintsOf(claims.annotations);
    const saysReadOnly = hints["readOnlyHint"] === true && hints["destructiveHint"] !== true;
    return {
      name,
      title: cut(claims.title, 120),
      description: cut(claims.description, 300),
      saysReadOnly,
      // A hint may only ever raise the alarm (MCP, ToolAnnotations: untrusted).
      destructive: isDestructive(name) || (hints["destructiveHint"] === true && !saysReadOnly),
      plain: isPlain(name),
      // What changed or was refused is a question of its own.
      suspect: standing === "changed" || standing === "rejected" || isSevere(claims.flags),
    };
  });
}
