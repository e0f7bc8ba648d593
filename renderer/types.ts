// The types that the renderer shares with the rest of the app. Types only: nothing of electron/ is bundled here.
import type { OutputOf } from "../electron/contract.ts";
import type { CallRow } from "../electron/core/journal.ts";

export type {
  AppEvent,
  AppStatus,
  DoctorFinding,
  DoctorReport,
  InputOf,
  Issued,
  Method,
  OutputOf,
  Reply,
  Snippet,
  StderrTail,
  TestReport,
  TestStep,
} from "../electron/contract.ts";
export type { AgentView } from "../electron/core/agents.ts";
export type { CallOutcome, CallRow } from "../electron/core/journal.ts";
export type { BrokenDocument } from "../electron/core/registry.ts";
export type { Complaint } from "../electron/core/sentences.ts";
export type { ServerView } from "../electron/core/servers.ts";
export type { VaultKind, VaultStatus } from "../electron/core/vault.ts";

/** One call as `calls.get` answers it. The complaint puts the row's code in words, where it has one. */
export type CallDetail = OutputOf<"calls.get">;
/** A row as the log keeps it: the arguments stay in the journal until a person opens the call. */
export type LogRow = CallRow;
