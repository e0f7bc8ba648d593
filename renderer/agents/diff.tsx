// A unified diff. What kind a line is stands before it, so that colour is not all that tells.
import type { ReactNode } from "react";
import { Marked } from "../parts/shown.tsx";

const kindOf = (line: string): string => {
  if (line.startsWith("@@")) return "diff-where";
  if (line.startsWith("+")) return "diff-added";
  return line.startsWith("-") ? "diff-removed" : "diff-same";
};

export function Diff(props: { text: string; label: string }): ReactNode {
  const lines = props.text.trimEnd().split("\n");
  return (
    // Focusable, so that a keyboard can scroll it.
    <pre className="diff" tabIndex={0} aria-label={props.label}>
      {lines.map((line, index) => (
        // Lines never change places: they are cut from one unchanging text.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={index} className={kindOf(line)}>
          <Marked text={line} layout />
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
