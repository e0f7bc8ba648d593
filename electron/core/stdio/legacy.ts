// Legacy generation (2024-11-05 to 2025-11-25): one child is one session of one agent, so ids pass unchanged.
// The rules are those of Streamable HTTP 2025-11-25, "Sending messages" and "Listening for messages".
import { Refusal } from "../errors.ts";
import type { Message } from "../message.ts";
import { encode, oneLine } from "./pieces.ts";
import { type Action, type Actions, keyOf, type Router, type StreamRef } from "./router.ts";
import { skim } from "./skim.ts";

/** Messages kept while the agent has no stream that could carry them. */
const MAX_QUEUE = 256;
/** Requests that nobody waits for any more; their ids stay taken so that a late answer finds no one else. */
const MAX_ABANDONED = 1024;

interface Waiting {
  readonly key: string;
  stream: StreamRef | null;
  readonly token: string | null;
}

interface Queued {
  readonly bytes: Uint8Array;
  readonly request: boolean;
}

export function legacyRouter(): Router {
  const waiting = new Map<string, Waiting>();
  const tokens = new Map<string, Waiting>();
  const abandoned = new Set<string>();
  let listener: StreamRef | null = null;
  let queue: Queued[] = [];

  const carry = (stream: StreamRef, bytes: Uint8Array): Action => ({
    to: "agent",
    stream: stream.id,
    message: [bytes],
    last: false,
    status: 200,
  });

  function flush(stream: StreamRef): Action[] {
    if (!stream.many) return [];
    const out = queue.map(({ bytes }) => carry(stream, bytes));
    queue = [];
    return out;
  }

  function abandon(entry: Waiting): void {
    entry.stream = null;
    if (entry.token !== null) tokens.delete(entry.token);
    abandoned.add(entry.key);
    if (abandoned.size <= MAX_ABANDONED) return;
    for (const key of abandoned) {
      abandoned.delete(key);
      waiting.delete(key);
      break;
    }
  }

  /** The GET stream if there is one, else the oldest POST that can carry it: never more than one stream. */
  function anyStream(): StreamRef | null {
    if (listener !== null) return listener;
    for (const { stream } of waiting.values()) if (stream?.many === true) return stream;
    return null;
  }

  function keep(bytes: Uint8Array, message: Message): Actions {
    if (queue.length >= MAX_QUEUE) {
      const oldest = queue.findIndex((q) => !q.request);
      if (oldest !== -1) queue.splice(oldest, 1);
      else if (message.kind !== "request") return [];
    }
    if (queue.length < MAX_QUEUE) {
      queue.push({ bytes, request: message.kind === "request" });
      return [];
    }
    // Never silently: a server that waits for an answer would wait forever.
    const span = message.idSpan;
    if (span === null) return [];
    const error = `,"error":{"code":-31012,"message":"The agent has no open stream for requests."}}`;
    return [
      {
        to: "child",
        line: [
          encode(`{"jsonrpc":"2.0","id":`),
          bytes.subarray(span.start, span.end),
          encode(error),
        ],
      },
    ];
  }

  function response(message: Message, bytes: Uint8Array): Actions {
    if (message.id === null) return [{ to: "report", reason: "an error without an id" }];
    const entry = waiting.get(keyOf(message.id));
    if (entry === undefined) return [];
    waiting.delete(entry.key);
    abandoned.delete(entry.key);
    if (entry.token !== null) tokens.delete(entry.token);
    const { stream } = entry;
    return stream === null
      ? []
      : [{ to: "agent", stream: stream.id, message: [bytes], last: true, status: 200 }];
  }

  return {
    open(stream, message, bytes) {
      if (message.id === null) throw new Refusal("message_invalid", { reason: "it has no id" });
      const key = keyOf(message.id);
      if (waiting.has(key)) {
        throw new Refusal("message_invalid", { reason: "its id is already in use" });
      }
      const token = message.progressToken === null ? null : keyOf(message.progressToken.value);
      const entry: Waiting = { key, stream, token };
      waiting.set(key, entry);
      if (token !== null) tokens.set(token, entry);
      return [...flush(stream), { to: "child", line: [oneLine(bytes)] }];
    },

    pass(message, bytes) {
      const out: Action[] = [{ to: "child", line: [oneLine(bytes)] }];
      const entry =
        message.cancels === null ? undefined : waiting.get(keyOf(message.cancels.value));
      if (entry !== undefined) {
        // The receiver of a cancellation sends no response, so nothing else would ever end the stream.
        if (entry.stream !== null) out.push({ to: "end", stream: entry.stream.id });
        abandon(entry);
      }
      return out;
    },

    listen(stream) {
      const before = listener;
      listener = stream;
      const out: Action[] = before === null ? [] : [{ to: "end", stream: before.id }];
      return [...out, ...flush(stream)];
    },

    line(bytes) {
      const message = skim(bytes);
      if (message === null) return [{ to: "report", reason: "a line that is no JSON-RPC message" }];
      if (message.kind === "response") return response(message, bytes);
      const token = message.progressToken;
      if (message.method === "notifications/progress" && token !== null) {
        const own = tokens.get(keyOf(token.value))?.stream ?? null;
        const stream = own?.many === true ? own : listener;
        // Progress of a call that nobody follows any more is not worth keeping.
        return stream === null ? [] : [carry(stream, bytes)];
      }
      const stream = anyStream();
      return stream === null ? keep(bytes, message) : [carry(stream, bytes)];
    },

    gone(stream) {
      if (listener?.id === stream) listener = null;
      // Not a cancellation: "disconnection SHOULD NOT be interpreted as the client cancelling its request".
      for (const entry of waiting.values()) if (entry.stream?.id === stream) abandon(entry);
      return [];
    },

    ended: () => [],
    verdict: () => "unknown",
  };
}
