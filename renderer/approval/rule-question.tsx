// Whether a rule that lets calls through shall stand.
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Shown } from "../parts/shown.tsx";
import type { Rule } from "../types.ts";
import { words } from "../words.ts";
import { Fact } from "./fact.tsx";

export function RuleQuestion(props: {
  rule: Rule;
  agent: string | null;
  server: string | null;
}): ReactNode {
  const { rule, agent, server } = props;
  const w = words.approval.rule;
  const c = words.approval.call;
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <p className="ask-text">{w.text}</p>
      {(rule.server === null || rule.tool === null || rule.tool.includes("*")) && (
        <div className="ask-grave">
          <TriangleAlert size={16} aria-hidden />
          <p>{w.wide}</p>
        </div>
      )}
      <dl className="facts ask-facts">
        <Fact name={c.agent}>
          <strong>{agent === null ? w.anyAgent : <Shown text={agent} />}</strong>
        </Fact>
        <Fact name={c.server}>
          <strong>{server ?? w.anyServer}</strong>
          {rule.target !== null && (
            <span className="ask-target mono">
              <Shown text={rule.target} />
            </span>
          )}
        </Fact>
        <Fact name={c.tool}>
          <span className="ask-tool">
            {rule.tool === null ? w.anyTool : <Shown text={rule.tool} />}
          </span>
        </Fact>
      </dl>
      <p className="ask-text">{w.never}</p>
    </>
  );
}
