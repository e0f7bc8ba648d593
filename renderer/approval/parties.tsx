// Who asks, and of whom: the same on every question that an agent raises.
import type { ReactNode } from "react";
import { Shown } from "../parts/shown.tsx";
import type { Subject } from "../types.ts";
import { words } from "../words.ts";
import { Address } from "./address.tsx";
import { Fact } from "./fact.tsx";

const w = words.approval.call;

/** @param props.proof how it proved who it is, where that is said otherwise than usual */
export function AgentFact(props: { agent: Subject["agent"]; proof?: string }): ReactNode {
  const { agent, proof = w.proof[agent.authMethod] } = props;
  return (
    <Fact name={w.agent}>
      <strong>
        <Shown text={agent.name} />
      </strong>
      <span className="faint">{proof}</span>
    </Fact>
  );
}

export function ServerFact(props: {
  server: Pick<Subject["server"], "name" | "stage" | "target">;
  /** Stands beside the stage. */
  note?: ReactNode;
}): ReactNode {
  const { server, note } = props;
  return (
    <Fact name={w.server}>
      <strong>
        <Shown text={server.name} />
      </strong>
      <span className={`badge badge-${server.stage}`}>{words.servers.stage[server.stage]}</span>
      {note}
      <span className="ask-target">
        <Address url={server.target} />
      </span>
    </Fact>
  );
}
