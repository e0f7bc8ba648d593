// The thread that reads one OpenAPI document and ends (host/openapi/reader.ts starts it): core's reading, and nothing of
// the house around it. Bundled as dist/main/api-worker.cjs.
// A thread is no window: there is no origin to name.
/* oxlint-disable unicorn/require-post-message-target-origin */
import "./shims.ts";
import { parentPort, workerData } from "node:worker_threads";
import { Refusal } from "./core/errors.ts";
import { previewOf, takenOf } from "./core/openapi/reading.ts";
import type { ThreadAnswer, ThreadQuestion } from "./host/openapi/reader.ts";

function answerTo(question: ThreadQuestion): ThreadAnswer {
  try {
    const value = question.want === "preview" ? previewOf(question) : takenOf(question);
    return { ok: true, value };
  } catch (error) {
    // Everything else is a bug, and ends the thread with what was thrown.
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, code: error.code, facts: error.facts };
  }
}

parentPort?.postMessage(answerTo(workerData as ThreadQuestion));
