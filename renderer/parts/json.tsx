// JSON text laid out for reading, with what is hidden in it made visible.
import { memo, type ReactNode, useMemo } from "react";
import { layOut } from "../lib/json-view.ts";
import { Marked } from "./shown.tsx";

export const Json = memo(function Json(props: { text: string; label: string }): ReactNode {
  const tokens = useMemo(() => layOut(props.text), [props.text]);
  return (
    // `ltr` and isolated: an override in a value cannot move the braces around it.
    <pre className="json" dir="ltr" tabIndex={0} aria-label={props.label}>
      {tokens.map((token, index) => (
        // Tokens never change places: they are cut from one unchanging text.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={index} className={`json-${token.kind}`}>
          {token.kind === "space" ? token.text : <Marked text={token.text} layout={false} />}
        </span>
      ))}
    </pre>
  );
});
