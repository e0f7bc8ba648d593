import { Refusal } from "../../electron/core/errors.ts";

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One byte per character: for bytes that are no UTF-8. */
export const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** The refusal that `run` throws, or null. Anything else that it throws is a bug and goes through. */
export function refusalOf(run: () => unknown): Refusal | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/**
 * Starts counting this process's processor time; the result tells the seconds spent since. Unlike the clock
 * on the wall it does not depend on what else the machine does.
 */
export function cpu(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
}
