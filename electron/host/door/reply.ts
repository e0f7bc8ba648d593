// How the front door says no. Before a message is read: HTTP status. After: a JSON-RPC error that the agent's
// model can read, because "403" tells it nothing that it could act on.
import type { IncomingMessage, ServerResponse } from "node:http";
import { httpStatus, type Refusal, type RefusalCode, rpcCode } from "../../core/errors.ts";
import type { Message } from "../../core/message.ts";
import type { Complaint } from "../../core/sentences.ts";
import type { Target } from "./guards.ts";

export interface Replies {
  /** core/sentences: handed in, since the words are core's. */
  readonly complaint: (refusal: Refusal) => Complaint;
  /** `http://127.0.0.1:7717` */
  readonly origin: string;
}

/**
 * Refusals that concern the call and not the HTTP request: sent as a JSON-RPC error in a 200 answer
 * (Streamable HTTP: the transport did its work). A 5xx would make agents retry or drop the connection.
 */
const ABOUT_THE_CALL =
  /^(?:upstream_|stdio_|vault_|journal_|credential_|plain_http_|issuer_|token_|sign_in_|account_|certificate_|scope_|pattern_|call_|server_paused|internal)/;

const BARE = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** The JSON-RPC error object for a refusal, as bytes ready to send. `id` null where the message had none. */
export function rpcError(refusal: Refusal, id: Message["id"], words: Complaint): string {
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    error: {
      code: rpcCode(refusal.code),
      message: `${words.sentence} ${words.advice}`,
      data: { code: refusal.code, advice: words.advice },
    },
  });
}

/**
 * Writes a refusal and returns the HTTP status used. Does nothing but close where the answer has begun.
 * @param message the message, once it was read
 */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  replies: Replies,
  target: Target | null,
  message: Message | null,
): number {
  const soft =
    message?.kind === "request" && target?.kind === "mcp" && ABOUT_THE_CALL.test(refusal.code);
  const status = soft ? 200 : httpStatus(refusal.code);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return status;
  }
  // An unread body would be taken for the next request, so this connection ends here.
  const unread = !request.complete;
  const headers: Record<string, string> = { ...BARE };
  if (unread) headers["connection"] = "close";
  if (status === 401) headers["www-authenticate"] = challenge(refusal, replies.origin, target);
  if (status === 405) headers["allow"] = target?.kind === "mcp" ? "POST, GET, DELETE" : "POST";
  if (COMES_AGAIN.has(refusal.code)) {
    headers["retry-after"] = String(refusal.facts["seconds"] ?? 1);
  }

  let body = "";
  // A page that got here by rebinding a name learns nothing (threat 2).
  if (refusal.code !== "host_refused" && refusal.code !== "origin_refused") {
    const words = replies.complaint(refusal);
    headers["content-type"] = "application/json";
    body =
      target?.kind === "invoke"
        ? JSON.stringify({
            error: { code: words.code, sentence: words.sentence, advice: words.advice },
          })
        : rpcError(refusal, message?.id ?? null, words);
  }
  headers["content-length"] = String(Buffer.byteLength(body));
  response.writeHead(status, headers);
  response.end(body);
  if (unread) linger(request);
  return status;
}

/** What passes after a known time (RFC 9110 section 10.2.3). */
const COMES_AGAIN: ReadonlySet<RefusalCode> = new Set([
  "stdio_backing_off",
  "door_busy",
  "call_limit_reached",
]);

/** Nothing that could be called invalid. An unsupported method counts as nothing (RFC 6750 section 3.1). */
const NOTHING_PRESENTED: ReadonlySet<RefusalCode> = new Set([
  "agent_credential_missing",
  "agent_auth_unknown",
]);

/** RFC 9728 section 5.1: the challenge names the metadata. RFC 6750 section 3.1: no error code without a token. */
function challenge(refusal: Refusal, origin: string, target: Target | null): string {
  const parts: string[] = [];
  if (!NOTHING_PRESENTED.has(refusal.code)) parts.push('error="invalid_token"');
  if (target !== null && "server" in target) {
    parts.push(
      `resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp/${target.server}"`,
    );
  }
  return parts.length === 0 ? "Bearer" : `Bearer ${parts.join(", ")}`;
}

const LINGER_MS = 1500;

/** Throws away what still arrives for a moment: closing at once could reset the connection before the answer is read. */
function linger(request: IncomingMessage): void {
  const { socket } = request;
  request.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once("close", () => clearTimeout(timer));
}
