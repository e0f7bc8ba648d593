// Arguments that the person changed before allowing a call: read as strictly as the agent's own, and bound by a hash to
// what is on the screen.
import type { Digest } from "../digest.ts";
import { Refusal } from "../errors.ts";
import { readJson } from "../json/read.ts";
import { readMessage } from "../jsonrpc.ts";
import type { Message } from "../message.ts";
import { argumentsHashOf } from "./subject.ts";

export interface Revision {
  /** Sent in place of what the agent wrote, as it stands. */
  readonly argumentsText: string;
  readonly argumentsBytes: number;
  /** As Subject.argumentsHash. */
  readonly argumentsHash: string;
}

/** As large as a whole message may be. */
const MAX_BYTES = 4 * 1024 * 1024;
const encoder = new TextEncoder();

/** @throws Refusal `json_*` with the place of the fault, `arguments_invalid`, `body_too_large` */
export function revisionOf(tool: string, text: string, digest: Digest): Revision {
  const bytes = encoder.encode(text);
  if (bytes.length > MAX_BYTES) throw new Refusal("body_too_large", { limit: MAX_BYTES });
  if (readJson(bytes).kind !== "object") throw new Refusal("arguments_invalid");
  return {
    argumentsText: text,
    argumentsBytes: bytes.length,
    argumentsHash: argumentsHashOf({ tool, argumentsText: text }, digest),
  };
}

/**
 * The same message with other arguments: every other byte, its id included, stays as the agent sent it.
 * @param text a JSON object, read strictly before
 */
export function withArguments(
  message: Message,
  body: Uint8Array,
  text: string,
): { readonly message: Message; readonly body: Uint8Array } {
  const { argumentsSpan, paramsSpan } = message;
  if (argumentsSpan === null && paramsSpan === null) throw new Refusal("arguments_invalid");
  // A call without arguments has a name at least: its `params` is an object that is not empty.
  const [start, end, put] =
    argumentsSpan !== null
      ? [argumentsSpan.start, argumentsSpan.end, text]
      : [(paramsSpan?.start ?? 0) + 1, (paramsSpan?.start ?? 0) + 1, `"arguments":${text},`];
  const middle = encoder.encode(put);
  const out = new Uint8Array(body.length - (end - start) + middle.length);
  out.set(body.subarray(0, start));
  out.set(middle, start);
  out.set(body.subarray(end), start + middle.length);
  return { message: readMessage(out), body: out };
}
