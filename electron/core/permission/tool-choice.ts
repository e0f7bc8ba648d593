// What a person decides beforehand about single tools when they let an agent use a server.
import { Refusal } from "../errors.ts";
import { isDestructive } from "../policy/destructive.ts";
import type { Effect } from "../policy/rules.ts";

export interface ToolChoice {
  /** Exactly as the server names it. */
  readonly name: string;
  readonly effect: Effect;
}

/** A tool that the server offers. All but `destructive` and `plain` is the server's claim. */
export interface OfferedTool {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  /** It says of itself that it only reads (MCP ToolAnnotations.readOnlyHint): never a reason to allow it. */
  readonly saysReadOnly: boolean;
  /** By its name, or because it says so itself: it is asked about each time, or blocked. */
  readonly destructive: boolean;
  /** Whether a rule can name it exactly; one that holds a character with a meaning of its own is only ever asked about. */
  readonly plain: boolean;
  /** It changed, was refused, or its definition is flagged: it is not allowed beforehand. */
  readonly suspect: boolean;
}

/** Whether a rule can name this tool, and nothing besides. */
export const isPlain = (tool: string): boolean =>
  tool.length > 0 && tool.length <= 256 && !/[*?[\]{}!\\\p{Cc}]/u.test(tool);

/** @throws Refusal `verdict_not_offered` for anything but choices among the tools that were shown, each once */
export function admitChoices(choices: readonly ToolChoice[], shown: readonly OfferedTool[]): void {
  const refuse = (reason: string): never => {
    throw new Refusal("verdict_not_offered", { reason });
  };
  const offered = new Map(shown.map((tool) => [tool.name, tool]));
  const seen = new Set<string>();
  for (const { name, effect } of choices) {
    const tool = offered.get(name) ?? refuse("a tool was named that was not shown");
    if (seen.has(name)) refuse("a tool was named twice");
    seen.add(name);
    if (effect === "ask") continue;
    if (!tool.plain) refuse("a tool's name is not a plain one");
    if (effect === "allow" && tool.suspect) refuse("a tool is held back or flagged");
    if (effect === "allow" && (tool.destructive || isDestructive(name))) {
      refuse("what cannot be taken back is never allowed for good");
    }
  }
}
