// Makes characters visible that a reader cannot see, but that change what the text says or how it runs:
// controls, bidirectional overrides, zero-width and tag characters, odd spaces, lone surrogates.

/** A stretch of ordinary text, or one hidden character with its short name. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "hidden"; readonly name: string; readonly code: string };

const C0 = [
  ..."NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI".split(" "),
  ..."DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(" "),
];

const NAMES: Readonly<Record<number, string>> = {
  0x7f: "DEL",
  0x85: "NEL",
  0xa0: "NBSP",
  0xad: "SHY",
  0x34f: "CGJ",
  0x61c: "ALM",
  0x180e: "MVS",
  0x200b: "ZWSP",
  0x200c: "ZWNJ",
  0x200d: "ZWJ",
  0x200e: "LRM",
  0x200f: "RLM",
  0x2028: "LSEP",
  0x2029: "PSEP",
  0x202a: "LRE",
  0x202b: "RLE",
  0x202c: "PDF",
  0x202d: "LRO",
  0x202e: "RLO",
  0x202f: "NNBSP",
  0x2060: "WJ",
  0x2066: "LRI",
  0x2067: "RLI",
  0x2068: "FSI",
  0x2069: "PDI",
  0x2800: "BLANK",
  0x3000: "IDSP",
  0x3164: "FILLER",
  0xfeff: "BOM",
};

// What Unicode says may be ignored (DI, UAX #44: Hangul fillers, variation selectors, tags and their unassigned
// neighbours) draws nothing whatever its category, and neither does the Braille blank. Variation selectors can carry a
// message. No script stacks more than four marks on a letter; what does hides its neighbours.
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{DI}\p{Noncharacter_Code_Point}\u2800]|(?<=\p{M}{4})\p{M}|(?! )\p{Zs}/gu;
// A joiner between two pictures, or a picture's own presentation selector, is what it claims to be.
const EMOJI_PART =
  /(?<=[\p{Extended_Pictographic}\ufe0f\p{EMod}])\u200d(?=\p{Extended_Pictographic})|(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)/uy;

/** The short name of a code point: `RLO`, `ZWSP`, `TAG a`, or `U+E000`. */
export function hiddenName(point: number): string {
  if (point < 0x20) return C0[point] ?? "";
  if (point >= 0xe0020 && point <= 0xe007e) return `TAG ${String.fromCodePoint(point - 0xe0000)}`;
  return NAMES[point] ?? codeOf(point);
}

function codeOf(point: number): string {
  return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Splits text into what is seen and what is hidden. `layout` characters (line feed and tab) pass as
 * text where the caller shows text in lines.
 */
export function split(text: string, layout = false): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    const at = match.index;
    const point = match[0].codePointAt(0) ?? 0;
    if (layout && (point === 0x0a || point === 0x09)) continue;
    EMOJI_PART.lastIndex = at;
    if (EMOJI_PART.test(text)) continue;
    if (at > from) pieces.push({ kind: "text", text: text.slice(from, at) });
    pieces.push({ kind: "hidden", name: hiddenName(point), code: codeOf(point) });
    from = at + match[0].length;
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return pieces;
}

/** The text in one line with what is hidden put in brackets: for places that take plain text only. */
export const spelledOut = (text: string): string =>
  split(text)
    .map((piece) => (piece.kind === "text" ? piece.text : `[${piece.name}]`))
    .join("");

/** How many hidden characters the text holds. */
export function countHidden(text: string, layout = false): number {
  return split(text, layout).filter((piece) => piece.kind === "hidden").length;
}
