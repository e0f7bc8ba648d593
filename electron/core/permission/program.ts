// The program that an agent's call came from, as the system tells it: which process holds the other end of the
// connection. Attribution for a person to judge, never proof: what proves an agent is its credential.
import type { AgentAuthMethod } from "../agents.ts";

/** One process: the caller, or one of those that started it. */
export interface Ancestor {
  readonly pid: number;
  /** File name of its executable, or what the process calls itself where that cannot be read. */
  readonly name: string;
  /** Its executable; null where the system does not show it (another user's process). */
  readonly path: string | null;
}

export interface Program {
  readonly pid: number;
  readonly path: string;
  /** UTC instant. */
  readonly startedAt: string;
  /** The caller first, then its parent and so on, a few levels up. Command lines are not read out: they hold secrets. */
  readonly chain: readonly Ancestor[];
  /** It speaks through `countersign stdio`: named is the program that started the shim. */
  readonly throughShim: boolean;
}

/** A program beside how strongly the agent proved itself. */
export interface AskingProgram extends Program {
  readonly strength: "certificate" | "token";
}

export const askingProgram = (
  program: Program | null,
  authMethod: AgentAuthMethod,
): AskingProgram | null =>
  program === null
    ? null
    : { ...program, strength: authMethod === "certificate" ? "certificate" : "token" };
