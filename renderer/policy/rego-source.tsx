// Rego as text, with its words told apart. For reading: nothing of it is run or fetched here.
import { Fragment, type ReactNode } from "react";
import { Shown } from "../parts/shown.tsx";
import { words } from "../words.ts";

const TOKEN =
  /(?<comment>#.*)|(?<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?<word>\b(?:package|import|default|if|contains|in|every|some|not|as|with|else|true|false|null)\b)|(?<number>\b\d+(?:\.\d+)?\b)/gu;

interface Piece {
  readonly text: string;
  readonly kind: "plain" | "comment" | "string" | "word" | "number";
}

/** The pieces of one source text, in order; together they are the text. */
export function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match.index > at) pieces.push({ text: source.slice(at, match.index), kind: "plain" });
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? [];
    pieces.push({ text: match[0], kind: (kind ?? "plain") as Piece["kind"] });
    at = match.index + match[0].length;
  }
  if (at < source.length) pieces.push({ text: source.slice(at), kind: "plain" });
  return pieces;
}

export function RegoSource(props: { source: string }): ReactNode {
  return (
    <pre className="rego" tabIndex={0} aria-label={words.ownPolicy.source}>
      <code>
        {piecesOf(
          // Rego is indented by tabs, which are nothing hidden at the beginning of a line.
          props.source.replaceAll(/^\t+/gm, (tabs) => "    ".repeat(tabs.length)),
        ).map((piece, i) => (
          // The text does not change while it is shown.
          // oxlint-disable-next-line react/no-array-index-key
          <Fragment key={i}>
            {piece.text.split(/(\n)/).map((line, n) =>
              line === "\n" || line === "" ? (
                line
              ) : (
                // oxlint-disable-next-line react/no-array-index-key
                <span key={n} className={`rego-${piece.kind}`}>
                  <Shown text={line} />
                </span>
              ),
            )}
          </Fragment>
        ))}
      </code>
    </pre>
  );
}
