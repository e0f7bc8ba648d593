// A forgiving reader for what a local server writes: it finds what routing needs and changes nothing.
// The strict reader (jsonrpc.ts) judges what agents send; a server's answer may hold a 64-bit number or a
// duplicate key deep in a result, and refusing it here would lose an answer that a direct agent would get.
// It is also what the shim uses, which has to stay small.
import type { Message, RequestId, Span } from "../message.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;

/** Deeper than any message; it bounds the memory that a line of brackets can take. */
const MAX_DEPTH = 100_000;
/** Longer member names are never ones that routing looks for. */
const MAX_KEY = 256;

const utf8 = new TextDecoder();

class NotJson extends Error {}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

type Token = { readonly value: RequestId; readonly span: Span };

function space(c: Cursor): void {
  for (;;) {
    const b = c.bytes[c.at];
    if (b !== 0x20 && b !== 0x09 && b !== 0x0a && b !== 0x0d) return;
    c.at++;
  }
}

function expect(c: Cursor, byte: number): void {
  space(c);
  if (c.bytes[c.at] !== byte) throw new NotJson();
  c.at++;
}

/** Finds the closing quote by the platform's own byte search: base64 of megabytes costs next to nothing. */
function string(c: Cursor): Span {
  space(c);
  const start = c.at;
  if (c.bytes[start] !== QUOTE) throw new NotJson();
  let from = start + 1;
  for (;;) {
    const quote = c.bytes.indexOf(QUOTE, from);
    if (quote === -1) throw new NotJson();
    let before = quote - 1;
    while (before > start && c.bytes[before] === BACKSLASH) before--;
    from = quote + 1;
    // An even run of backslashes escapes itself and leaves the quote to close.
    if ((quote - 1 - before) % 2 === 0) break;
  }
  c.at = from;
  return { start, end: from };
}

const textOf = (c: Cursor, span: Span): string =>
  utf8.decode(c.bytes.subarray(span.start, span.end));

function parsed(c: Cursor, span: Span): unknown {
  try {
    return JSON.parse(textOf(c, span)) as unknown;
  } catch {
    throw new NotJson();
  }
}

/** true, false, null or the letters of a number. */
function scalar(c: Cursor): void {
  const start = c.at;
  for (;;) {
    const b = c.bytes[c.at];
    if (b === undefined) break;
    const digit = b >= 0x30 && b <= 0x39;
    const letter = b >= 0x61 && b <= 0x7a;
    if (!digit && !letter && b !== 0x2d && b !== 0x2b && b !== 0x2e && b !== 0x45) break;
    c.at++;
  }
  const first = c.bytes[start];
  if (c.at === start || first === undefined) throw new NotJson();
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) return;
  if (c.at - start > 5) throw new NotJson();
  const word = textOf(c, { start, end: c.at });
  if (word !== "true" && word !== "false" && word !== "null") throw new NotJson();
}

/** One value of any kind, without recursion. */
function skip(c: Cursor): Span {
  space(c);
  const start = c.at;
  const closers: number[] = [];
  const key = (): void => {
    string(c);
    expect(c, COLON);
  };
  for (;;) {
    space(c);
    const b = c.bytes[c.at];
    if (b === OPEN_BRACE || b === OPEN_BRACKET) {
      const closer = b + 2; // ASCII: { and }, [ and ] lie two apart
      c.at++;
      space(c);
      if (c.bytes[c.at] === closer) c.at++;
      else {
        if (closers.push(closer) > MAX_DEPTH) throw new NotJson();
        if (closer === CLOSE_BRACE) key();
        continue;
      }
    } else if (b === QUOTE) string(c);
    else scalar(c);
    // A value has ended: close what closes here, then go on after a comma.
    for (;;) {
      const closer = closers.at(-1);
      if (closer === undefined) return { start, end: c.at };
      space(c);
      const next = c.bytes[c.at++];
      if (next === closer) {
        closers.pop();
        continue;
      }
      if (next !== COMMA) throw new NotJson();
      if (closer === CLOSE_BRACE) key();
      break;
    }
  }
}

/** Visits each member of an object; a value that `visit` leaves is skipped. A wanted name may come once. */
function members(c: Cursor, visit: (name: string) => boolean): void {
  expect(c, OPEN_BRACE);
  space(c);
  if (c.bytes[c.at] === CLOSE_BRACE) {
    c.at++;
    return;
  }
  const seen = new Set<string>();
  for (;;) {
    const span = string(c);
    const name = span.end - span.start > MAX_KEY ? "" : String(parsed(c, span));
    expect(c, COLON);
    space(c);
    if (visit(name)) {
      // Two ids or two results: whichever we chose, the agent might choose the other.
      if (seen.has(name)) throw new NotJson();
      seen.add(name);
    } else skip(c);
    space(c);
    const next = c.bytes[c.at++];
    if (next === CLOSE_BRACE) return;
    if (next !== COMMA) throw new NotJson();
  }
}

/** A string or a number as JSON.parse reads it; anything else is null. */
function token(c: Cursor): Token | null {
  const span = skip(c);
  const first = c.bytes[span.start];
  const number = first === 0x2d || (first !== undefined && first >= 0x30 && first <= 0x39);
  if (first !== QUOTE && !number) return null;
  const value = parsed(c, span);
  return typeof value === "string" || (typeof value === "number" && Number.isFinite(value))
    ? { value, span }
    : null;
}

const textToken = (t: Token | null): string | null =>
  typeof t?.value === "string" ? t.value : null;

const isObject = (c: Cursor): boolean => c.bytes[c.at] === OPEN_BRACE;

interface Found {
  method: string | null;
  id: Token | null;
  nullId: boolean;
  params: Span | null;
  hasResult: boolean;
  error: { code: number | null } | null;
  name: string | null;
  uri: string | null;
  taskId: string | null;
  args: Span | null;
  metaToken: Token | null;
  ownToken: Token | null;
  cancels: Token | null;
  subscription: Token | null;
  envelope: string | null;
  protocolVersion: string | null;
}

const RESERVED = "io.modelcontextprotocol/";

function readMeta(c: Cursor, f: Found): boolean {
  if (!isObject(c)) return false;
  members(c, (name) => {
    if (name === "progressToken") f.metaToken = token(c);
    else if (name === `${RESERVED}subscriptionId`) f.subscription = token(c);
    else if (name === `${RESERVED}protocolVersion`) f.envelope = textToken(token(c));
    else return false;
    return true;
  });
  return true;
}

function readParams(c: Cursor, f: Found): boolean {
  if (!isObject(c)) return false;
  members(c, (name) => {
    if (name === "_meta") return readMeta(c, f);
    if (name === "name") f.name = textToken(token(c));
    else if (name === "uri") f.uri = textToken(token(c));
    else if (name === "taskId") f.taskId = textToken(token(c));
    else if (name === "arguments") f.args = skip(c);
    else if (name === "progressToken") f.ownToken = token(c);
    else if (name === "requestId") f.cancels = token(c);
    else if (name === "protocolVersion") f.protocolVersion = textToken(token(c));
    else return false;
    return true;
  });
  return true;
}

function readMember(c: Cursor, f: Found, name: string): boolean {
  const start = c.at;
  const spanned = (read: boolean): Span => (read ? { start, end: c.at } : skip(c));
  if (name === "method") f.method = textToken(token(c));
  else if (name === "id") {
    f.nullId = c.bytes[start] === 0x6e;
    f.id = token(c);
    if (f.id === null && !f.nullId) throw new NotJson();
  } else if (name === "params") f.params = spanned(readParams(c, f));
  else if (name === "result") {
    f.hasResult = true;
    spanned(isObject(c) && readResult(c, f));
  } else if (name === "error") {
    const error: { code: number | null } = { code: null };
    f.error = error;
    spanned(isObject(c) && readError(c, error));
  } else return false;
  return true;
}

function readResult(c: Cursor, f: Found): boolean {
  members(c, (name) => name === "_meta" && readMeta(c, f));
  return true;
}

function readError(c: Cursor, error: { code: number | null }): boolean {
  members(c, (name) => {
    if (name !== "code") return false;
    const code = token(c)?.value;
    error.code = typeof code === "number" && Number.isInteger(code) ? code : null;
    return true;
  });
  return true;
}

/** A message, and `params.taskId` if it is a string: what Mcp-Name mirrors for tasks. */
export interface Skimmed extends Message {
  readonly taskId: string | null;
}

/** What one JSON-RPC message says, or null for anything else. Never throws. */
export function skim(bytes: Uint8Array): Skimmed | null {
  const c: Cursor = { bytes, at: 0 };
  const f: Found = {
    method: null,
    id: null,
    nullId: false,
    params: null,
    hasResult: false,
    error: null,
    name: null,
    uri: null,
    taskId: null,
    args: null,
    metaToken: null,
    ownToken: null,
    cancels: null,
    subscription: null,
    envelope: null,
    protocolVersion: null,
  };
  try {
    members(c, (name) => readMember(c, f, name));
    space(c);
  } catch (error) {
    if (error instanceof NotJson) return null;
    throw error;
  }
  const answers = f.hasResult || f.error !== null;
  if (c.at !== bytes.length || (f.method !== null) === answers) return null;
  if (f.hasResult && (f.error !== null || f.id === null)) return null;
  if (f.method !== null && f.nullId) return null;
  return {
    kind: answers ? "response" : f.id === null ? "notification" : "request",
    method: f.method,
    id: f.id?.value ?? null,
    idSpan: f.id?.span ?? null,
    paramsSpan: f.params,
    name: f.name,
    uri: f.uri,
    taskId: f.taskId,
    argumentsSpan: f.args,
    progressToken: f.method === "notifications/progress" ? f.ownToken : f.metaToken,
    cancels: f.method === "notifications/cancelled" ? f.cancels : null,
    subscriptionId: f.subscription,
    envelopeVersion: f.params === null ? null : f.envelope,
    initializeVersion: f.method === "initialize" ? f.protocolVersion : null,
    error: f.error,
  };
}
