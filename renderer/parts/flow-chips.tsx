// The labels of one tool or of a whole server, as buttons: what is set, what the whole server has, what the name suggests.
import { type ReactNode, useState } from "react";
import { useBridge, useStore } from "../state/context.tsx";
import type { Complaint, FlowLabel, LabelsView } from "../types.ts";
import { words } from "../words.ts";

export const FLOW_LABELS: readonly FlowLabel[] = ["private", "untrusted", "egress"];

export type SetLabels = (
  server: string,
  tool: string | null,
  wanted: readonly FlowLabel[],
  /** One label less: the person is asked on the surface that asks. */
  loosens: boolean,
) => Promise<void>;

/** Sets labels, and says whether an answer is waited for and what went wrong. */
export function useLabelSetter(): {
  readonly set: SetLabels;
  readonly waiting: boolean;
  readonly complaint: Complaint | null;
} {
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [waiting, setWaiting] = useState(false);
  const bridge = useBridge();
  const store = useStore();
  return {
    waiting,
    complaint,
    async set(server, tool, wanted, loosens) {
      setComplaint(null);
      setWaiting(loosens);
      const reply = await bridge.call("labels.set", { server, tool, labels: [...wanted] });
      setWaiting(false);
      if (!reply.ok) setComplaint(reply.error);
      store.refresh("labels");
    },
  };
}

export function FlowChips(props: {
  view: LabelsView;
  server: string;
  /** Null: the whole server. */
  tool: string | null;
  suggested: readonly FlowLabel[];
  onSet: SetLabels;
}): ReactNode {
  const { view, server, tool, suggested, onSet } = props;
  const w = words.policy.labels;
  const of = (name: string | null): readonly FlowLabel[] =>
    view.labels.find((set) => set.server === server && set.tool === name)?.labels ?? [];
  const own = of(tool);
  const inherited = tool === null ? [] : of(null);
  return (
    <span className="flow-chips" role="group" aria-label={tool ?? w.wholeServer}>
      {FLOW_LABELS.map((label) => {
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
              void onSet(
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
  );
}
