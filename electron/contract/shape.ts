// What a line of the contract's table is.
import type { z } from "zod";

/** `app`: the app window or its browser form. `approval`: the window that asks. `cli`: the control socket. */
export type Surface = "app" | "approval" | "cli";

export interface MethodShape {
  readonly surfaces: readonly Surface[];
  readonly input: z.ZodType;
  readonly output: { readonly _type?: unknown };
}

/** The type of an output; nothing of it is there at run time. */
export const returns = <T>(): { readonly _type?: T } => ({});
