// The one gate behind every surface: known method, allowed surface, checked input, then the handler.
import {
  type AppEvent,
  type CheckedOf,
  contract,
  type Method,
  type OutputOf,
  type Reply,
  type Surface,
} from "./contract.ts";
import { asRefusal, Refusal } from "./core/errors.ts";
import { complaint } from "./core/sentences.ts";
import { inputFault } from "./input-words.ts";

export type Handlers = {
  readonly [M in Method]: (input: CheckedOf<M>) => OutputOf<M> | Promise<OutputOf<M>>;
};

/** What a surface is given. `method` and `input` come from outside and are not trusted. */
export interface Desk {
  call(surface: Surface, method: unknown, input: unknown): Promise<Reply<unknown>>;
  /** Events for any surface; returns the way to stop. */
  watch(listener: (event: AppEvent) => void): () => void;
}

/** All that the surface that asks is told: it shows questions, and what agents and servers do is not its business. */
export const concernsQuestions = (event: AppEvent): boolean =>
  event.type === "changed" && event.what === "questions";

/**
 * Runs one contract call. Never throws: every failure is a Reply with a stable code.
 * `report` gets what was not a Refusal (a bug), to be kept in the log without its input.
 */
export async function answer(
  handlers: Handlers,
  surface: Surface,
  method: unknown,
  input: unknown,
  report: (method: string, error: unknown) => void,
): Promise<Reply<unknown>> {
  try {
    if (typeof method !== "string" || !Object.hasOwn(contract, method)) {
      throw new Refusal("method_unknown", { method: String(method).slice(0, 80) });
    }
    const known = method as Method;
    const entry = contract[known];
    if (!(entry.surfaces as readonly Surface[]).includes(surface)) {
      throw new Refusal("surface_refused", { method: known, surface });
    }
    const parsed = entry.input.safeParse(input ?? {});
    if (!parsed.success) {
      throw new Refusal("input_invalid", {
        method: known,
        reason: inputFault(parsed.error),
      });
    }
    const handler = handlers[known] as (checked: unknown) => unknown;
    return { ok: true, value: await handler(parsed.data) };
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal.code === "internal") report(String(method).slice(0, 80), error);
    return { ok: false, error: complaint(refusal) };
  }
}
