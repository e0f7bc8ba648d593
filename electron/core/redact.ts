// What may be written down of what agents and servers say. Redaction happens on the way in: what is not in
// the journal cannot leak from it, from a backup of it, or from an export.
import { cutUtf8 } from "./text.ts";
import { hideIn, JsonWriter, windowFor } from "./redact/json-writer.ts";
import type { KnownSecrets } from "./redact/known-secrets.ts";
import { MARK } from "./redact/mask.ts";

export { KnownSecrets } from "./redact/known-secrets.ts";

export interface Redacted {
  /** JSON text, or null where there was nothing, or nothing that may be shown. */
  readonly text: string | null;
  /** Whether something was left out for its size. Hiding a secret is not cutting. */
  readonly cut: boolean;
}

const INPUT_CAP = 16_384;
const TEXT_CAP = 1024;
const ELLIPSIS = "…";
const ALL_HIDDEN = JSON.stringify(MARK);

/**
 * The arguments of a call as the journal keeps them: valid JSON of at most `cap` bytes of UTF-8. Bytes that
 * are no JSON give null: what cannot be read cannot be cleared of secrets. Never throws.
 */
export function redactInput(
  argumentsBytes: Uint8Array | null,
  known: KnownSecrets,
  cap = INPUT_CAP,
): Redacted {
  if (argumentsBytes === null) return { text: null, cut: false };
  if (cap < ALL_HIDDEN.length) return { text: null, cut: true };
  try {
    const writer = new JsonWriter(argumentsBytes, known, cap);
    const text = writer.write();
    // A secret may stand across two values (`a","b`). Then nothing is shown rather than half of it.
    return known.spansIn(text).length > 0
      ? { text: ALL_HIDDEN, cut: true }
      : { text, cut: writer.cut };
  } catch {
    return { text: null, cut: true };
  }
}

/**
 * A message of a server or a library as the journal keeps it: at most `cap` bytes of UTF-8, without secrets
 * and without characters that a terminal would obey. Never throws.
 */
export function redactText(text: string, known: KnownSecrets, cap = TEXT_CAP): string {
  const hidden = hideIn(text.slice(0, windowFor(known, cap)), known, cap)
    .replaceAll(/[^\P{Cc}\n\t]/gu, " ")
    .replaceAll(/[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, "");
  // Taking invisible characters out may have put a secret together.
  const clean = known.scrub(hidden);
  const short = cutUtf8(clean, cap);
  const shortened = short.length < clean.length || text.length > cap;
  return shortened && cap >= ELLIPSIS.length * 3 ? cutUtf8(short, cap - 3) + ELLIPSIS : short;
}
