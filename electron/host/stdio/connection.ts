// A child and the agent's open answers, joined by a router that decides what goes where.
import { Refusal } from "../../core/errors.ts";
import type { Message } from "../../core/message.ts";
import type { Actions, Router } from "../../core/stdio/router.ts";
import type { UpstreamAnswer } from "../upstream.ts";
import { type Answer, type AnswerTimes, createAnswer } from "./answer.ts";
import type { Child } from "./child.ts";

export interface ConnectionOptions {
  readonly server: string;
  readonly agentId: string;
  readonly router: Router;
  readonly times: AnswerTimes;
  /** Bytes that may wait for one agent's stream before the child is no longer read. */
  readonly highWater: number;
  /** How long a stream may stay above that; then it is dropped, so that the others go on. Milliseconds. */
  readonly stallMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly report: (reason: string) => void;
  /** The server says that its tools changed, whether a stream of the agent carries that or not. */
  readonly toolsChanged?: () => void;
}

/** What is known of a request when its answer is opened. */
export interface Exchange {
  readonly message: Message;
  readonly body: Uint8Array;
  readonly sse: boolean;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
}

export type Connection = ReturnType<typeof createConnection>;

let streams = 0;
const TOOLS_CHANGED = "notifications/tools/list_changed";

export function createConnection(options: ConnectionOptions) {
  let { router } = options;
  let child: Child | null = null;
  let dead: Refusal | null = null;
  let usedAt = options.now();
  const answers = new Map<number, Answer>();
  /** Streams that the child waits for, with the timer that gives them up. */
  const stalled = new Map<number, NodeJS.Timeout>();

  function relieve(id: number): void {
    clearTimeout(stalled.get(id));
    if (stalled.delete(id) && stalled.size === 0) child?.hold(false);
  }

  function check(answer: Answer): void {
    if (answer.waiting() <= options.highWater) relieve(answer.id);
    else if (!stalled.has(answer.id) && answers.has(answer.id)) {
      const giveUp = (): void => answer.fail(new Refusal("agent_hung_up"));
      stalled.set(answer.id, setTimeout(giveUp, options.stallMs));
      child?.hold(true);
    }
  }

  function apply(actions: Actions): void {
    for (const action of actions) {
      if (action.to === "child") child?.write(action.line);
      else if (action.to === "report") options.report(action.reason);
      else {
        const answer = answers.get(action.stream);
        if (answer === undefined) continue;
        if (action.to === "end") answer.end();
        else {
          answer.send(action.message, action.last, action.status);
          check(answer);
        }
      }
    }
  }

  function open(
    sse: boolean,
    signal: AbortSignal,
    headers: Exchange["headers"],
    times: AnswerTimes = options.times,
  ): Answer {
    const id = ++streams;
    const answer = createAnswer({
      id,
      sse,
      headers,
      signal,
      times,
      onDrain: () => relieve(id),
      onClose(early) {
        answers.delete(id);
        relieve(id);
        usedAt = options.now();
        if (early && dead === null) apply(router.gone(id));
      },
    });
    answers.set(id, answer);
    return answer;
  }

  /** Fails all that waits; nothing goes through afterwards. */
  function fail(refusal: Refusal): void {
    if (dead !== null) return;
    apply(router.ended());
    dead = refusal;
    // Each leaves the map as it fails, which a Map's iterator bears.
    for (const answer of answers.values()) answer.fail(refusal);
  }

  async function usable(): Promise<Child> {
    usedAt = options.now();
    if (dead === null && child !== null) await child.ready();
    if (dead !== null) throw dead;
    if (child === null) throw new Refusal("internal");
    return child;
  }

  /** Ready, unless the agent leaves first. */
  async function ready(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new Refusal("agent_hung_up");
    let leave = (): void => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(new Refusal("agent_hung_up"));
      signal.addEventListener("abort", leave, { once: true });
    });
    try {
      await Promise.race([usable(), left]);
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  return {
    agentId: options.agentId,
    server: options.server,
    attach: (started: Child): void => void (child = started),
    /** A line of the child. */
    line(bytes: Uint8Array): void {
      if (dead !== null) return;
      // Where it only speaks of it, its list is read once more than it need be.
      if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(TOOLS_CHANGED)) {
        options.toolsChanged?.();
      }
      apply(router.line(bytes));
    },
    fail,
    verdict: () => router.verdict(),
    /** The process goes on under the rules of the other generation. */
    adopt: (next: Router): void => void (router = next),
    isOpen: () => dead === null,
    isQuiet: () => answers.size === 0,
    /** Milliseconds without traffic and without an open stream; 0 while one is open. */
    idleMs: () => (answers.size > 0 ? 0 : options.now() - usedAt),
    end: (): Promise<void> => child?.end() ?? Promise.resolve(),

    async request(exchange: Exchange): Promise<UpstreamAnswer> {
      await ready(exchange.signal);
      const answer = open(exchange.sse, exchange.signal, exchange.headers);
      try {
        const ref = { id: answer.id, many: answer.sse };
        apply(router.open(ref, exchange.message, exchange.body));
      } catch (error) {
        answer.end();
        throw error;
      }
      return answer.head;
    },

    async pass(exchange: Exchange): Promise<void> {
      await ready(exchange.signal);
      apply(router.pass(exchange.message, exchange.body));
    },

    async listen(signal: AbortSignal, headers: Exchange["headers"]): Promise<UpstreamAnswer> {
      await ready(signal);
      // Agents wait for the head of this one before they believe that they can be reached.
      const answer = open(true, signal, headers, { ...options.times, headMs: 0 });
      apply(router.listen({ id: answer.id, many: true }));
      return answer.head;
    },
  };
}
