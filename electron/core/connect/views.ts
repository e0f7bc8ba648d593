// What surfaces see of assistants and of what is written for them. Types only.
import type { Complaint } from "../sentences.ts";
import type { TargetState } from "./connections.ts";
import type { OutdatedBy } from "./survey.ts";

/** One assistant and its file, as surfaces see it. Nothing of what stands in it is in here but names. */
export interface ConnectTarget {
  readonly id: string;
  readonly name: string;
  readonly transport: "http" | "stdio";
  /** Whether the assistant seems to be on this machine. */
  readonly found: boolean;
  readonly file: string;
  readonly state: TargetState;
  readonly because: OutdatedBy | null;
  /** Id of the agent whose credential is, or was, in it. */
  readonly agent: string | null;
  /** Which of our servers it can use now. */
  readonly servers: readonly string[];
  /** Names of entries of other servers that hold keys in plain text. */
  readonly plainKeys: readonly string[];
  /** UTC instant of our last writing; null where there is none. */
  readonly writtenAt: string | null;
  /** Why it is unusable. */
  readonly trouble: Complaint | null;
}

export interface ConnectWish {
  readonly target: string;
  readonly tenant?: string | undefined;
  /** An agent that is there: its credential is rotated. Left out: the one of this connection, else a new one. */
  readonly agent?: string | undefined;
  /** What a new agent is called. */
  readonly name?: string | undefined;
}

export interface ConnectPreview {
  readonly target: string;
  readonly file: string;
  /** Where the file really lies, if it is a link. */
  readonly linkedTo: string | null;
  readonly exists: boolean;
  /** Hunks of a unified diff, the credential and other programs' values hidden; empty: only the credential changes. */
  readonly diff: string;
  /** What `write` must be given: it writes only what was shown. */
  readonly revision: string;
  /** Where the file as it is now is kept; null where there is none to keep. */
  readonly backup: string | null;
  /** Others could read the file until now (its mode, in octal). */
  readonly looseMode: string | null;
  readonly agent: { readonly id: string | null; readonly name: string };
  readonly entries: readonly {
    readonly name: string;
    readonly server: string;
    readonly change: "add" | "change" | "remove";
  }[];
  readonly plainKeys: readonly string[];
}

export interface Written {
  readonly target: string;
  readonly file: string;
  readonly agent: string;
  readonly agentName: string;
  readonly entries: readonly string[];
  readonly backup: string | null;
}
