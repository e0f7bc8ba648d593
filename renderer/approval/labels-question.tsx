// Whether a tool shall lose some of its labels: fewer calls are asked about then.
import type { ReactNode } from "react";
import { Shown } from "../parts/shown.tsx";
import type { FlowLabel } from "../types.ts";
import { words } from "../words.ts";
import { Fact } from "./fact.tsx";

export function LabelsQuestion(props: {
  server: string;
  tool: string | null;
  removed: readonly FlowLabel[];
}): ReactNode {
  const { server, tool, removed } = props;
  const w = words.approval.labels;
  const c = words.approval.call;
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <p className="ask-text">{w.text}</p>
      <dl className="facts ask-facts">
        <Fact name={c.server}>
          <strong>
            <Shown text={server} />
          </strong>
        </Fact>
        <Fact name={c.tool}>
          <span className="ask-tool">{tool === null ? w.everyTool : <Shown text={tool} />}</span>
        </Fact>
        <Fact name={w.removed}>
          {removed.map((label) => words.policy.labels.names[label]).join("; ")}
        </Fact>
      </dl>
    </>
  );
}
