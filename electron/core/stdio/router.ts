// The port between the rules of a generation (legacy.ts, modern.ts) and the host that holds the pipe and the
// streams. A router decides; it knows no process, no socket and no time. One router serves one child.
import type { Message, RequestId } from "../message.ts";
import type { Pieces } from "./pieces.ts";

/** An open answer to the agent: one POST that carries a request, or the legacy GET. */
export interface StreamRef {
  readonly id: number;
  /** False where the agent takes one JSON answer only, and so nothing but the response. */
  readonly many: boolean;
}

export type Action =
  | { readonly to: "child"; readonly line: Pieces }
  | {
      readonly to: "agent";
      readonly stream: number;
      readonly message: Pieces;
      /** The response: the stream ends after it. */
      readonly last: boolean;
      /** HTTP status if this is the first thing on the stream. */
      readonly status: number;
    }
  /** The stream ends without a response: its request was cancelled. */
  | { readonly to: "end"; readonly stream: number }
  /** The child wrote something that is not a message of MCP. */
  | { readonly to: "report"; readonly reason: string };

export type Actions = readonly Action[];

export interface Router {
  /** A request of the agent, answered on this stream. @throws Refusal `message_invalid` (id already open) */
  open(stream: StreamRef, message: Message, bytes: Uint8Array): Actions;
  /** A notification or a response of the agent: accepted, never answered. */
  pass(message: Message, bytes: Uint8Array): Actions;
  /** The legacy GET stream. */
  listen(stream: StreamRef): Actions;
  /** One line of the child, without its line end. */
  line(bytes: Uint8Array): Actions;
  /** The agent closed a stream before its end. */
  gone(stream: number): Actions;
  /** The child is gone: what can still be said on streams that wait. The host fails the rest. */
  ended(): Actions;
  /**
   * What the first exchange showed about the child. `not-modern` means that it refused `server/discover`:
   * the agent will fall back to `initialize`, and this process may serve that (MCP 2026-07-28, stdio binding).
   */
  verdict(): "unknown" | "modern" | "not-modern";
}

/** 1 and "1" are different ids (JSON-RPC 2.0 section 4). */
export const keyOf = (id: RequestId): string => `${typeof id === "number" ? "n" : "s"}${id}`;
