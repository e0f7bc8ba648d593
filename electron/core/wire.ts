// What the front door needs to know of MCP's wire, as one value that the composition root hands to it.
import { Refusal } from "./errors.ts";
import { maySay, readServerWord } from "./elicit/read.ts";
import { cancelled, toldInstead } from "./elicit/elicitations.ts";
import { readJson } from "./json/read.ts";
import { readMessage } from "./jsonrpc.ts";
import { checkHeaders, generationOf, mirrorsArguments, onwardHeaders } from "./mcp.ts";
import type { RequestId } from "./message.ts";
import { observeJson, observeSse, type ResponseObserver } from "./observe.ts";
import { createPassing } from "./observe/passing.ts";

export type Wire = typeof wire;

const decoder = new TextDecoder("utf-8", { fatal: true });

export const wire = {
  readMessage,
  checkHeaders,
  generationOf,
  onwardHeaders,
  mirrorsArguments,

  /** Watches an answer go by and tells how the call with this id ended. */
  observe: (events: boolean, id: RequestId | null): ResponseObserver | null =>
    id === null ? null : events ? observeSse(id) : observeJson(id),

  /** What a server says beside its answers. @throws Refusal `elicitation_unreadable` */
  readServerWord,
  maySay,
  /** A cancelled elicitation, for its server; and what its agent is told instead. */
  cancelled,
  toldInstead,
  /** Watches a message go by that is too long to be held. */
  passing: createPassing,

  /**
   * The body of the curl door, read strictly: the arguments of one call.
   * @returns its own text, unchanged
   * @throws Refusal `json_*`, `arguments_invalid`
   */
  readArguments(body: Uint8Array): string {
    if (readJson(body).kind !== "object") {
      throw new Refusal("arguments_invalid");
    }
    return decoder.decode(body);
  },

  /**
   * The exact text of `result` in a response. Where the server's JSON is not strict (it may hold numbers that
   * would change), it is read the common way instead.
   */
  resultOf(raw: string): string {
    try {
      const bytes = new TextEncoder().encode(raw);
      const watch = { members: new Map([["result", {}]]) };
      const found = readJson(bytes, { watch, maxDepth: 512 }).members.get("result");
      if (found !== undefined) return decoder.decode(bytes.subarray(found.start, found.end));
    } catch {
      // Falls through to the common reading.
    }
    return JSON.stringify((JSON.parse(raw) as { result: unknown }).result);
  },
};
