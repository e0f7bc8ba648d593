// One card of the settings.
import { type ReactNode, useId } from "react";

export function Section(props: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}): ReactNode {
  const id = useId();
  return (
    <section className="card settings-part" aria-labelledby={id}>
      <div className="settings-head">
        <h2 id={id}>{props.title}</h2>
        {props.actions}
      </div>
      {props.children}
    </section>
  );
}
