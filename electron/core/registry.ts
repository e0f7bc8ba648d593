// The port behind agents, servers, tenants and settings: whole small documents, validated on read.
import type { Agent } from "./agents.ts";
import type { Certificate } from "./certificates.ts";
import type { Connection } from "./connect/connections.ts";
import type { Consent } from "./consent/consents.ts";
import type { Issuer } from "./issuers.ts";
import type { Api } from "./openapi/api.ts";
import type { ToolLabels } from "./labels/labels.ts";
import type { KnownProgram } from "./permission/known-programs.ts";
import type { ServerPins } from "./pins/document.ts";
import type { Learning } from "./policy/learning.ts";
import type { OwnPolicy } from "./policy/own.ts";
import type { Rule } from "./policy/rules.ts";
import type { Account } from "./oauth/keeping/accounts.ts";
import type { ActorKey } from "./oauth/keeping/actor-keys.ts";
import type { Server } from "./servers.ts";
import type { Settings } from "./settings.ts";
import type { Tenant } from "./tenants.ts";
import type { Updates } from "./update/document.ts";

export interface Documents {
  readonly settings: Settings;
  readonly tenants: readonly Tenant[];
  readonly agents: readonly Agent[];
  readonly servers: readonly Server[];
  /** What was imported for servers that are plain HTTP APIs. */
  readonly apis: readonly Api[];
  readonly issuers: readonly Issuer[];
  readonly accounts: readonly Account[];
  readonly certificates: readonly Certificate[];
  /** Public halves of the agents' signing keys. */
  readonly actors: readonly ActorKey[];
  /** The person's rules for calls. */
  readonly rules: readonly Rule[];
  /** Policies of the person's own, beside the shipped one or in its place. */
  readonly policies: readonly OwnPolicy[];
  /** Since when calls are watched to propose rules, and what was put aside. */
  readonly learning: Learning;
  /** What was written into assistants' files. */
  readonly connections: readonly Connection[];
  /** What tools do with data, as the person said it. */
  readonly labels: readonly ToolLabels[];
  /** Which agent may use which server, for what both were. */
  readonly consents: readonly Consent[];
  /** Which programs use the agents' credentials. */
  readonly programs: readonly KnownProgram[];
  /** The tools that the person agreed to, as they were then. */
  readonly pins: readonly ServerPins[];
  /** Where updates are looked for, and how far each publisher had come. */
  readonly updates: Updates;
}
export type DocumentName = keyof Documents;

/** A document that could not be used: where, why, and where the copy was put. */
export interface BrokenDocument {
  readonly code: "settings_broken" | "settings_newer";
  readonly document: DocumentName;
  readonly file: string;
  /** 1-based, or null where the fault has no place (unreadable file). */
  readonly line: number | null;
  readonly reason: string;
  readonly keptAside: string | null;
}

export interface Store {
  /** The current value. A broken document reads as empty: nobody is let in by a file that cannot be read. */
  read<N extends DocumentName>(name: N): Documents[N];
  /**
   * Replaces the document; it is on disk (atomically, mode 0600) when this resolves, and only then visible to read().
   * @throws Refusal `settings_broken` while the file on disk is broken, `settings_newer`, `settings_unwritable`
   */
  write<N extends DocumentName>(name: N, next: (now: Documents[N]) => Documents[N]): Promise<void>;
  /**
   * The same for several documents in one step: readers see all of them change at once, and a machine that stops in
   * the middle comes back with all of them or none. What `next` leaves out stays as it is.
   */
  writeTogether<N extends DocumentName>(
    names: readonly N[],
    next: (now: Pick<Documents, N>) => Partial<Pick<Documents, N>>,
  ): Promise<void>;
  broken(): readonly BrokenDocument[];
  watch(listener: (name: DocumentName) => void): () => void;
}
