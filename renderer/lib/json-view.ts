// Lays out JSON text for reading without parsing it: what is shown is what was sent. A parser would
// round numbers and drop the first of two equal keys; both are what a reader of the log must see.

export type TokenKind = "key" | "string" | "number" | "word" | "punct" | "space";
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const TOKEN = /\s+|"(?:[^"\\]|\\[^])*"?|-?[0-9][0-9.eE+-]*|[A-Za-z]+|[^]/uy;

/**
 * Tokens with line breaks and two-space indents put between them. Works on any prefix of a JSON text,
 * so that arguments cut at the journal's limit are still readable.
 */
export function layOut(json: string): Token[] {
  const raw = tokens(json);
  const out: Token[] = [];
  let depth = 0;
  const line = (): void => {
    out.push({ kind: "space", text: `\n${"  ".repeat(Math.min(depth, 40))}` });
  };
  for (const [index, token] of raw.entries()) {
    const next = raw[index + 1]?.text;
    if (token.text === "{" || token.text === "[") {
      out.push(token);
      if (next === "}" || next === "]") continue;
      depth++;
      if (next !== undefined) line();
    } else if (token.text === "}" || token.text === "]") {
      const opener = raw[index - 1]?.text;
      if (opener !== "{" && opener !== "[") {
        depth = Math.max(0, depth - 1);
        line();
      }
      out.push(token);
    } else if (token.text === ",") {
      out.push(token);
      line();
    } else if (token.text === ":") {
      out.push(token, { kind: "space", text: " " });
    } else {
      out.push(token.kind === "string" && next === ":" ? { ...token, kind: "key" } : token);
    }
  }
  return out;
}

function tokens(json: string): Token[] {
  const out: Token[] = [];
  TOKEN.lastIndex = 0;
  for (;;) {
    const match = TOKEN.exec(json);
    if (match === null) return out;
    const text = match[0];
    if (text.trim() !== "" || /[^ \t\r\n]/.test(text)) out.push({ kind: kindOf(text), text });
  }
}

function kindOf(text: string): TokenKind {
  const first = text.charAt(0);
  if (first === '"') return "string";
  if (/[-0-9]/.test(first)) return "number";
  if (/[A-Za-z]/.test(first)) return "word";
  return "punct";
}
