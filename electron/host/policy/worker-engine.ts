// Runs a policy of the person's own in a thread, one call after the other, each with a deadline. A thread that does not
// answer in time is ended, the call is denied, and the next one gets a new thread. For a rehearsal many calls go at once.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { Refusal } from "../../core/errors.ts";
import type { PolicyEngine } from "../../core/policy/judge.ts";
import type { KeptBundle } from "../../core/policy/own.ts";
import type { Rule } from "../../core/policy/rules.ts";

/** Milliseconds. */
export interface WorkerLimits {
  /** For one answer. */
  readonly answerMs: number;
  /** To load and compile. */
  readonly startMs: number;
}
const LIMITS: WorkerLimits = { answerMs: 250, startMs: 5000 };
/** Calls that wait for one thread: more are denied at once. */
const QUEUE = 200;

export interface WorkerEngine extends PolicyEngine {
  setRules(rules: readonly Rule[]): void;
  /** Resolves when it can answer. @throws Refusal `policy_file_invalid` */
  ready(): Promise<void>;
  close(): void;
}

interface Waiting {
  readonly input: unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

const script = (): string => {
  const built = path.join(__dirname, "policy-worker.cjs");
  return existsSync(built) ? built : path.join(__dirname, "worker.mjs");
};

type Answered = { readonly ok: true; readonly answer: unknown } | Failed;
interface Failed {
  readonly ok: false;
  readonly reason: string;
}

/**
 * @param most calls in one message to the thread. In force it is one: no call waits for what another one does to it.
 *   Where several do not answer within the time for one, each is asked by itself, so that no answer depends on it.
 */
export function createWorkerEngine(
  bundle: KeptBundle,
  rules: readonly Rule[],
  limits: WorkerLimits = LIMITS,
  most = 1,
): WorkerEngine {
  const code = createHash("sha256").update(bundle.wasm).digest("hex");
  let worker: Worker | null = null;
  let starting: Promise<Worker> | null = null;
  let closed = false;
  let busy = false;
  const queue: Waiting[] = [];
  let data: Record<string, unknown> = {};
  let hash = "";

  /** The bundle's own data wins: what it calls `rules` is its own affair. */
  function setRules(now: readonly Rule[]): void {
    data = { rules: now, ...bundle.data };
    hash = createHash("sha256").update(code).update(JSON.stringify(data)).digest("hex");
    // The next call starts a thread with the new data; the one that runs ends with what it began with.
    if (!busy) drop();
  }

  function drop(): void {
    const old = worker;
    worker = null;
    starting = null;
    old?.removeAllListeners();
    // An error of a thread that is being ended is nobody's business any more.
    old?.on("error", () => undefined);
    void old?.terminate();
  }

  /** One message to the thread and its answer: for each call one. */
  function exchange(
    to: Worker,
    message: readonly unknown[] | null,
    ms: number,
  ): Promise<readonly Answered[]> {
    return new Promise((resolve, reject) => {
      const done = (end: () => void): void => {
        clearTimeout(timer);
        to.off("message", onMessage);
        to.off("error", onError);
        to.off("exit", onExit);
        end();
      };
      const fail = (reason: string): void =>
        done(() => {
          drop();
          reject(new Error(reason));
        });
      const onMessage = (answers: readonly Answered[]): void => done(() => resolve(answers));
      const onError = (error: Error): void => fail(error.message);
      const onExit = (): void => fail("its thread ended");
      const timer = setTimeout(() => fail(`no answer within ${ms} ms`), ms);
      to.on("message", onMessage);
      to.on("error", onError);
      to.on("exit", onExit);
      // A thread is no window: there is no origin to name.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      if (message !== null) to.postMessage(message);
    });
  }

  function start(): Promise<Worker> {
    if (closed) return Promise.reject(new Error("closed"));
    if (starting !== null) return starting;
    const one = new Worker(script(), {
      workerData: { wasm: bundle.wasm, data },
      resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
      // It needs nothing of ours, and what it prints is not for us.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    one.unref();
    worker = one;
    starting = exchange(one, null, limits.startMs).then(() => one);
    return starting;
  }

  async function work(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      let atOnce = most;
      while (queue.length > 0) {
        const had = hash;
        const batch = queue.splice(0, atOnce);
        try {
          const to = await start();
          const answers = await exchange(
            to,
            batch.map(({ input }) => input),
            limits.answerMs,
          ).catch((error: unknown) => {
            if (batch.length === 1) throw error;
            // One of them holds up the others.
            queue.unshift(...batch);
            atOnce = 1;
            return null;
          });
          for (const [i, one] of (answers === null ? [] : batch).entries()) {
            const answer = answers?.[i] ?? { ok: false, reason: "it failed" };
            if (answer.ok) one.resolve(answer.answer);
            else one.reject(new Error(answer.reason));
          }
          if (answers !== null) atOnce = Math.min(most, atOnce * 2);
        } catch (error) {
          for (const one of batch) one.reject(error as Error);
        }
        // The rules changed while it answered.
        if (had !== hash) drop();
      }
    } finally {
      busy = false;
    }
  }

  setRules(rules);
  return {
    evaluate(input) {
      if (queue.length >= QUEUE) throw new Error("too many calls wait for it");
      return new Promise((resolve, reject) => {
        queue.push({ input, resolve, reject });
        void work();
      });
    },
    hash: () => hash,
    setRules,
    async ready() {
      try {
        await start();
      } catch (error) {
        throw new Refusal("policy_file_invalid", { reason: (error as Error).message }, error);
      }
    },
    close() {
      closed = true;
      drop();
    },
  };
}
