// Text from outside on a terminal: nothing in it may move the cursor, hide, reorder or begin a new line.

/**
 * Control, format (bidi, zero width), surrogate, private and unassigned characters, line separators, spaces that are not
 * the ordinary one, and letters and marks that draw nothing.
 */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f|[\u{e0100}-\u{e01ef}]|(?! )\p{Zs}/gu;
const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line in which every character shows. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return NAMED[char] ?? `\\u{${code.toString(16)}}`;
  });
}

/** The same for text of several lines that is ours to lay out: its line breaks stay. */
export const visibleLines = (text: string): string => text.split("\n").map(visible).join("\n");

const ascii = (text: string): string =>
  text.replace(HIDDEN, (char) =>
    [...Array(char.length).keys()]
      .map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`)
      .join(""),
  );

/** JSON on one line, ASCII where a terminal could be fooled. It parses to the same value. */
export const jsonLine = (value: unknown): string => `${ascii(JSON.stringify(value))}\n`;

/** The same over several lines, to be read or pasted. No line break at its end. */
export const jsonLines = (value: unknown): string =>
  JSON.stringify(value, null, 2).split("\n").map(ascii).join("\n");

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Emoji_Presentation}\u{20000}-\u{3fffd}]/u;

/** Columns that a terminal gives to a text without control characters. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width += /\p{M}/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return width;
}

/** Cuts to `limit` columns, with … where something is missing. */
export function cut(text: string, limit: number): string {
  if (widthOf(text) <= limit) return text;
  let kept = "";
  let width = 0;
  for (const char of text) {
    width += widthOf(char);
    if (width > limit - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

const two = (n: number): string => String(n).padStart(2, "0");

/** `2026-11-24 13:05:07`, in the time of this machine. Takes milliseconds or an ISO instant. */
export function localTime(at: number | string | null): string {
  if (at === null) return "never";
  const d = new Date(at);
  const date = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return `${date} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}
