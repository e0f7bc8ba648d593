// The frame of a screen: a heading line with actions, and what is below it.
import type { ReactNode } from "react";

export function Screen(props: {
  title: string;
  text?: string;
  actions?: ReactNode;
  children: ReactNode;
}): ReactNode {
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="screen-titles">
          <h1>{props.title}</h1>
          {props.text !== undefined && <p>{props.text}</p>}
        </div>
        {props.actions !== undefined && <div className="screen-actions">{props.actions}</div>}
      </header>
      <div className="screen-body">{props.children}</div>
    </div>
  );
}
