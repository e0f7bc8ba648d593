// Text from outside. It runs in its own direction, cannot turn what stands beside it around, and what
// is hidden in it is shown.
import { Fragment, type ReactNode } from "react";
import { split } from "../lib/hidden.ts";
import { words } from "../words.ts";

/** `layout`: line feeds and tabs lay the text out rather than being marked. */
export function Shown(props: { text: string; layout?: boolean }): ReactNode {
  return (
    <bdi>
      <Marked text={props.text} layout={props.layout ?? false} />
    </bdi>
  );
}

/** The same without its own direction, for pieces of a longer text. */
export function Marked(props: { text: string; layout: boolean }): ReactNode {
  const pieces = split(props.text, props.layout);
  if (pieces.length === 1 && pieces[0]?.kind === "text") return pieces[0].text;
  return pieces.map((piece, index) => (
    // Pieces never change places: they are cut from one unchanging text.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      {piece.kind === "text" ? piece.text : <HiddenMark name={piece.name} code={piece.code} />}
    </Fragment>
  ));
}

function HiddenMark(props: { name: string; code: string }): ReactNode {
  const label = words.common.hiddenCharacter(props.name, props.code);
  return (
    <span className="hidden-mark" title={label} role="img" aria-label={label}>
      {props.name}
    </span>
  );
}
