// What tools do with data, as the person says it: labels of whole servers and of single tools, with what their names
// suggest, one click away and never set by itself.
import { Split } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp, useBridge, useStore } from "../state/context.tsx";
import type { Complaint, FlowLabel, LabelsView } from "../types.ts";
import { words } from "../words.ts";

const LABELS: readonly FlowLabel[] = ["private", "untrusted", "egress"];

export function DataFlow(): ReactNode {
  const { labels, servers } = useApp();
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [waiting, setWaiting] = useState(false);
  const bridge = useBridge();
  const store = useStore();
  const w = words.policy.labels;
  if (labels === null || servers === null) return null;
  if (servers.length === 0) return <Empty icon={Split} title={w.emptyTitle} text={w.empty} />;

  const set = async (
    server: string,
    tool: string | null,
    wanted: readonly FlowLabel[],
    loosens: boolean,
  ): Promise<void> => {
    setComplaint(null);
    setWaiting(loosens);
    const reply = await bridge.call("labels.set", { server, tool, labels: [...wanted] });
    setWaiting(false);
    if (!reply.ok) setComplaint(reply.error);
    store.refresh("labels");
  };
  return (
    <>
      <p className="flow-text">{w.text}</p>
      <ul className="flow-three">
        {LABELS.map((label) => (
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
              .map((one) => (
                <ToolRow key={one.tool ?? ""} view={labels} one={one} onSet={set} />
              ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function ToolRow(props: {
  view: LabelsView;
  one: LabelsView["tools"][number];
  onSet: (
    server: string,
    tool: string | null,
    wanted: readonly FlowLabel[],
    loosens: boolean,
  ) => Promise<void>;
}): ReactNode {
  const { server, tool, suggested } = props.one;
  const w = words.policy.labels;
  const of = (name: string | null): readonly FlowLabel[] =>
    props.view.labels.find((set) => set.server === server && set.tool === name)?.labels ?? [];
  const own = of(tool);
  const inherited = tool === null ? [] : of(null);
  return (
    <li className="policy-row flow-row">
      <span className="policy-what">
        {tool === null ? (
          w.wholeServer
        ) : (
          <code>
            <Shown text={tool} />
          </code>
        )}
      </span>
      <span className="flow-chips" role="group" aria-label={tool ?? w.wholeServer}>
        {LABELS.map((label) => {
          const isOn = own.includes(label);
          const isInherited = inherited.includes(label);
          const isGuess = !isOn && !isInherited && suggested.includes(label);
          return (
            <button
              key={label}
              type="button"
              className={`flow-chip${isGuess ? " is-guess" : ""}`}
              aria-pressed={isOn || isInherited}
              disabled={isInherited && !isOn}
              title={isInherited ? w.inherited : isGuess ? w.suggestedHint : w.hints[label]}
              onClick={() =>
                void props.onSet(
                  server,
                  tool,
                  isOn ? own.filter((other) => other !== label) : [...own, label],
                  isOn,
                )
              }
            >
              {w.short[label]}
              {isGuess && <span className="flow-guess">{w.suggested}</span>}
            </button>
          );
        })}
      </span>
    </li>
  );
}
