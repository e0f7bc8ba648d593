// Whether rules that let calls through shall stand: one, or a list that is taken whole or not at all. Or whether a rule that
// stops calls shall go.
import { Fragment, type ReactNode } from "react";
import { Shown } from "../parts/shown.tsx";
import type { RuleItem } from "../types.ts";
import { EffectMark } from "../policy/effect-mark.tsx";
import { words } from "../words.ts";
import { Address } from "./address.tsx";
import { Fact } from "./fact.tsx";
import { Grave } from "./grave.tsx";

const isWide = ({ rule }: RuleItem): boolean =>
  rule.server === null || rule.tool === null || rule.tool.includes("*");

export function RuleQuestion(props: {
  change: "add" | "remove";
  items: readonly RuleItem[];
}): ReactNode {
  return props.change === "add" ? <Adding {...props} /> : <Removing {...props} />;
}

/** What stops then is said by its effect. */
function Removing(props: { items: readonly RuleItem[] }): ReactNode {
  const w = words.approval.rule;
  return (
    <>
      <h1 id="ask-heading">{w.headingRemove}</h1>
      {props.items.map((item) => (
        <Fragment key={item.rule.id}>
          <p className="ask-text">{w.textRemove[item.rule.effect]}</p>
          <RuleFacts item={item} />
        </Fragment>
      ))}
      <p className="ask-text">{w.rest}</p>
    </>
  );
}

function Adding(props: { items: readonly RuleItem[] }): ReactNode {
  const { items } = props;
  const [only] = items;
  const w = words.approval.rule;
  const several = items.length > 1 || only === undefined;
  return (
    <>
      <h1 id="ask-heading">{several ? w.headingSeveral(items.length) : w.heading}</h1>
      <p className="ask-text">{several ? w.textSeveral : w.text}</p>
      {items.some(isWide) && (
        <Grave>
          <p>{several ? w.wideSeveral : w.wide}</p>
        </Grave>
      )}
      {several ? (
        <ol className="ask-rules">
          {items.map((item) => (
            <li key={item.rule.id}>
              <RuleFacts item={item} />
            </li>
          ))}
        </ol>
      ) : (
        <RuleFacts item={only} />
      )}
      <p className="ask-text">{w.never}</p>
    </>
  );
}

function RuleFacts(props: { item: RuleItem }): ReactNode {
  const { rule, agent, server } = props.item;
  const w = words.approval.rule;
  const c = words.approval.call;
  return (
    <dl className="facts ask-facts">
      {rule.effect !== "allow" && (
        <Fact name={w.effect}>
          <EffectMark effect={rule.effect} />
        </Fact>
      )}
      <Fact name={c.agent}>
        <strong>{agent === null ? w.anyAgent : <Shown text={agent} />}</strong>
      </Fact>
      <Fact name={c.server}>
        <strong>{server === null ? w.anyServer : <Shown text={server} />}</strong>
        {rule.target !== null && (
          <span className="ask-target">
            <Address url={rule.target} />
          </span>
        )}
      </Fact>
      <Fact name={c.tool}>
        <span className="ask-tool">
          {rule.tool === null ? w.anyTool : <Shown text={rule.tool} />}
        </span>
      </Fact>
    </dl>
  );
}
