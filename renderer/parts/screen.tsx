// The frame of a screen: a heading line with actions, and what is below it.
import type { ReactNode } from "react";

export function Screen(props: {
  title: string;
  /** Beside the title. */
  mark?: ReactNode;
  text?: string;
  actions?: ReactNode;
  children: ReactNode;
}): ReactNode {
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="screen-titles">
          <div className="screen-title">
            <h1>{props.title}</h1>
            {props.mark}
          </div>
          {props.text !== undefined && <p>{props.text}</p>}
        </div>
        {props.actions !== undefined && props.actions !== false && (
          <div className="screen-actions">{props.actions}</div>
        )}
      </header>
      <div className="screen-body">{props.children}</div>
    </div>
  );
}
