// A message that is too long to be held before it goes on: it is watched as it goes by, and its end is kept back where it
// turns out to be one that had to be looked at first. Without its end no client acts upon it.
import { AnswerReader } from "./answer-reader.ts";
import { SseLines } from "./sse-lines.ts";

export interface Passing {
  feed(chunk: Uint8Array): void;
  /** Whether what went by is a request for the person, or a result that holds one. */
  elicits(): boolean;
}

/** @param events the bytes are lines of one event of an event stream, else one JSON document */
export function createPassing(events: boolean): Passing {
  const reader = new AnswerReader("", false);
  const lines = events
    ? new SseLines({ data: (piece) => reader.feed(piece), dispatch: () => undefined })
    : null;
  return {
    feed: (chunk) => (lines ?? reader).feed(chunk),
    elicits() {
      const { method, resultType } = reader.said();
      return method === "elicitation/create" || resultType === "input_required";
    },
  };
}
