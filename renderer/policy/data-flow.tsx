// What tools do with data, as the person says it: labels of whole servers and of single tools, with what their names
// suggest, one click away and never set by itself.
import { Split } from "lucide-react";
import type { ReactNode } from "react";
import { FLOW_LABELS, FlowChips, useLabelSetter } from "../parts/flow-chips.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp } from "../state/context.tsx";
import { words } from "../words.ts";

export function DataFlow(): ReactNode {
  const { labels, servers } = useApp();
  const { set, waiting, complaint } = useLabelSetter();
  const w = words.policy.labels;
  if (labels === null || servers === null) return null;
  if (servers.length === 0) return <Empty icon={Split} title={w.emptyTitle} text={w.empty} />;
  return (
    <>
      <p className="flow-text">{w.text}</p>
      <ul className="flow-three">
        {FLOW_LABELS.map((label) => (
          <li key={label}>
            <strong>{w.short[label]}</strong> {w.hints[label]}
          </li>
        ))}
      </ul>
      {waiting && (
        <p className="flow-waits" role="status">
          {w.waits}
        </p>
      )}
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      {servers.map(({ id, name }) => (
        <section key={id} aria-labelledby={`flow-${id}`}>
          <h2 id={`flow-${id}`} className="policy-heading">
            {name}
          </h2>
          <ul className="policy-list">
            {labels.tools
              .filter(({ server }) => server === id)
              .map(({ tool, suggested }) => (
                <li key={tool ?? ""} className="policy-row flow-row">
                  <span className="policy-what">
                    {tool === null ? (
                      w.wholeServer
                    ) : (
                      <code>
                        <Shown text={tool} />
                      </code>
                    )}
                  </span>
                  <FlowChips
                    view={labels}
                    server={id}
                    tool={tool}
                    suggested={suggested}
                    onSet={set}
                  />
                </li>
              ))}
          </ul>
        </section>
      ))}
    </>
  );
}
