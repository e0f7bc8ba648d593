// What node's parser refused: too large, too slow, or not HTTP. There is no request to answer, only a socket.
import http from "node:http";
import type { Socket } from "node:net";
import { httpStatus, Refusal, type RefusalCode } from "../../core/errors.ts";
import { type Replies, rpcError } from "./reply.ts";

export interface BrokenPorts {
  readonly complaint: Replies["complaint"];
  /** Told of each, so that it leaves a row. */
  readonly turnedAway: (code: RefusalCode, status: number, note: string) => void;
}

/** What node says went wrong, and the bytes that it stumbled over. */
export type BrokenRequest = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** Milliseconds that headers may take to arrive. */
export const HEADERS_MS = 10_000;

/** Says no on the socket and writes it down. @param authority exactly what Host should have said */
export function answerBrokenRequest(
  error: BrokenRequest,
  socket: Socket,
  authority: string,
  ports: BrokenPorts,
): void {
  // The other side is gone, or an answer is under way that more bytes would only garble.
  if (error.code === "ECONNRESET" || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const refusal = named(error.code ?? "");
  const words = ports.complaint(refusal);
  const status = httpStatus(refusal.code);
  const body = namesUs(error.rawPacket, authority) ? rpcError(refusal, null, words) : "";
  const head = [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ""}`,
    ...(body === "" ? [] : ["content-type: application/json"]),
    `content-length: ${Buffer.byteLength(body)}`,
    "cache-control: no-store",
    "x-content-type-options: nosniff",
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), 500).unref();
  ports.turnedAway(refusal.code, status, words.sentence);
}

function named(code: string): Refusal {
  if (code === "HPE_HEADER_OVERFLOW") return new Refusal("headers_too_large");
  // A body has a shorter time of its own, so what node finds late is headers, or a connection that says nothing.
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return new Refusal("headers_too_slow", { seconds: HEADERS_MS / 1000 });
  }
  const reason = code.startsWith("HPE_")
    ? `they are not HTTP/1.1 (${code})`
    : "they are not HTTP/1.1";
  return new Refusal("headers_refused", { reason });
}

/** A page that got here by rebinding a name learns nothing, not even who refused it (threat 2). */
function namesUs(packet: Buffer | undefined, authority: string): boolean {
  if (packet === undefined) return true;
  const text = packet.toString("latin1");
  const host = /^host:[ \t]*([^\r\n]*?)[ \t]*$/im.exec(text)?.[1];
  return host === authority && !/^origin:/im.test(text);
}

function isAnswering(socket: Socket): boolean {
  // Node's own handler looks at the same field (lib/_http_server.js, socketOnError).
  const { _httpMessage } = socket as { _httpMessage?: http.ServerResponse | null };
  return _httpMessage?.headersSent === true;
}
