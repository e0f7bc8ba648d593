// An agent's credential comes from another program than before: a thief's, or the person's own.
import type { ReactNode } from "react";
import { Shown } from "../parts/shown.tsx";
import type { Subject } from "../types.ts";
import { words } from "../words.ts";
import { Fact } from "./fact.tsx";
import { Grave } from "./grave.tsx";
import { AgentFact } from "./parties.tsx";
import { ProgramView } from "./program.tsx";

export function AnomalyQuestion(props: {
  agent: Subject["agent"];
  program: Subject["program"];
  before: readonly (string | null)[];
}): ReactNode {
  const { agent, program, before } = props;
  const w = words.asking.anomaly;
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <Grave>
        <p>{w.text}</p>
      </Grave>
      <dl className="facts ask-facts">
        <AgentFact
          agent={agent}
          proof={
            words.asking.program.strength[
              agent.authMethod === "certificate" ? "certificate" : "token"
            ]
          }
        />
        <Fact name={w.now}>
          <ProgramView program={program} />
        </Fact>
        <Fact name={w.before}>
          {before.map((path) => (
            <span key={path} className="ask-target mono">
              {path === null ? words.asking.program.unknown : <Shown text={path} />}
            </span>
          ))}
        </Fact>
      </dl>
    </>
  );
}
