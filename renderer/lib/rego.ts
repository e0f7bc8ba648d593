// Rego cut into pieces that are drawn differently. For the eye alone: what a policy means is the compiler's affair.

export type RegoKind = "plain" | "comment" | "string" | "word" | "number" | "name";
export interface RegoPiece {
  readonly text: string;
  readonly kind: RegoKind;
}

const WORDS =
  "package|import|default|if|contains|in|every|some|not|as|with|else|true|false|null|input|data";
const TOKEN = new RegExp(
  [
    "(?<comment>#[^\\n]*)",
    // A string that its line ends is still one: it is being typed. Raw strings may go over lines.
    '(?<string>"(?:[^"\\\\\\n]|\\\\.)*"?|`[^`]*`?)',
    `(?<word>(?<![\\w.])(?:${WORDS})\\b)`,
    "(?<number>(?<!\\w)\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?\\b)",
    // What is called, and a rule at the beginning of its line.
    "(?<name>(?<![\\w.])[A-Za-z_][\\w.]*(?=\\()|(?<=^)[A-Za-z_]\\w*)",
  ].join("|"),
  "gmu",
);

/** The pieces of one source text, in order; together they are the text. */
export function piecesOf(source: string): RegoPiece[] {
  const pieces: RegoPiece[] = [];
  let at = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index > at) pieces.push({ text: source.slice(at, match.index), kind: "plain" });
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? [];
    pieces.push({ text: match[0], kind: (kind ?? "plain") as RegoKind });
    at = match.index + match[0].length;
  }
  if (at < source.length) pieces.push({ text: source.slice(at), kind: "plain" });
  return pieces;
}

/** The same by lines, without their line feeds: as many as `source.split("\n")` has. */
export function linesOf(source: string): RegoPiece[][] {
  const lines: RegoPiece[][] = [[]];
  for (const { text, kind } of piecesOf(source)) {
    for (const [i, part] of text.split("\n").entries()) {
      if (i > 0) lines.push([]);
      if (part !== "") lines.at(-1)?.push({ text: part, kind });
    }
  }
  return lines;
}
