// Reading what the front door answers: one JSON document, or events until the answer that is waited for.
import type { IncomingMessage } from "node:http";
import { Refusal } from "../core/errors.ts";
import type { RequestId } from "../core/message.ts";
import { oneLine } from "../core/stdio/pieces.ts";
import { keyOf } from "../core/stdio/router.ts";
import { skim, type Skimmed } from "../core/stdio/skim.ts";
import { readEvents } from "./events.ts";

/** One message, either way. The front door's own limits are lower; this bounds memory. */
export const MAX_MESSAGE = 64 * 1024 * 1024;
const FIRST_RETRY_MS = 1000;
export const MAX_RETRY_MS = 30_000;
const MAX_RESUMES = 5;
/** How long an answered stream may stay open. */
const AFTERGLOW_MS = 2000;

/** One message of the server, without a line end. Resolves when the assistant can take more. */
export type Write = (line: Uint8Array) => Promise<void>;

/** A request of the assistant that waits for its answer. */
export interface Pending {
  readonly id: RequestId;
  readonly message: Skimmed;
  readonly modern: boolean;
  readonly leave: AbortController;
  cancelled: boolean;
  answered: boolean;
}

export const mediaType = (response: IncomingMessage): string =>
  (response.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";

export async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_MESSAGE) throw new Refusal("body_too_large", { limit: MAX_MESSAGE });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Hands on one message; true if it answers this request. */
export async function deliver(data: Buffer, own: Pending | null, write: Write): Promise<boolean> {
  if (data.length === 0) return false;
  const line = oneLine(data);
  const message = own === null ? null : skim(line);
  const answers =
    own !== null &&
    message?.kind === "response" &&
    message.id !== null &&
    keyOf(message.id) === keyOf(own.id);
  // A cancelled request gets no answer.
  if (own?.cancelled === true && answers) return true;
  await write(line);
  return answers;
}

/**
 * Hands on the events of an answer. A legacy stream that breaks after an event with an id is resumed, which
 * repeats nothing (2025-11-25, "Resumability and redelivery").
 * @param resume asks for the stream that continues after this event
 * @returns whether the answer came
 */
export async function follow(
  response: IncomingMessage,
  own: Pending,
  write: Write,
  resume: (lastId: string) => Promise<IncomingMessage>,
): Promise<boolean> {
  let from = response;
  let lastId: string | null = null;
  let waitMs = FIRST_RETRY_MS;
  for (let resumes = 0; ; resumes++) {
    try {
      for await (const event of readEvents(from as AsyncIterable<Buffer>, MAX_MESSAGE)) {
        if (event.id !== null) lastId = event.id;
        if (event.retry !== null) waitMs = Math.min(event.retry, MAX_RETRY_MS);
        if (!(await deliver(event.data, own, write))) continue;
        own.answered = true;
        // Read to its end: leaving now would close the connection, and look like an agent that hung up.
        const open = from;
        setTimeout(() => open.destroy(), AFTERGLOW_MS).unref();
      }
    } catch (error) {
      if (!own.answered && (lastId === null || own.modern)) throw error;
    }
    if (own.answered) return true;
    if (lastId === null || own.modern || own.cancelled || resumes >= MAX_RESUMES) return false;
    await pause(waitMs, own.leave.signal);
    from = await resume(lastId);
    if (from.statusCode !== 200) {
      from.resume();
      return false;
    }
  }
}

export interface ListenOptions {
  /** Opens the GET stream, after this event if there was one. */
  readonly open: (lastId: string | null) => Promise<IncomingMessage>;
  readonly write: Write;
  readonly signal: AbortSignal;
}

/**
 * The legacy GET stream, for what the server says unasked. Comes back when it breaks, until the signal; ends
 * where the server has no such stream (405) or no such session (the next request finds out and renews it).
 */
export async function listen({ open, write, signal }: ListenOptions): Promise<void> {
  let lastId: string | null = null;
  let waitMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    let asked: number | null = null;
    try {
      const response = await open(lastId);
      if (response.statusCode !== 200 || mediaType(response) !== "text/event-stream") {
        response.resume();
        if ((response.statusCode ?? 0) < 500) return;
      } else {
        for await (const event of readEvents(response as AsyncIterable<Buffer>, MAX_MESSAGE)) {
          if (event.id !== null) lastId = event.id;
          if (event.retry !== null) asked = Math.min(event.retry, MAX_RETRY_MS);
          waitMs = FIRST_RETRY_MS;
          await deliver(event.data, null, write);
        }
      }
    } catch {
      // Countersign may be restarting; requests say so where somebody waits for an answer.
    }
    await pause(asked ?? waitMs, signal);
    waitMs = Math.min(waitMs * 2, MAX_RETRY_MS);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
