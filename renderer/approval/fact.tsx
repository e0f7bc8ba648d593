// One thing that Countersign knows about what is asked.
import type { ReactNode } from "react";

export function Fact(props: { name: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
