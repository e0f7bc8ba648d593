// The journal: an intent before the bytes leave, an outcome after. Rows are what people read, search and export.
import type { Refusal, RefusalCode } from "./errors.ts";
import type { CallEvidence } from "./evidence.ts";
import type { AgentAuthMethod, AgentProof } from "./agents.ts";
import type { PermitRecord } from "./permission/permission.ts";
import type { PatternType } from "./servers.ts";
import type { CallStatistics, StatisticsQuery } from "./statistics.ts";

/**
 * `call`: a gated request of a known agent. `refusal`: something the front door turned away unread. `decision`: what the
 * person decided, with no call behind it.
 */
export type CallKind = "call" | "refusal" | "decision";

/**
 * pending: sent, no answer yet · ok: the tool answered · tool-error: result with isError ·
 * rpc-error: JSON-RPC error from the server · denied: Countersign refused · failed: no usable answer ·
 * aborted: the agent hung up · interrupted: Countersign stopped while it was pending.
 */
export type CallOutcome =
  | "pending"
  | "ok"
  | "tool-error"
  | "rpc-error"
  | "denied"
  | "failed"
  | "aborted"
  | "interrupted";

/** What is known before the bytes leave. */
export interface CallIntent {
  /** `call_…`, sorts by time. */
  readonly id: string;
  readonly kind: CallKind;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly tenant: string | null;
  readonly agentId: string | null;
  readonly agentName: string | null;
  readonly authMethod: AgentAuthMethod | null;
  /** The agent's own certificate, where it proved itself by one. */
  readonly agentCertificate: AgentProof | null;
  /** The person on whose behalf; null where no account takes part. */
  readonly account: string | null;
  readonly serverId: string | null;
  readonly serverName: string | null;
  readonly pattern: PatternType | "env" | null;
  /** `mcp` or the curl door. */
  readonly via: "mcp" | "invoke" | null;
  readonly generation: "legacy" | "modern" | null;
  readonly method: string | null;
  readonly tool: string | null;
  /** Redacted on entry, at most 16 KiB of JSON text; `inputCut` says whether more was there. */
  readonly input: string | null;
  readonly inputCut: boolean;
  /** Size of the whole message in bytes. */
  readonly inputBytes: number;
  /** SHA-256 of the whole message as received, hex. */
  readonly inputHash: string | null;
  /** `run_…`: the stretch of work of its agent that it belongs to. Null for what was turned away unread. */
  readonly run: string | null;
  readonly decision: "allow" | "deny";
  /** Ids of the rules that spoke. */
  readonly rules: readonly string[];
  /** What the decision rests on: policy, question, grant. Null for what was turned away unread. */
  readonly permit: PermitRecord | null;
  /** Milliseconds from the first byte at the door to the decision, without the person's own time. */
  readonly doorMs: number;
}

/** What is known at the end. Times in milliseconds since the request reached the door. */
export interface CallEnd {
  readonly outcome: Exclude<CallOutcome, "pending">;
  readonly code: RefusalCode | null;
  /** JSON-RPC error code from the server, if it sent one. */
  readonly rpcCode: number | null;
  readonly httpStatus: number | null;
  /** Short, redacted, at most 1 KiB. */
  readonly detail: string | null;
  readonly resultBytes: number;
  /** What the call was authenticated with; null where no token took part. */
  readonly evidence: CallEvidence | null;
  readonly firstByteMs: number | null;
  readonly totalMs: number;
}

export interface CallRow extends CallIntent, Omit<CallEnd, "outcome" | "totalMs"> {
  /** Position in the journal, from 1. */
  readonly seq: number;
  readonly outcome: CallOutcome;
  readonly totalMs: number | null;
  /** How many identical refusals this row stands for. */
  readonly count: number;
}

export interface CallQuery {
  readonly tenant?: string | undefined;
  /** Words to be found in agent, server, tool, method, input, code or detail. All of them must occur. */
  readonly text?: string | undefined;
  readonly agentId?: string | undefined;
  readonly serverId?: string | undefined;
  readonly tool?: string | undefined;
  readonly outcome?: readonly CallOutcome[] | undefined;
  readonly code?: string | undefined;
  readonly decision?: "allow" | "deny" | undefined;
  readonly authMethod?: AgentAuthMethod | undefined;
  readonly account?: string | undefined;
  readonly run?: string | undefined;
  /** Milliseconds UTC, from inclusive, until exclusive. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** Page: rows with seq below this (newest first), or above it when `newer` is set. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

export interface CallPage {
  /** Newest first. */
  readonly rows: readonly CallRow[];
  /** Rows that match, counted up to 10,000. */
  readonly matched: number;
  readonly matchedIsFloor: boolean;
}

/** Port. */
export interface Journal {
  /**
   * Writes the intent durably; groups writes that come together. The call may go on only after it resolves.
   * @throws Refusal `journal_unwritable`
   */
  intent(record: CallIntent): Promise<void>;
  /** Queues the outcome; it is written with the next group. Never throws: a lost outcome shows as interrupted. */
  end(id: string, end: CallEnd): void;
  /** Counts something the door refused; equal ones within a second become one row. Never throws. */
  refused(record: CallIntent, end: CallEnd): void;
  search(query: CallQuery): CallPage;
  /** Figures about calls that have ended, from counts rather than rows. */
  statistics(query: StatisticsQuery): CallStatistics;
  get(id: string): CallRow | undefined;
  /** Rows as they are written or changed, in groups, off the hot path. Returns the way to stop. */
  watch(listener: (rows: readonly CallRow[]) => void): () => void;
  /** Null when all is well, otherwise why writing fails. */
  trouble(): Refusal | null;
}
