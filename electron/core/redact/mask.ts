import type { Span } from "../message.ts";

/** What stands where a secret stood. */
export const MARK = "[redacted]";

/**
 * The text with each span replaced by the mark; spans may overlap and come in any order. Of the text only
 * what lies before `limit` is kept: a span that begins before it is replaced whole, so that cutting
 * never leaves half a secret.
 */
export function mask(text: string, spans: readonly Span[], limit = text.length): string {
  const sorted = spans.filter((span) => span.end > span.start).sort((a, b) => a.start - b.start);
  let out = "";
  let at = 0;
  let marked = -1;
  for (const { start, end } of sorted) {
    if (start >= limit) break;
    if (start > at) out += text.slice(at, start);
    // Touching or overlapping spans are one secret to the eye.
    if (start > marked || marked === -1) out += MARK;
    at = Math.max(at, end);
    marked = at;
  }
  return at < limit ? out + text.slice(at, limit) : out;
}
