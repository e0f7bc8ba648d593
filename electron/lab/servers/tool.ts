// One description of a practice tool, for both generations of MCP.
import type { z } from "zod";
import type { Caller } from "../resource-check.ts";
import type { LabTool } from "../types.ts";

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly kind: LabTool["kind"];
  /** Null where the server knows no scopes. */
  readonly scope: string | null;
  readonly input: z.ZodObject;
  /** @param caller null at a server with keys instead of tokens. @returns what the tool says. */
  readonly run: (input: never, caller: Caller | null) => string | Promise<string>;
}

/** Keeps the input's type while the list holds tools of many types. */
export function tool<T extends z.ZodObject>(
  facts: Omit<Tool, "input" | "run"> & { readonly input: T },
  run: (input: z.infer<T>, caller: Caller | null) => string | Promise<string>,
): Tool {
  return { ...facts, run };
}

/** MCP's hints: not to be believed by anyone, but part of what a server says. */
export function hints({ kind }: Tool): {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  openWorldHint: boolean;
} {
  return {
    readOnlyHint: kind === "read",
    destructiveHint: kind === "destructive",
    openWorldHint: false,
  };
}

/** Everything in the practice company is said to be practice. */
export async function answer(
  t: Tool,
  input: unknown,
  caller: Caller | null,
): Promise<{ content: { type: "text"; text: string }[] }> {
  return { content: [{ type: "text", text: await t.run(input as never, caller) }] };
}

/** For a person: in whose name, by whose hand. */
export function onBehalfOf(caller: Caller | null): string {
  if (!caller) return "nobody in particular";
  return caller.actors.length > 0
    ? `${caller.subject}, by ${caller.actors.join(", for it by ")}`
    : caller.subject;
}
