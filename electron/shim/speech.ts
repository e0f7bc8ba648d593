// What the shim itself has to say: errors for requests that got no answer of their own.
import { type Refusal, rpcCode } from "../core/errors.ts";
import type { RequestId } from "../core/message.ts";
import { complaint } from "../core/sentences.ts";

/** The same form in which the front door refuses, so that an assistant need not know which of us spoke. */
export function refusalLine(refusal: Refusal, id: RequestId | null): Buffer {
  const words = complaint(refusal);
  const error = {
    code: rpcCode(refusal.code),
    message: `${words.sentence} ${words.advice}`,
    data: { code: refusal.code, advice: words.advice },
  };
  return Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, error }));
}

/** For standard error, which assistants show as the server's log. */
export function refusalText(refusal: Refusal): string {
  const { sentence, advice } = complaint(refusal);
  return `countersign: ${sentence} ${advice}\n`;
}

/**
 * The body of an HTTP refusal as an answer to this request. Bodies that are JSON-RPC errors pass as they are,
 * with the id filled in where the front door refused before it had read one. Null for anything else.
 */
export function refusalFromBody(body: Buffer, id: RequestId): Buffer | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || !("error" in parsed)) return null;
  const { error } = parsed;
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  if (typeof error.code !== "number") return null;
  return Buffer.from(JSON.stringify({ jsonrpc: "2.0", id, error }));
}
