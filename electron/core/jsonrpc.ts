// Reads one JSON-RPC 2.0 message out of its bytes and changes none of them. Strict on purpose: a message
// that two readers could take differently is refused, because the one behind us may not read as we do.
import { Refusal } from "./errors.ts";
import { DEFAULT_DEPTH, type Found, readJson, type Watch } from "./json/read.ts";
import { stringText } from "./json/tokens.ts";
import type { Message, RequestId, Span } from "./message.ts";

export interface ReadLimits {
  readonly maxDepth?: number;
}

/** A message with the one fact more that only header rules need. */
export interface ReadMessage extends Message {
  /** `params.taskId` if it is a string: what Mcp-Name mirrors for tasks. */
  readonly taskId: string | null;
}

const META = "io.modelcontextprotocol/";
const MAX_METHOD = 256;
const MAX_ID = 1024;
const MAX_TOOL_NAME = 128;

const ENVELOPE = ["jsonrpc", "id", "method", "params", "result", "error"] as const;
/** Names in params that the gateway decides by. */
const PARAMS = [
  "name",
  "arguments",
  "uri",
  "_meta",
  "requestId",
  "progressToken",
  "protocolVersion",
  "taskId",
] as const;
const META_NAMES = ["progressToken", `${META}protocolVersion`, `${META}subscriptionId`] as const;

const invalid = (reason: string): Refusal => new Refusal("message_invalid", { reason });

/**
 * As Go's encoding/json compares names: ASCII case, and the two letters outside ASCII that fold into it.
 * Such a reader would take `Method` for `method` where ours sees two members (CVE-2026-27896).
 */
const fold = (name: string): string =>
  name.replaceAll("\u017f", "s").replaceAll("\u212a", "k").toLowerCase();

/** Refuses a member name that a case-blind reader would take for one of `names`. */
function exactNames(names: readonly string[]): (name: string) => void {
  const exact = new Set(names);
  const folded = new Set(names.map(fold));
  return (name) => {
    if (exact.has(name) || !folded.has(fold(name))) return;
    throw invalid("a member name differs from a known one only by case");
  };
}

const leaves = (names: readonly string[]): [string, Watch][] => names.map((name) => [name, {}]);

const META_WATCH: Watch = { members: new Map(leaves(META_NAMES)), onName: exactNames(META_NAMES) };
const MESSAGE: Watch = {
  members: new Map<string, Watch>([
    ...leaves(ENVELOPE),
    [
      "params",
      {
        members: new Map<string, Watch>([...leaves(PARAMS), ["_meta", META_WATCH]]),
        onName: exactNames(PARAMS),
      },
    ],
    // Results belong to the peer: only what routing needs is looked at, and no name is refused.
    ["result", { members: new Map([["_meta", { members: new Map(leaves(META_NAMES)) }]]) }],
    ["error", { members: new Map(leaves(["code", "message"])) }],
  ]),
  onName: exactNames(ENVELOPE),
};

/**
 * Reads and checks one message.
 * @throws Refusal `json_*`, `batch_refused`, `message_invalid` (with `reason`), `tool_name_invalid`
 */
export function readMessage(bytes: Uint8Array, limits: ReadLimits = {}): ReadMessage {
  const root = readJson(bytes, { maxDepth: limits.maxDepth ?? DEFAULT_DEPTH, watch: MESSAGE });
  if (root.kind === "array") throw new Refusal("batch_refused");
  if (root.kind !== "object") throw invalid("it is not an object");
  if (text(bytes, root.members.get("jsonrpc")) !== "2.0") throw invalid("jsonrpc is not “2.0”");
  return root.members.has("method") ? asked(bytes, root.members) : answered(bytes, root.members);
}

type Members = ReadonlyMap<string, Found>;
const NONE: Members = new Map();

/** The text of a string, or null for anything else. */
function text(bytes: Uint8Array, found: Found | undefined): string | null {
  return found?.kind === "string" ? stringText(bytes, found.start + 1, found.end - 1) : null;
}

const span = (found: Found | undefined): Span | null =>
  found === undefined ? null : { start: found.start, end: found.end };

/** An integer written the one way: `1.0`, `1e0` and `-0` come back differently from different readers. */
function integer(bytes: Uint8Array, found: Found): number | null {
  if (found.kind !== "number") return null;
  const digits = stringText(bytes, found.start, found.end);
  return /^-?\d+$/.test(digits) && digits !== "-0" ? Number(digits) : null;
}

/** A string or an integer: ids, progress tokens, subscription ids. `what` names it in the refusal. */
function token(bytes: Uint8Array, found: Found, what: string): RequestId {
  if (found.end - found.start > MAX_ID * 6) throw invalid(`${what} is too long`);
  const value = text(bytes, found) ?? integer(bytes, found);
  if (value === null) throw invalid(`${what} is neither a string nor an integer`);
  if (typeof value === "string" && value.length > MAX_ID) throw invalid(`${what} is too long`);
  return value;
}

function placed(bytes: Uint8Array, found: Found | undefined, what: string) {
  return found === undefined
    ? null
    : { value: token(bytes, found, what), span: { start: found.start, end: found.end } };
}

/** A request or a notification: JSON-RPC 2.0 sections 4 and 4.1. */
function asked(bytes: Uint8Array, members: Members): ReadMessage {
  if (members.has("result") || members.has("error")) {
    throw invalid("it has both a method and an answer");
  }
  const method = text(bytes, members.get("method"));
  if (method === null) throw invalid("method is not a string");
  if (method === "") throw invalid("method is empty");
  if (method.length > MAX_METHOD) throw invalid("method is too long");
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(method)) throw invalid("method holds control characters");

  const id = members.get("id");
  const params = members.get("params");
  if (params && params.kind !== "object" && params.kind !== "array") {
    throw invalid("params is neither an object nor an array");
  }
  const inParams = params?.kind === "object" ? params.members : NONE;
  const inMeta = metaOf(inParams.get("_meta"), "params._meta");

  // A server that acts on a notification would run a tool that nobody was asked about.
  if (id === undefined && method === "tools/call") throw invalid("tools/call needs an id");
  if (id !== undefined && method.startsWith("notifications/")) {
    throw invalid("a notification has no id");
  }
  if (method === "tools/call") checkToolCall(bytes, inParams);

  const envelope = inMeta.get(`${META}protocolVersion`);
  const envelopeVersion = text(bytes, envelope);
  // A broken claim to be modern must not fall back to the rules of the legacy generation.
  if (envelope !== undefined && envelopeVersion === null) {
    throw invalid("the protocol version in params._meta is not a string");
  }
  const progress =
    method === "notifications/progress"
      ? placed(bytes, inParams.get("progressToken"), "params.progressToken")
      : placed(bytes, inMeta.get("progressToken"), "params._meta.progressToken");
  const cancels =
    method === "notifications/cancelled"
      ? placed(bytes, inParams.get("requestId"), "params.requestId")
      : null;

  return {
    kind: id === undefined ? "notification" : "request",
    method,
    id: id === undefined ? null : token(bytes, id, "id"),
    idSpan: span(id),
    paramsSpan: span(params),
    name: text(bytes, inParams.get("name")),
    uri: text(bytes, inParams.get("uri")),
    taskId: text(bytes, inParams.get("taskId")),
    argumentsSpan: span(inParams.get("arguments")),
    progressToken: progress,
    cancels,
    subscriptionId: subscription(bytes, inMeta),
    envelopeVersion,
    initializeVersion:
      method === "initialize" ? text(bytes, inParams.get("protocolVersion")) : null,
    error: null,
  };
}

/** A response: JSON-RPC 2.0 section 5. */
function answered(bytes: Uint8Array, members: Members): ReadMessage {
  const result = members.get("result");
  const error = members.get("error");
  if (result === undefined && error === undefined) {
    throw invalid("it has neither a method nor an answer");
  }
  if (result !== undefined && error !== undefined) throw invalid("it has both result and error");
  if (members.has("params")) throw invalid("an answer has no params");
  if (error !== undefined && error.kind !== "object") throw invalid("error is not an object");
  const id = members.get("id");
  if (id === undefined) throw invalid("an answer needs an id");
  // Section 5: null is for errors whose request could not be read, and for nothing else.
  if (id.kind === "null" && error === undefined) throw invalid("the id of a result is null");
  const code = error?.members.get("code");
  const inMeta = metaOf(result?.members.get("_meta"), "result._meta");
  return {
    kind: "response",
    method: null,
    id: id.kind === "null" ? null : token(bytes, id, "id"),
    idSpan: span(id),
    paramsSpan: null,
    name: null,
    uri: null,
    taskId: null,
    argumentsSpan: null,
    progressToken: null,
    cancels: null,
    subscriptionId: subscription(bytes, inMeta),
    envelopeVersion: null,
    initializeVersion: null,
    error: error === undefined ? null : { code: code ? integer(bytes, code) : null },
  };
}

function metaOf(meta: Found | undefined, what: string): Members {
  if (meta === undefined) return NONE;
  if (meta.kind !== "object") throw invalid(`${what} is not an object`);
  return meta.members;
}

const subscription = (bytes: Uint8Array, meta: Members) =>
  placed(bytes, meta.get(`${META}subscriptionId`), "the subscription id");

/** What policy is asked about and a person is shown must be a name, and what is hashed an object. */
function checkToolCall(bytes: Uint8Array, params: Members): void {
  const name = text(bytes, params.get("name"));
  if (
    name === null ||
    name.trim() === "" ||
    Array.from(name.slice(0, MAX_TOOL_NAME * 2 + 1)).length > MAX_TOOL_NAME ||
    // Control, invisible and line-breaking characters: one name could be shown as another.
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)
  ) {
    throw new Refusal("tool_name_invalid");
  }
  const args = params.get("arguments");
  if (args !== undefined && args.kind !== "object")
    throw invalid("params.arguments is not an object");
}
