// One HTTP answer to the agent, fed with messages of the child: an event stream, or one JSON document.
import { Readable } from "node:stream";
import { asRefusal, Refusal } from "../../core/errors.ts";
import type { Pieces } from "../../core/stdio/pieces.ts";
import type { UpstreamAnswer } from "../upstream.ts";

export interface AnswerTimes {
  /** An event stream begins at the latest after so many milliseconds without a message. */
  readonly headMs: number;
  /** A comment keeps a silent event stream alive: Node's fetch gives up after 300 s without a byte. */
  readonly keepAliveMs: number;
}

export interface Answer {
  readonly id: number;
  readonly sse: boolean;
  /** Status and headers, once known. */
  readonly head: Promise<UpstreamAnswer>;
  send(message: Pieces, last: boolean, status: number): void;
  /** Ends without a (further) message. */
  end(): void;
  fail(refusal: Refusal): void;
  /** Bytes that the agent has not taken yet. */
  waiting(): number;
}

export interface AnswerOptions {
  readonly id: number;
  readonly sse: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly times: AnswerTimes;
  /** The agent takes more. */
  readonly onDrain: () => void;
  /** Called once. `early` is true if the agent left, false after end() or fail(). */
  readonly onClose: (early: boolean) => void;
}

const DATA = Buffer.from("event: message\ndata: ");
const END_OF_EVENT = Buffer.from("\n\n");
// A line that begins with a colon is a comment (HTML, server-sent events, section 9.2.6).
const COMMENT = Buffer.from(": still here\n\n");

export function createAnswer(options: AnswerOptions): Answer {
  const { sse, signal, times } = options;
  let begun = false;
  let over = false;
  let resolveHead: (answer: UpstreamAnswer) => void = () => {};
  let rejectHead: (refusal: Refusal) => void = () => {};
  const head = new Promise<UpstreamAnswer>((resolve, reject) => {
    resolveHead = resolve;
    rejectHead = reject;
  });
  // send() may never be awaited again once its caller was aborted.
  head.catch(() => {});

  const body = new Readable({
    read: () => options.onDrain(),
    destroy(error, callback) {
      close(true);
      callback(error);
    },
  });
  // The reader hears of an error by its own listener; without this one, an error before it listens is fatal.
  body.on("error", () => {});

  const headTimer = sse ? setTimeout(() => begin(200, true), times.headMs) : undefined;
  const keepAlive = sse
    ? setInterval(() => begun && body.readableLength === 0 && body.push(COMMENT), times.keepAliveMs)
    : undefined;
  keepAlive?.unref();
  const onAbort = (): void => fail(asRefusal(signal.reason));
  signal.addEventListener("abort", onAbort, { once: true });

  function close(early: boolean): void {
    if (over) return;
    over = true;
    clearTimeout(headTimer);
    clearInterval(keepAlive);
    signal.removeEventListener("abort", onAbort);
    options.onClose(early);
  }

  function begin(status: number, stream: boolean): void {
    if (begun) return;
    begun = true;
    clearTimeout(headTimer);
    const type = stream ? "text/event-stream" : "application/json";
    const headers = { ...options.headers, "content-type": type, "cache-control": "no-store" };
    resolveHead({ status, headers, body });
  }

  function fail(refusal: Refusal): void {
    if (over) return;
    const cause =
      signal.aborted && refusal.code === "internal" ? new Refusal("agent_hung_up") : refusal;
    close(signal.aborted);
    if (!begun) rejectHead(cause);
    body.destroy(cause);
  }

  return {
    id: options.id,
    sse,
    head,
    send(message, last, status) {
      if (over) return;
      // Errors that have an HTTP status of their own are sent as that, not inside an event stream.
      const stream = sse && (begun || status === 200);
      begin(status, stream);
      if (stream) body.push(DATA);
      for (const piece of message) body.push(piece);
      if (stream) body.push(END_OF_EVENT);
      if (!last) return;
      close(false);
      body.push(null);
    },
    end() {
      if (over) return;
      close(false);
      if (sse) begin(200, true);
      else if (!begun) resolveHead({ status: 202, headers: options.headers, body });
      begun = true;
      body.push(null);
    },
    fail,
    waiting: () => (body.destroyed ? 0 : body.readableLength),
  };
}
