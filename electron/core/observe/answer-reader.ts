// Follows one JSON-RPC message as its bytes go by and keeps only what the journal wants of it. Memory is
// constant whatever passes: brackets are counted, keys and values are looked at only near the top.
import type { RequestId } from "../message.ts";
import { cutUtf8 } from "../text.ts";

/** How a call ended, as its answer says. */
export interface Outcome {
  readonly kind: "ok" | "tool-error" | "rpc-error";
  readonly rpcCode: number | null;
  readonly message: string | null;
  readonly resultType: string | null;
}

const MESSAGE_CAP = 1024;
/** Raw bytes kept of one captured token: 1 KiB of text, each character written as \uXXXX, and its quotes. */
const CAPTURE = 6 * 1024 + 2;
/** Deeper answers are not followed: their end cannot be told without remembering every bracket. */
const MAX_DEPTH = 1024;
/** Bytes looked at one by one before the native search is worth its call. */
const NEAR = 32;

type Slot =
  | "jsonrpc"
  | "id"
  | "method"
  | "result"
  | "error"
  | "isError"
  | "resultType"
  | "code"
  | "message"
  | null;

const TOP: ReadonlySet<string> = new Set(["jsonrpc", "id", "method", "result", "error"]);
const IN_RESULT: ReadonlySet<string> = new Set(["isError", "resultType"]);
const IN_ERROR: ReadonlySet<string> = new Set(["code", "message"]);

const VALUE = 0;
const FIRST_ITEM = 1;
const FIRST_NAME = 2;
const NAME = 3;
const COLON = 4;
const AFTER = 5;
const STRING = 6;
const SCALAR = 7;
const DONE = 8;
const BAD = 9;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** What a captured string says; null where its escapes are broken. */
function unquote(raw: string): string | null {
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw.replaceAll(/\p{Cc}/gu, " ")}"`) as string;
  } catch {
    return null;
  }
}

export class AnswerReader {
  readonly #id: RequestId;
  readonly #lenientId: boolean;
  readonly #captured = new Uint8Array(CAPTURE);
  readonly #objects = new Uint8Array(MAX_DEPTH + 1);
  #size = 0;
  #state = VALUE;
  #depth = 0;
  #escape = false;
  #inName = false;
  /** Whether the token that is being read is captured. */
  #capturing = false;
  #slot: Slot = null;
  /** Slot of the open depth-1 member: what depth 2 belongs to. */
  #parent: Slot = null;
  #seen = new Map<Exclude<Slot, null>, string | number | boolean | null | undefined>();
  /** Next quote and backslash of this chunk, found once: searching again from each byte would be quadratic. */
  #quote = -1;
  #backslash = -1;

  /** `lenientId`: an error that could not name its request counts as the answer (JSON-RPC 2.0 section 5). */
  constructor(id: RequestId, lenientId: boolean) {
    this.#id = id;
    this.#lenientId = lenientId;
  }

  /** Forgets the message, ready for the next one. */
  reset(): void {
    this.#state = VALUE;
    this.#depth = 0;
    this.#escape = false;
    this.#inName = false;
    this.#capturing = false;
    this.#slot = null;
    this.#parent = null;
    if (this.#seen.size > 0) this.#seen.clear();
  }

  /** Takes the next bytes. Never throws. */
  feed(bytes: Uint8Array): void {
    const length = bytes.length;
    this.#quote = -1;
    this.#backslash = -1;
    let at = 0;
    while (at < length) {
      const state = this.#state;
      if (state === STRING) at = this.#inString(bytes, at);
      else if (state === SCALAR) at = this.#inScalar(bytes, at);
      else if (state >= DONE) return;
      else {
        const c = bytes[at]!;
        if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) this.#structure(c);
        // A scalar has no opening mark of its own: its first byte is read again as part of it.
        if (this.#state !== SCALAR) at++;
      }
    }
  }

  /** What the whole message says, or null where it is not the answer that is waited for. */
  outcome(): Outcome | null {
    const seen = this.#seen;
    if (this.#state !== DONE || seen.has("method")) return null;
    const failed = seen.has("error");
    if (failed === seen.has("result")) return null;
    const id = seen.get("id");
    if (id === undefined || id === null) {
      if (!(this.#lenientId && failed && seen.get("jsonrpc") === "2.0")) return null;
    } else if (id !== this.#id) return null;
    if (failed) {
      const code = seen.get("code");
      const message = seen.get("message");
      return {
        kind: "rpc-error",
        rpcCode: typeof code === "number" && Number.isInteger(code) ? code : null,
        message: typeof message === "string" ? cutUtf8(message, MESSAGE_CAP) : null,
        resultType: null,
      };
    }
    const resultType = seen.get("resultType");
    return {
      kind: seen.get("isError") === true ? "tool-error" : "ok",
      rpcCode: null,
      message: null,
      resultType: typeof resultType === "string" ? cutUtf8(resultType, 64) : null,
    };
  }

  /** What the message says of itself so far: a request's method, a result's kind. */
  said(): { readonly method: unknown; readonly resultType: unknown } {
    return { method: this.#seen.get("method"), resultType: this.#seen.get("resultType") };
  }

  /** One byte between tokens. */
  #structure(c: number): void {
    switch (this.#state) {
      case FIRST_ITEM:
        if (c === 0x5d) return this.#close(0);
        return this.#value(c);
      case VALUE:
        return this.#value(c);
      case FIRST_NAME:
        if (c === 0x7d) return this.#close(1);
        return this.#name(c);
      case NAME:
        return this.#name(c);
      case COLON:
        this.#state = c === 0x3a ? VALUE : BAD;
        return;
      default:
        if (c === 0x2c) {
          this.#slot = null;
          this.#state = this.#objects[this.#depth] === 1 ? NAME : VALUE;
        } else if (c === 0x7d) this.#close(1);
        else if (c === 0x5d) this.#close(0);
        else this.#state = BAD;
    }
  }

  #name(c: number): void {
    if (c !== 0x22) {
      this.#state = BAD;
      return;
    }
    this.#inName = true;
    const near =
      this.#depth === 1 ||
      (this.#depth === 2 && (this.#parent === "result" || this.#parent === "error"));
    this.#token(STRING, near);
  }

  #value(c: number): void {
    const slot = this.#slot;
    if (this.#depth === 0 && c !== 0x7b) this.#state = BAD;
    else if (c === 0x7b || c === 0x5b) {
      if (slot !== null) this.#keep(undefined);
      // Of two results the last counts, as it does for common readers.
      if (slot === "result") for (const name of IN_RESULT) this.#seen.delete(name as "isError");
      if (slot === "error") for (const name of IN_ERROR) this.#seen.delete(name as "code");
      if (this.#depth === 1) this.#parent = c === 0x7b ? slot : null;
      if (this.#depth === MAX_DEPTH) {
        this.#state = BAD;
        return;
      }
      this.#objects[++this.#depth] = c === 0x7b ? 1 : 0;
      this.#slot = null;
      this.#state = c === 0x7b ? FIRST_NAME : FIRST_ITEM;
    } else if (c === 0x22) {
      this.#inName = false;
      this.#token(STRING, slot !== null);
    } else if ((c >= 0x30 && c <= 0x39) || c === 0x2d || c === 0x74 || c === 0x66 || c === 0x6e) {
      this.#token(SCALAR, slot !== null);
    } else this.#state = BAD;
  }

  #token(state: number, capturing: boolean): void {
    this.#state = state;
    this.#capturing = capturing;
    this.#size = 0;
  }

  #close(kind: 0 | 1): void {
    if (this.#depth === 0 || this.#objects[this.#depth] !== kind) {
      this.#state = BAD;
      return;
    }
    this.#depth--;
    this.#slot = null;
    if (this.#depth === 1) this.#parent = null;
    this.#state = this.#depth === 0 ? DONE : AFTER;
  }

  #keep(value: string | number | boolean | null | undefined): void {
    if (this.#slot !== null) this.#seen.set(this.#slot, value);
  }

  #capture(byte: number): void {
    if (this.#size < CAPTURE) this.#captured[this.#size++] = byte;
  }

  /** From inside a string; returns where to go on. */
  #inString(bytes: Uint8Array, from: number): number {
    let at = from;
    if (this.#escape) {
      this.#escape = false;
      if (this.#capturing) this.#capture(bytes[at]!);
      at++;
    }
    return this.#capturing ? this.#keepString(bytes, at) : this.#skipString(bytes, at);
  }

  #keepString(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const c = bytes[at]!;
      if (c === 0x22) {
        this.#stringEnds();
        return at + 1;
      }
      this.#capture(c);
      if (c !== 0x5c) continue;
      if (++at === bytes.length) this.#escape = true;
      else this.#capture(bytes[at]!);
    }
    return bytes.length;
  }

  #skipString(bytes: Uint8Array, from: number): number {
    const length = bytes.length;
    let at = from;
    // Text with many escapes is walked; the native search pays only where nothing happens for a while.
    let near = Math.min(at + NEAR, length);
    for (;;) {
      while (at < near) {
        const c = bytes[at]!;
        if (c === 0x22) {
          this.#stringEnds();
          return at + 1;
        }
        if (c === 0x5c) {
          at += 2;
          near = Math.min(at + NEAR, length);
        } else at++;
      }
      if (at >= length) {
        this.#escape = at > length;
        return length;
      }
      if (this.#quote < at) this.#quote = next(bytes, 0x22, at);
      if (this.#backslash < at) this.#backslash = next(bytes, 0x5c, at);
      at = Math.min(this.#quote, this.#backslash);
      near = Math.min(at + NEAR, length);
    }
  }

  #stringEnds(): void {
    const text = this.#capturing ? this.#text() : null;
    if (this.#inName) {
      const names = this.#depth === 1 ? TOP : this.#parent === "result" ? IN_RESULT : IN_ERROR;
      this.#slot = text !== null && names.has(text) ? (text as Slot) : null;
      this.#state = COLON;
      return;
    }
    if (this.#capturing) this.#keep(text);
    this.#state = AFTER;
  }

  /** The captured string. One that was cut off loses the escape or character that the cut split. */
  #text(): string | null {
    const raw = decoder.decode(this.#captured.subarray(0, this.#size));
    if (this.#size < CAPTURE) return unquote(raw);
    for (let cut = 0; cut < 12; cut++) {
      const text = unquote(raw.slice(0, raw.length - cut));
      if (text !== null) return text.replace(/[\ud800-\udbff\ufffd]$/, "");
    }
    return null;
  }

  #inScalar(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      const c = bytes[at]!;
      const part =
        (c >= 0x30 && c <= 0x39) ||
        (c >= 0x61 && c <= 0x7a) ||
        c === 0x2d ||
        c === 0x2e ||
        c === 0x2b ||
        c === 0x45;
      if (!part) {
        if (this.#capturing) this.#scalarEnds();
        this.#state = AFTER;
        return at;
      }
      if (this.#capturing) this.#capture(c);
      at++;
    }
    return at;
  }

  #scalarEnds(): void {
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(this.#captured.subarray(0, this.#size)));
    } catch {
      value = undefined;
    }
    this.#keep(
      typeof value === "number" || typeof value === "boolean" || value === null ? value : undefined,
    );
  }
}

/** Index of `byte` at or after `from`, or past the end. */
function next(bytes: Uint8Array, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from);
  return found === -1 ? bytes.length : found;
}
