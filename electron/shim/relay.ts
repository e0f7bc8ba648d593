// The shim's middle: messages of one assistant on stdio, each a POST to the front door, and what comes back.
import type { IncomingMessage } from "node:http";
import { asRefusal, Refusal } from "../core/errors.ts";
import type { RequestId } from "../core/message.ts";
import { keyOf } from "../core/stdio/router.ts";
import { skim, type Skimmed } from "../core/stdio/skim.ts";
import type { Door } from "./door.ts";
import { postHeaders, type Session, sessionHeaders } from "./headers.ts";
import {
  deliver,
  follow,
  listen,
  mediaType,
  type Pending,
  readAll,
  type Write,
} from "./reading.ts";
import { refusalFromBody, refusalLine, refusalText } from "./speech.ts";

/** A notification that is not even accepted must not hold up what comes after it for ever. */
const PASS_MS = 30_000;

export interface RelayOptions {
  readonly door: Door;
  readonly server: string;
  readonly write: Write;
  /** Text for standard error. */
  readonly warn: (text: string) => void;
}

export type Relay = ReturnType<typeof createRelay>;

export function createRelay({ door, server, write, warn }: RelayOptions) {
  const pending = new Map<string, Pending>();
  let session: Session | null = null;
  /** Kept to set the session up again when Countersign was restarted: the assistant cannot know. */
  let opening: Buffer | null = null;
  let opened: Buffer | null = null;
  let renewing: Promise<void> | null = null;
  let listening: AbortController | null = null;
  let closing = false;

  /** What the answer to initialize settles for all that follows. */
  function settle(response: IncomingMessage, line: Uint8Array): void {
    const id = response.headers["mcp-session-id"];
    let version: unknown;
    try {
      const parsed = JSON.parse(Buffer.from(line).toString("utf8")) as {
        result?: { protocolVersion?: unknown };
      };
      version = parsed.result?.protocolVersion;
    } catch {
      // The assistant gets the same bytes and will say what is wrong with them.
    }
    session = {
      id: typeof id === "string" ? id : null,
      version: typeof version === "string" ? version : null,
    };
  }

  /** The GET stream, or the rest of an answer that broke off. */
  function openStream(lastId: string | null, signal: AbortSignal): Promise<IncomingMessage> {
    return door.send({
      method: "GET",
      headers: {
        accept: "text/event-stream",
        ...(lastId === null ? {} : { "last-event-id": lastId }),
        ...sessionHeaders(session),
      },
      body: null,
      signal,
      repeatable: true,
    });
  }

  /** Sends a request and hands on all that comes back. `admitted` is called when its head is there. */
  async function ask(own: Pending, bytes: Buffer, to: Write, admitted: () => void) {
    const { message } = own;
    const response = await door.send({
      method: "POST",
      headers: postHeaders(message, session),
      body: bytes,
      signal: own.leave.signal,
      repeatable: message.method !== "tools/call",
    });
    const status = response.statusCode ?? 0;
    const type = mediaType(response);
    const first = message.method === "initialize" && status === 200;
    const onward = first
      ? async (line: Uint8Array) => {
          if (skim(line)?.kind === "response") {
            settle(response, line);
            admitted();
          }
          await to(line);
        }
      : to;
    if (!first) admitted();
    if (type === "text/event-stream") {
      const resume = (lastId: string) => openStream(lastId, own.leave.signal);
      if (await follow(response, own, onward, resume)) return;
      if (!own.cancelled) throw new Refusal("upstream_dropped", { server });
      return;
    }
    const body = await readAll(response);
    if (status === 404 && !own.modern && session !== null) {
      throw new Refusal("session_unknown");
    }
    if (body.length === 0 && own.cancelled) return;
    // 2026-07-28 sends some JSON-RPC errors with 400 or 404: what names our request is its answer.
    const answer = type === "application/json" ? skim(body) : null;
    if (answer?.kind === "response" && answer.id === own.id) {
      await deliver(body, own, onward);
      return;
    }
    const refusal = refusalFromBody(body, own.id);
    if (refusal === null) throw new Refusal("upstream_error", { server, status });
    await to(refusal);
  }

  /** The session was forgotten (Countersign was restarted): sets up a new one, as the assistant did at first. */
  async function renew(): Promise<void> {
    const [hello, ready] = [opening, opened];
    const message = hello === null ? null : skim(hello);
    if (hello === null || message === null || message.id === null) {
      throw new Refusal("session_unknown");
    }
    session = null;
    const own = pend(message, message.id);
    // The assistant has its answer to initialize; this one is ours.
    await ask(
      own,
      hello,
      () => Promise.resolve(),
      () => {},
    );
    if (ready !== null) await pass(skim(ready), ready);
  }

  function pend(message: Skimmed, id: RequestId): Pending {
    const modern = message.envelopeVersion !== null;
    return { id, message, modern, leave: new AbortController(), cancelled: false, answered: false };
  }

  async function request(message: Skimmed, id: RequestId, bytes: Buffer, admitted: () => void) {
    const own = pend(message, id);
    const key = keyOf(id);
    pending.set(key, own);
    if (message.method === "initialize") opening = bytes;
    try {
      try {
        await ask(own, bytes, write, admitted);
      } catch (error) {
        const lost = error instanceof Refusal && error.code === "session_unknown";
        if (!lost || own.modern || message.method === "initialize" || closing) throw error;
        renewing ??= renew().finally(() => (renewing = null));
        await renewing;
        // The call did not reach the server, but whether to make it is the assistant's to decide anew.
        if (message.method === "tools/call") throw error;
        await ask(own, bytes, write, admitted);
      }
    } catch (error) {
      // A cancelled request gets no answer.
      if (!own.cancelled && !own.answered && !closing) await write(refusalLine(named(error), id));
    } finally {
      if (pending.get(key) === own) pending.delete(key);
      admitted();
    }
  }

  /** What broke while an answer was read is no bug of ours. */
  const named = (error: unknown): Refusal => {
    const refusal = asRefusal(error);
    return refusal.code === "internal"
      ? new Refusal("upstream_dropped", { server }, error)
      : refusal;
  };

  async function pass(message: Skimmed | null, bytes: Buffer): Promise<void> {
    if (message === null) return;
    const leave = new AbortController();
    const timer = setTimeout(() => leave.abort(), PASS_MS);
    try {
      const response = await door.send({
        method: "POST",
        headers: postHeaders(message, session),
        body: bytes,
        signal: leave.signal,
        repeatable: false,
      });
      const body = await readAll(response);
      const status = response.statusCode ?? 0;
      if (status >= 400) {
        const said = refusalFromBody(body, 0);
        warn(`countersign: ${said === null ? `HTTP ${status}` : said.toString("utf8")}\n`);
      }
    } catch (error) {
      warn(refusalText(named(error)));
    } finally {
      clearTimeout(timer);
    }
    if (message.method === "notifications/initialized" && message.envelopeVersion === null) {
      opened = bytes;
      startListening();
    }
  }

  function startListening(): void {
    listening?.abort();
    const leave = new AbortController();
    listening = leave;
    const open = (lastId: string | null) => openStream(lastId, leave.signal);
    void listen({ open, write, signal: leave.signal });
  }

  return {
    /** One line of the assistant. Resolves when the next one may be sent. */
    async take(bytes: Buffer): Promise<void> {
      const message = skim(bytes);
      if (message === null) {
        await write(
          refusalLine(new Refusal("message_invalid", { reason: "no JSON object" }), null),
        );
        return;
      }
      const { id } = message;
      if (message.kind === "request" && id !== null) {
        const first = message.method === "initialize" && message.envelopeVersion === null;
        await new Promise<void>((resolve) => {
          void request(message, id, bytes, resolve);
          // Only initialize decides what comes after it; other requests run side by side.
          if (!first) resolve();
        });
        return;
      }
      const own = message.cancels === null ? undefined : pending.get(keyOf(message.cancels.value));
      if (own !== undefined) own.cancelled = true;
      // 2026-07-28: over HTTP, closing the stream is the cancellation. Before that it is a message of its own,
      // and the stream is closed after it, because a cancelled request has no answer that would end it.
      if (own?.modern !== true) await pass(message, bytes);
      own?.leave.abort();
    },

    /** The assistant is gone: waits a moment for answers under way, then ends the session. */
    async close(graceMs: number): Promise<void> {
      const waits = (): boolean => [...pending.values()].some((own) => !own.answered);
      for (let waited = 0; waits() && waited < graceMs; waited += 20) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      closing = true;
      listening?.abort();
      for (const { leave } of pending.values()) leave.abort();
      if (session?.id == null) return;
      const leave = new AbortController();
      const timer = setTimeout(() => leave.abort(), 1000);
      const headers = sessionHeaders(session);
      await door
        .send({ method: "DELETE", headers, body: null, signal: leave.signal, repeatable: true })
        .then((response) => response.resume())
        // It ends by itself when it is idle.
        .catch(() => {});
      clearTimeout(timer);
    },
  };
}
