// Has OpenAPI documents read in a thread: a large one takes seconds, and calls of agents go on meanwhile. One at a time,
// each in a thread of its own with a limit of memory and time, which is ended when it has answered.
import { Worker } from "node:worker_threads";
import { type Facts, Refusal, type RefusalCode } from "../../core/errors.ts";
import type {
  ApiPreview,
  ApiReader,
  TakenApi,
  WantsPreview,
  WantsTools,
} from "../../core/openapi/reading.ts";

export interface ReaderLimits {
  /** Milliseconds for one document, the thread's start included. */
  readonly withinMs: number;
  /** MiB of heap. A YAML document of 4 MiB, the largest that is taken, needs about half of it. */
  readonly memoryMb: number;
}
const LIMITS: ReaderLimits = { withinMs: 15_000, memoryMb: 1024 };
/** Documents that wait while another one is read: each is held in memory whole. */
const QUEUE = 4;

/** What the thread is asked (its workerData), and what it answers with one message. */
export type ThreadQuestion =
  | ({ readonly want: "preview" } & WantsPreview)
  | ({ readonly want: "tools" } & WantsTools);
export type ThreadAnswer =
  | { readonly ok: true; readonly value: ApiPreview | TakenApi }
  | { readonly ok: false; readonly code: RefusalCode; readonly facts: Facts };

const unread = (reason: string, cause?: unknown): Refusal =>
  new Refusal("openapi_unread", { reason }, cause);

/**
 * @param script absolute: the thread's program, `api-worker.ts` in one file
 * @returns a reader whose refusals are also `openapi_unread`; what is no refusal is thrown as it is
 */
export function createApiReader(
  script: string,
  limits: ReaderLimits = LIMITS,
): ApiReader & { close(): void } {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let closed = false;
  let end = (): void => undefined;

  async function ask(question: ThreadQuestion): Promise<ApiPreview | TakenApi> {
    if (waiting > QUEUE) throw unread("several others are being read");
    waiting++;
    // Whatever became of the one before.
    const turn = last.then(() => answerTo(question));
    last = turn.catch(() => undefined);
    try {
      const answer = await turn;
      if (answer.ok) return answer.value;
      throw new Refusal(answer.code, answer.facts);
    } finally {
      waiting--;
    }
  }

  async function answerTo(question: ThreadQuestion): Promise<ThreadAnswer> {
    if (closed) throw unread("Countersign is closing");
    const thread = new Worker(script, {
      workerData: question,
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb, maxYoungGenerationSizeMb: 64 },
      // It needs nothing of ours, and what it prints is not for us.
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    thread.unref();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<ThreadAnswer>((resolve, reject) => {
        const late = `it took longer than ${Math.ceil(limits.withinMs / 1000)} seconds`;
        timer = setTimeout(() => reject(unread(late)), limits.withinMs);
        end = () => reject(unread("Countersign is closing"));
        thread.once("message", resolve);
        thread.once("messageerror", reject);
        // Stays: an error of a thread that is being ended is nobody's business any more.
        thread.on("error", (error: Error & { code?: string }) =>
          reject(
            error.code === "ERR_WORKER_OUT_OF_MEMORY"
              ? unread(`it takes more than ${limits.memoryMb} MiB of memory to read`, error)
              : error,
          ),
        );
        thread.once("exit", () => reject(new Error("the thread that reads documents ended")));
      });
    } finally {
      clearTimeout(timer);
      await thread.terminate();
    }
  }

  return {
    preview: async (wanted) => (await ask({ want: "preview", ...wanted })) as ApiPreview,
    take: async (wanted) => (await ask({ want: "tools", ...wanted })) as TakenApi,
    close() {
      closed = true;
      end();
    },
  };
}
