// Rego as text, with its words told apart. For reading: nothing of it is run or fetched here.
import { Fragment, type ReactNode } from "react";
import { piecesOf } from "../../lib/rego.ts";
import { Shown } from "../../parts/shown.tsx";
import { words } from "../../words.ts";

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
