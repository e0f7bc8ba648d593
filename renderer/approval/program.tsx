// The program that a call came from: what the system says, set apart from what proves the agent.
import { Fragment, type ReactNode } from "react";
import { spelledOut } from "../lib/hidden.ts";
import { Shown } from "../parts/shown.tsx";
import type { Subject } from "../types.ts";
import { words } from "../words.ts";

export function ProgramView(props: { program: Subject["program"] }): ReactNode {
  const { program } = props;
  const w = words.asking.program;
  if (program === null) return <span className="faint">{w.unknown}</span>;
  return (
    <>
      <strong className="ask-chain">
        {program.chain.map((one, i) => (
          <Fragment key={one.pid}>
            {i > 0 && (
              <span className="ask-arrow" role="img" aria-label={w.from}>
                ←
              </span>
            )}
            <span title={one.path === null ? undefined : spelledOut(one.path)}>
              <Shown text={one.name} />
            </span>
          </Fragment>
        ))}
      </strong>
      <span className="ask-target mono" title={w.hint}>
        <Shown text={program.path} />
      </span>
      <span className="faint">
        {w.pid(program.pid)}
        {program.throughShim && `, ${w.shim}`}
      </span>
    </>
  );
}
