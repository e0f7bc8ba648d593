// A message as a few slices of the bytes that came in, so that a large one is never copied to change its id.
import type { Span } from "../message.ts";

export type Pieces = readonly Uint8Array[];

export interface Change {
  readonly span: Span;
  readonly to: Uint8Array;
}

const utf8 = new TextEncoder();

export const encode = (text: string): Uint8Array => utf8.encode(text);

/** The bytes with these spans replaced. Spans must not overlap; their order does not matter. */
export function splice(bytes: Uint8Array, changes: readonly Change[]): Pieces {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const { span, to } of changes.slice().sort((a, b) => a.span.start - b.span.start)) {
    pieces.push(bytes.subarray(from, span.start), to);
    from = span.end;
  }
  pieces.push(bytes.subarray(from));
  return pieces.filter((piece) => piece.length > 0);
}

/**
 * The message on one line. In valid JSON a raw CR or LF stands only between tokens (RFC 8259 section 7 wants
 * it escaped inside a string), where a space means the same. The length stays, so spans stay right.
 */
export function oneLine(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(0x0a) && !bytes.includes(0x0d)) return bytes;
  return bytes.map((b) => (b === 0x0a || b === 0x0d ? 0x20 : b));
}
