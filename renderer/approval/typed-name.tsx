// What cannot be taken back wants the tool's name, typed: no click of another program can say it (approvals 18). The app
// compares it; here it only keeps the button dead.
import type { ReactNode } from "react";
import { Shown } from "../parts/shown.tsx";
import { words } from "../words.ts";

export function TypedName(props: {
  tool: string;
  value: string;
  onChange: (value: string) => void;
}): ReactNode {
  const w = words.asking.typed;
  return (
    <label className="ask-typed">
      <span>
        {w.label}{" "}
        <strong className="mono">
          <Shown text={props.tool} />
        </strong>
      </span>
      <input
        className="mono"
        value={props.value}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        aria-label={w.field}
        onPaste={(event) => event.preventDefault()}
        onDrop={(event) => event.preventDefault()}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}
