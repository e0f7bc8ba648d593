// Reading one HTTP request to the browser form: the checks that come before anything is parsed.
import type { IncomingMessage } from "node:http";
import { Refusal } from "../../core/errors.ts";
import { checkExpect } from "../door/guards.ts";

/** Bytes of a request that nobody is known by yet. */
export const BODY_LIMIT = 1024 * 1024;
/** Bytes of a call of the contract. The largest honest input is a form with an OpenAPI document in it. */
export const CALL_LIMIT = 12 * 1024 * 1024;

/**
 * Host exactly ours, port included, so that a rebound name gets nothing; Origin exactly ours where there is
 * one, and required on POST, which browsers always send with it.
 * @returns the path, still percent-encoded, without the query
 * @throws Refusal `host_refused`, `origin_refused`, `headers_refused`
 */
export function checkRequest(request: IncomingMessage, host: string): string {
  refuseRepeats(request);
  if (request.headers.host !== host) throw new Refusal("host_refused");
  const origin = request.headers.origin;
  if (origin === undefined ? request.method === "POST" : origin !== `http://${host}`) {
    throw new Refusal("origin_refused");
  }
  checkExpect(request.headers.expect);
  const target = request.url ?? "";
  // RFC 9112 section 3.2.1: origin-form only. The absolute form could name another authority than Host.
  if (!target.startsWith("/") || target.startsWith("//")) throw new Refusal("host_refused");
  return target.split("?", 1)[0] ?? "/";
}

/** Headers that decide something must come once: Node keeps the first, another reader the last. */
const ONCE = new Set(["host", "origin", "authorization", "content-type", "content-length"]);

function refuseRepeats(request: IncomingMessage): void {
  const seen = new Set<string>();
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]?.toLowerCase() ?? "";
    if (ONCE.has(name) && seen.has(name)) {
      throw new Refusal("headers_refused", { reason: `${name} came twice` });
    }
    seen.add(name);
  }
}

/** The token after `Bearer `, or undefined. RFC 6750 section 2.1; the scheme's case is free (RFC 9110 section 11.1). */
export function bearerOf(request: IncomingMessage): string | undefined {
  return /^bearer ([A-Za-z0-9_-]{1,128})$/i.exec(request.headers.authorization ?? "")?.[1];
}

/**
 * Reads a JSON object. The slow sender is cut off by the server's own request timeout.
 * @throws Refusal `content_type_refused`, `body_too_large`, `json_not_utf8`, `json_invalid`
 */
export async function readJson(
  request: IncomingMessage,
  limit = BODY_LIMIT,
): Promise<Record<string, unknown>> {
  // A simple request of a foreign page can carry text/plain or a form, never this type without a preflight.
  if (!/^application\/json(; ?charset=utf-8)?$/i.test(request.headers["content-type"] ?? "")) {
    throw new Refusal("content_type_refused");
  }
  if (request.headers["content-encoding"] !== undefined) {
    throw new Refusal("headers_refused", { reason: "the body is compressed" });
  }
  const tooLarge = new Refusal("body_too_large", { limit });
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  // Left early, a plain loop would destroy the socket, and the sender would never read why.
  const bytes: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    chunks.push(chunk);
  }
  const value = parse(decode(Buffer.concat(chunks)));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal("json_invalid", { offset: 0 });
  }
  return value as Record<string, unknown>;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Refusal("json_not_utf8", { offset: 0 }, error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: the parser's message quotes the text, and the text may hold a key.
    throw new Refusal("json_invalid", { offset: 0 });
  }
}
