// Runs a policy of the person's own in a thread, one call after the other, each with a deadline. A thread that does not
// answer in time is ended, the call is denied, and the next one gets a new thread.
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

export function createWorkerEngine(
  bundle: KeptBundle,
  rules: readonly Rule[],
  limits: WorkerLimits = LIMITS,
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

  /** One message to the thread and its answer. */
  function exchange(to: Worker, message: object | null, ms: number): Promise<unknown> {
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
      const onMessage = (answer: { ok: boolean; answer?: unknown; reason?: string }): void =>
        done(() =>
          answer.ok ? resolve(answer.answer) : reject(new Error(answer.reason ?? "it failed")),
        );
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
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const had = hash;
        try {
          const to = await start();
          next.resolve(await exchange(to, { id: 1, input: next.input }, limits.answerMs));
        } catch (error) {
          next.reject(error as Error);
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
