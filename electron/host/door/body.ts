// Reads a request body within a size and a time.
import type { IncomingMessage } from "node:http";
import { Refusal } from "../../core/errors.ts";

export interface BodyLimits {
  /** Bytes. */
  readonly maxBytes: number;
  /** Milliseconds for the whole body. */
  readonly withinMs: number;
}

/** @throws Refusal `body_too_large`, `body_too_slow`, `agent_hung_up` */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const declared = Number(request.headers["content-length"] ?? 0);
    if (declared > limits.maxBytes) {
      reject(new Refusal("body_too_large", { limit: limits.maxBytes }));
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => {
      finish(new Refusal("body_too_slow", { seconds: Math.round(limits.withinMs / 1000) }));
    }, limits.withinMs);

    const finish = (refusal: Refusal | null): void => {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      if (refusal === null)
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
      else reject(refusal);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.maxBytes) finish(new Refusal("body_too_large", { limit: limits.maxBytes }));
      else chunks.push(chunk);
    };
    const onEnd = (): void => finish(null);
    const onClose = (): void => finish(new Refusal("agent_hung_up"));
    request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}
