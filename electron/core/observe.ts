// Watches an answer go by, for the journal: how the call ended, without holding or touching a byte of it.
import type { RequestId } from "./message.ts";
import { AnswerReader, type Outcome } from "./observe/answer-reader.ts";
import { SseLines } from "./observe/sse-lines.ts";

export interface Observation {
  /** Bytes that went by. */
  readonly bytes: number;
  /** Whether the answer to the request was seen, whole. */
  readonly answered: boolean;
  /** `tool-error`: a result with `isError: true`. Null where nothing was answered. */
  readonly kind: "ok" | "tool-error" | "rpc-error" | null;
  /** error.code, if an integer. */
  readonly rpcCode: number | null;
  /** error.message, at most 1 KiB of UTF-8. Written by the server: redact before it is kept. */
  readonly message: string | null;
  /** result.resultType (modern generation): `complete`, `input_required`. */
  readonly resultType: string | null;
}

/** Memory stays constant however much goes by. Neither method ever throws. */
export interface ResponseObserver {
  feed(chunk: Uint8Array): void;
  end(): Observation;
}

const observation = (bytes: number, outcome: Outcome | null): Observation =>
  outcome === null
    ? { bytes, answered: false, kind: null, rpcCode: null, message: null, resultType: null }
    : { bytes, answered: true, ...outcome };

/** Observes an `application/json` answer to the request with this id. */
export function observeJson(id: RequestId): ResponseObserver {
  const reader = new AnswerReader(id, true);
  let bytes = 0;
  return {
    feed(chunk) {
      bytes += chunk.length;
      reader.feed(chunk);
    },
    end: () => observation(bytes, reader.outcome()),
  };
}

/**
 * Observes a `text/event-stream` answer. Notifications and requests of the server come on the same stream
 * and are passed over; so is an event that the stream's end cut off, as every client does.
 */
export function observeSse(id: RequestId): ResponseObserver {
  const reader = new AnswerReader(id, false);
  let bytes = 0;
  let outcome: Outcome | null = null;
  const lines = new SseLines({
    data(piece) {
      if (outcome === null) reader.feed(piece);
    },
    dispatch(type) {
      // Other event types are not MCP messages: clients ignore them.
      if (outcome === null && (type === "" || type === "message")) outcome = reader.outcome();
      reader.reset();
    },
  });
  return {
    feed(chunk) {
      bytes += chunk.length;
      if (outcome === null) lines.feed(chunk);
    },
    end: () => observation(bytes, outcome),
  };
}
