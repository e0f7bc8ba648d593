// Modern generation (2026-07-28): stateless POSTs of one agent share one child. Two programs with the same
// credential may use the same id at the same time, so ids are replaced by our own on the way in, and the
// agent's exact bytes are put back on the way out.
import type { Message, RequestId } from "../message.ts";
import { type Change, encode, oneLine, type Pieces, splice } from "./pieces.ts";
import { type Action, type Actions, keyOf, type Router, type StreamRef } from "./router.ts";
import { skim } from "./skim.ts";

interface Open {
  readonly number: number;
  readonly stream: StreamRef;
  readonly key: string;
  /** The id and the progress token as the agent wrote them. */
  readonly id: Uint8Array;
  readonly token: Uint8Array | null;
  readonly method: string;
  readonly version: string | null;
}

/** Errors that only a modern server gives: HeaderMismatch, MissingRequiredClientCapability, UnsupportedProtocolVersion. */
const MODERN_ERRORS: ReadonlySet<number | null> = new Set([-32020, -32021, -32022]);

/** Streamable HTTP 2026-07-28, "Sending messages": these errors of JSON-RPC have an HTTP status of their own. */
function statusOf(message: Message, method: string): number {
  if (message.error === null) return 200;
  const { code } = message.error;
  if (code === -32601) return 404;
  if (MODERN_ERRORS.has(code) || code === -32700 || code === -32600) return 400;
  // To an agent that probes, a 4xx without a modern error means: start again with initialize.
  return method === "server/discover" ? 400 : 200;
}

export function modernRouter(): Router {
  let next = 1;
  let verdict: "unknown" | "modern" | "not-modern" = "unknown";
  const opened = new Map<number, Open>();
  const streams = new Map<number, Open>();

  const find = (value: RequestId | undefined): Open | undefined =>
    typeof value === "number" ? opened.get(value) : undefined;

  function close(entry: Open): void {
    opened.delete(entry.number);
    streams.delete(entry.stream.id);
  }

  const toAgent = (entry: Open, message: Pieces): Actions =>
    entry.stream.many
      ? [{ to: "agent", stream: entry.stream.id, message, last: false, status: 200 }]
      : [];

  function cancel(entry: Open): Action {
    const meta = {
      "io.modelcontextprotocol/protocolVersion": entry.version ?? "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const params = { requestId: entry.number, reason: "The agent closed the stream.", _meta: meta };
    const message = { jsonrpc: "2.0", method: "notifications/cancelled", params };
    return { to: "child", line: [encode(JSON.stringify(message))] };
  }

  function restore(message: Message, bytes: Uint8Array): Pieces {
    const changes: Change[] = [];
    const back = (span: Change["span"] | null | undefined, to: Uint8Array | null | undefined) => {
      if (span !== null && span !== undefined && to !== null && to !== undefined) {
        changes.push({ span, to });
      }
    };
    if (message.kind === "response") back(message.idSpan, find(message.id ?? undefined)?.id);
    back(message.progressToken?.span, find(message.progressToken?.value)?.token);
    back(message.subscriptionId?.span, find(message.subscriptionId?.value)?.id);
    back(message.cancels?.span, find(message.cancels?.value)?.id);
    return splice(bytes, changes);
  }

  function response(message: Message, bytes: Uint8Array): Actions {
    const entry = find(message.id ?? undefined);
    // An answer to a request that was cancelled meanwhile.
    if (entry === undefined) return [];
    if (entry.method === "server/discover") {
      const refused = message.error !== null && !MODERN_ERRORS.has(message.error.code);
      verdict = refused ? "not-modern" : "modern";
    }
    const pieces = restore(message, bytes);
    const status = statusOf(message, entry.method);
    close(entry);
    return [{ to: "agent", stream: entry.stream.id, message: pieces, last: true, status }];
  }

  /** The stream that a notification names, else the oldest request's: the agent is the same one. */
  function owner(message: Message): Open | undefined {
    const named = find(
      message.progressToken?.value ?? message.subscriptionId?.value ?? message.cancels?.value,
    );
    if (named !== undefined) return named;
    if (message.progressToken !== null || message.subscriptionId !== null) return undefined;
    for (const entry of opened.values()) {
      if (entry.stream.many && entry.method !== "subscriptions/listen") return entry;
    }
    return undefined;
  }

  return {
    open(stream, message, bytes) {
      const { idSpan, id, progressToken } = message;
      if (idSpan === null || id === null) return [];
      const number = next++;
      const ours = encode(String(number));
      const slice = (span: Change["span"]) => bytes.slice(span.start, span.end);
      const entry: Open = {
        number,
        stream,
        key: keyOf(id),
        id: slice(idSpan),
        token: progressToken === null ? null : slice(progressToken.span),
        method: message.method ?? "",
        version: message.envelopeVersion,
      };
      opened.set(number, entry);
      streams.set(stream.id, entry);
      const changes: Change[] = [{ span: idSpan, to: ours }];
      if (progressToken !== null) changes.push({ span: progressToken.span, to: ours });
      return [{ to: "child", line: splice(oneLine(bytes), changes) }];
    },

    pass(message, bytes) {
      // Nothing was asked of the agent, so nothing can be answered (2026-07-28 has no requests that way).
      if (message.kind === "response") return [];
      const { cancels } = message;
      if (cancels === null) return [{ to: "child", line: [oneLine(bytes)] }];
      const same = [...opened.values()].filter((entry) => entry.key === keyOf(cancels.value));
      const [entry] = same;
      // Over HTTP an agent cancels by closing the stream. Where two requests share the id, guessing could
      // cancel another program's call.
      if (entry === undefined || same.length > 1) return [];
      close(entry);
      const line = splice(oneLine(bytes), [
        { span: cancels.span, to: encode(String(entry.number)) },
      ]);
      return [
        { to: "child", line },
        { to: "end", stream: entry.stream.id },
      ];
    },

    listen: (stream) => [{ to: "end", stream: stream.id }],

    line(bytes) {
      const message = skim(bytes);
      if (message === null) return [{ to: "report", reason: "a line that is no JSON-RPC message" }];
      if (message.kind === "response") return response(message, bytes);
      if (message.kind === "request") {
        const span = message.idSpan;
        if (span === null) return [];
        const error = `,"error":{"code":-32601,"message":"Requests to the agent do not exist in this protocol version."}}`;
        const id = bytes.subarray(span.start, span.end);
        return [{ to: "child", line: [encode(`{"jsonrpc":"2.0","id":`), id, encode(error)] }];
      }
      const entry = owner(message);
      return entry === undefined ? [] : toAgent(entry, restore(message, bytes));
    },

    gone(stream) {
      const entry = streams.get(stream);
      if (entry === undefined) return [];
      close(entry);
      return [cancel(entry)];
    },

    ended() {
      if (verdict !== "unknown") return [];
      // Some older servers end themselves at the first message that is not initialize. That is an answer too.
      const probes = [...opened.values()];
      if (probes.length === 0 || probes.some((entry) => entry.method !== "server/discover"))
        return [];
      verdict = "not-modern";
      return probes.map((entry): Action => {
        close(entry);
        const error = `,"error":{"code":-32601,"message":"The server ended when it was asked for server/discover."}}`;
        return {
          to: "agent",
          stream: entry.stream.id,
          message: [encode(`{"jsonrpc":"2.0","id":`), entry.id, encode(error)],
          last: true,
          status: 404,
        };
      });
    },

    verdict: () => verdict,
  };
}
