// What Streamable HTTP wants in headers, told from the message: stdio has no headers of its own.
import { encodeHeaderValue, HEADER } from "../core/mcp.ts";
import type { Skimmed } from "../core/stdio/skim.ts";

/** The legacy session, as `initialize` set it up. */
export interface Session {
  readonly id: string | null;
  /** The protocol version agreed on: named in each later request (2025-06-18 and later). */
  readonly version: string | null;
}

const NAMED: ReadonlyMap<string, (message: Skimmed) => string | null> = new Map([
  ["tools/call", (m: Skimmed) => m.name],
  ["prompts/get", (m: Skimmed) => m.name],
  ["resources/read", (m: Skimmed) => m.uri],
  ["tasks/get", (m: Skimmed) => m.taskId],
  ["tasks/update", (m: Skimmed) => m.taskId],
  ["tasks/cancel", (m: Skimmed) => m.taskId],
]);

const BOTH = "application/json, text/event-stream";

export function sessionHeaders(session: Session | null): Record<string, string> {
  return {
    ...(session?.id == null ? {} : { [HEADER.session]: session.id }),
    ...(session?.version == null ? {} : { [HEADER.version]: session.version }),
  };
}

/** Headers of the POST that carries this message. */
export function postHeaders(message: Skimmed, session: Session | null): Record<string, string> {
  const base = { "content-type": "application/json", accept: BOTH };
  if (message.envelopeVersion === null) {
    // A session belongs to what comes after initialize, not to a new one.
    return { ...base, ...sessionHeaders(message.method === "initialize" ? null : session) };
  }
  const method = message.method ?? "";
  const name = NAMED.get(method)?.(message) ?? null;
  return {
    ...base,
    [HEADER.version]: message.envelopeVersion,
    [HEADER.method]: encodeHeaderValue(method),
    ...(name === null ? {} : { [HEADER.name]: encodeHeaderValue(name) }),
  };
}
