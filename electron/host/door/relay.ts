// Streams an upstream answer to the agent: backpressure both ways, nothing buffered but small JSON.
import type { ServerResponse } from "node:http";
import { Refusal } from "../../core/errors.ts";
import type { UpstreamAnswer } from "../upstream.ts";

export interface Observer {
  feed(chunk: Uint8Array): void;
}

/** Takes live secrets out of what goes by: core/redact. */
export interface Scrubber {
  /** The bytes that may go on now. */
  push(chunk: Uint8Array): Uint8Array;
  /** What was held back and may go on now that nothing follows. */
  end(): Uint8Array;
  headers(headers: Readonly<Record<string, string>>): Record<string, string>;
  /** How many secrets were taken out. */
  readonly removed: number;
}

export interface RelayOptions {
  readonly scrubber: Scrubber;
  readonly observer: Observer | null;
  readonly serverName: string;
  /** An agent that does not read for this long is dropped. Milliseconds. */
  readonly stallMs: number;
  /** Called when an event stream breaks off: what to send as its last event, or null to just close. */
  readonly lastWords: (refusal: Refusal) => string | null;
}

/**
 * JSON is of use only when it is whole: up to this size it is held back until it is, so that an answer that
 * breaks off becomes an error the agent can read. Larger ones stream.
 */
const HOLD_BYTES = 256 * 1024;

/**
 * Resolves when the last byte was handed to the agent's socket.
 * @throws Refusal what ended it early; `agent_hung_up` when the agent went or stopped reading
 */
export function relay(
  answer: UpstreamAnswer,
  response: ServerResponse,
  options: RelayOptions,
): Promise<{ bytes: number }> {
  return new Promise((resolve, reject) => {
    const { body, status } = answer;
    const events = isEventStream(answer);
    let held: Uint8Array[] | null = events ? null : [];
    let bytes = 0;
    let stall: NodeJS.Timeout | undefined;
    let done = false;

    const finish = (refusal: Refusal | null): void => {
      if (done) return;
      done = true;
      clearTimeout(stall);
      response.off("close", onClose).off("drain", onDrain);
      if (refusal === null) resolve({ bytes });
      else {
        body.destroy();
        reject(refusal);
      }
    };
    const onClose = (): void => finish(new Refusal("agent_hung_up"));
    const onDrain = (): void => {
      clearTimeout(stall);
      body.resume();
    };
    const head = (length: number | null): void => {
      const headers: Record<string, string> = { ...answer.headers };
      delete headers["content-length"];
      if (length !== null) headers["content-length"] = String(length);
      response.writeHead(status, headers);
    };
    const send = (chunk: Uint8Array): void => {
      if (chunk.length === 0 || response.write(chunk)) return;
      body.pause();
      clearTimeout(stall);
      stall = setTimeout(() => {
        finish(new Refusal("agent_hung_up"));
        response.destroy();
      }, options.stallMs);
    };

    response.on("close", onClose).on("drain", onDrain);
    /** What is left of a chunk once it was cleared; the beginning of what may become a secret waits. */
    const cleared = (chunk: Uint8Array): Uint8Array => {
      bytes += chunk.length;
      options.observer?.feed(chunk);
      return chunk;
    };
    body.on("data", (raw: Buffer) => {
      if (done) return;
      const chunk = cleared(options.scrubber.push(raw));
      if (held !== null) {
        held.push(chunk);
        if (bytes <= HOLD_BYTES) return;
        head(null);
        const before = held;
        held = null;
        for (const part of before) send(part);
        return;
      }
      if (!response.headersSent) head(null);
      send(chunk);
    });
    body.on("end", () => {
      if (done) return;
      const rest = cleared(options.scrubber.end());
      if (held !== null) {
        const whole = Buffer.concat([...held, rest]);
        head(whole.length);
        response.end(whole);
      } else {
        if (!response.headersSent) head(null);
        response.end(rest);
      }
      finish(null);
    });
    body.on("error", (error: unknown) => {
      if (done) return;
      // A stream that breaks off throws whatever the socket threw; only refusals carry a name already.
      const refusal =
        error instanceof Refusal
          ? error
          : new Refusal("upstream_dropped", { server: options.serverName }, error);
      if (events && response.headersSent) {
        const words = options.lastWords(refusal);
        // Half an event may stand there: of a type that nobody listens to, it is passed over.
        if (words !== null) {
          response.end(`\nevent: broken-off\n\nevent: message\ndata: ${words}\n\n`);
        } else response.destroy();
      }
      finish(refusal);
    });
    // An event stream may be silent for minutes: the agent must learn at once that it is open.
    if (events) {
      head(null);
      response.flushHeaders();
    }
  });
}

export function isEventStream(answer: UpstreamAnswer): boolean {
  return /^text\/event-stream\b/i.test(answer.headers["content-type"] ?? "");
}
