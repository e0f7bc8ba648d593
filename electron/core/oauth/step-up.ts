// A server wants more scope than the token has (RFC 6750 section 3.1, MCP scope challenge). Pure: what to ask
// next, and when to stop asking.
import { Refusal } from "../errors.ts";
import { challengeOf, scopesOf } from "./challenge.ts";

/** More rounds than this are a loop, not a sign-in (negative test 104). */
export const MOST_STEP_UPS = 2;

export interface StepUpState {
  /** Every scope that was asked so far for this server and account. */
  readonly asked: readonly string[];
  readonly rounds: number;
}

export type StepUp =
  | { readonly ask: readonly string[]; readonly state: StepUpState }
  /** Not a scope challenge. */
  | null;

/**
 * @param status HTTP status of the server's answer
 * @param challenge its WWW-Authenticate field
 * @throws Refusal `scope_insufficient` when asking again is pointless: nothing new is wanted, or it was asked twice
 */
export function stepUp(
  state: StepUpState,
  status: number,
  challenge: string | undefined,
  server: string,
): StepUp {
  const found = challengeOf(challenge, "bearer", "dpop");
  if (status !== 403 || found?.params.get("error") !== "insufficient_scope") return null;
  const wanted = scopesOf(found.params.get("scope"));
  // United with what was asked before: a token for the new scope alone would lose the old one.
  const ask = [...new Set([...state.asked, ...wanted])];
  const grows = ask.length > state.asked.length;
  if (!grows || state.rounds >= MOST_STEP_UPS) {
    throw new Refusal("scope_insufficient", {
      server,
      scope: wanted.join(" ") || "it does not say which",
      retry: "never",
    });
  }
  return { ask, state: { asked: ask, rounds: state.rounds + 1 } };
}
