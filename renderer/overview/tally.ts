// The three ways in which a call ends here, in the order in which they are stacked and named.
import type { CallOutcome, Tally } from "../types.ts";

export const ENDS = ["allowed", "denied", "failed"] as const;
export type End = (typeof ENDS)[number];

export const sumOf = (one: Tally): number => one.allowed + one.denied + one.failed;

/** What the log calls them. */
export const OUTCOMES: Record<End, readonly CallOutcome[]> = {
  allowed: ["ok"],
  denied: ["denied"],
  failed: ["tool-error", "rpc-error", "failed", "aborted", "interrupted"],
};
