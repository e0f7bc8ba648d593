// The forms of a secret that are looked for as they stand. What escapes do to them (percent signs, backslashes) is
// undone where they are looked for.

/** Shorter values would shred ordinary text, and hide nothing that could not be guessed. */
export const MIN_SECRET = 6;
/** A line of a secret of many lines is searched for by itself from this length on. */
const MIN_LINE = 16;

export interface Needle {
  readonly text: string;
  /** A Base64 form: what stands around it is part of the same coded text and goes with it. */
  readonly coded: boolean;
}

/** The forms of one value that views.ts does not undo. */
export function needlesOf(value: string): Needle[] {
  if (value.length < MIN_SECRET) return [];
  const inner = privateMember(value);
  const plain = new Set([value, value.replaceAll(" ", "+"), value.replaceAll(/[\r\n]/g, "")]);
  if (/[\r\n]/.test(value)) {
    // The first and last line of PEM (RFC 7468 section 2) are the same for everyone.
    for (const line of value.split(/[\r\n]+/))
      if (line.length >= MIN_LINE && !line.startsWith("-----")) plain.add(line);
  }
  const coded = new Set<string>();
  const bytes = new TextEncoder().encode(value);
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  plain.add(hex);
  plain.add(hex.toUpperCase());
  for (const offset of [0, 1, 2]) {
    const form = base64Core(bytes, offset);
    coded.add(form);
    coded.add(form.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return [
    ...[...plain]
      .filter((text) => text.length >= MIN_SECRET)
      .map((text) => ({ text, coded: false })),
    ...[...coded].map((text) => ({ text, coded: true })),
    ...(inner === null ? [] : needlesOf(inner)),
  ];
}

/**
 * Base64 of the bytes as they stand `offset` bytes into a longer text, without the characters that depend
 * on their neighbours: `Basic` puts a user name before the secret, a JSON document half a page.
 */
function base64Core(bytes: Uint8Array, offset: number): string {
  let binary = "\0".repeat(offset);
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const whole = Math.floor((binary.length * 8) / 6);
  return btoa(binary).slice(offset === 0 ? 0 : offset + 1, whole);
}

/** RFC 7518 section 6.2.2: of a key that is kept as a JWK, `d` is what makes it private. */
function privateMember(value: string): string | null {
  if (!value.startsWith("{")) return null;
  try {
    const { d } = JSON.parse(value) as { d?: unknown };
    return typeof d === "string" ? d : null;
  } catch {
    return null;
  }
}
