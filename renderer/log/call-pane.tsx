// One call in full. What Countersign knows and what others claim stand apart and look different.
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useState } from "react";
import { clockTime, dayName } from "../lib/format.ts";
import { IconButton } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { OutcomeMark } from "../parts/outcome.tsx";
import { Shown } from "../parts/shown.tsx";
import { exactly } from "../parts/when.tsx";
import { useBridge } from "../state/context.tsx";
import type { CallDetail, Complaint, LogRow } from "../types.ts";
import { words } from "../words.ts";
import { Again } from "./again.tsx";
import { Arguments } from "./arguments.tsx";
import { Evidence } from "./evidence.tsx";
import { Facts } from "./facts.tsx";
import { FailedStepPart } from "./failed-step.tsx";
import { Permit } from "./permit.tsx";
import { Timeline } from "./timeline.tsx";

interface PaneProps {
  readonly id: string;
  /** The row in the log, which tells when the call went on. */
  readonly row: LogRow | null;
  readonly onClose: () => void;
  readonly onStep: (by: 1 | -1) => void;
}

interface Asked {
  readonly key: string;
  readonly call: CallDetail | null;
  readonly complaint: Complaint | null;
}

/** The call as the journal has it, asked for again when its row changes. */
function useCall(id: string, row: LogRow | null): Omit<Asked, "key"> {
  const bridge = useBridge();
  const [state, setState] = useState<Asked>({ key: "", call: null, complaint: null });
  const key = `${id} ${row?.outcome ?? ""} ${row?.count ?? 0}`;
  useEffect(() => {
    let wanted = true;
    void bridge.call("calls.get", { id }).then((reply) => {
      if (!wanted) return;
      setState({
        key,
        call: reply.ok ? reply.value : null,
        complaint: reply.ok ? null : reply.error,
      });
    });
    return () => {
      wanted = false;
    };
  }, [bridge, id, key]);
  // An answer about the call before must never stand under the name of this one.
  return state.key.startsWith(`${id} `) ? state : { call: null, complaint: null };
}

export function CallPane(props: PaneProps): ReactNode {
  const { call, complaint } = useCall(props.id, props.row);
  const shown = call ?? props.row;
  const w = words.log.detail;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    // React passes on what happens in a dialog above: its Escape closes the dialog alone.
    if (!event.currentTarget.contains(event.target as Node)) return;
    event.preventDefault();
    event.stopPropagation();
    props.onClose();
  };
  return (
    // Escape closes from anywhere inside; the buttons do the same for everyone else.
    <div className="call" onKeyDown={onKeyDown}>
      <div className="call-bar">
        {shown !== null && <OutcomeMark outcome={shown.outcome} badge />}
        {shown !== null && (
          <time
            className="call-time"
            dateTime={new Date(shown.at).toISOString()}
            title={exactly(shown.at)}
          >
            {dayName(shown.at)}, {clockTime(shown.at)}
          </time>
        )}
        <div className="call-buttons">
          <IconButton label={w.previous} icon={ChevronUp} onClick={() => props.onStep(-1)} />
          <IconButton label={w.next} icon={ChevronDown} onClick={() => props.onStep(1)} />
          <IconButton label={w.close} icon={X} onClick={props.onClose} />
        </div>
      </div>
      <div className="call-body" tabIndex={0} role="region" aria-label={w.label}>
        {shown !== null && <Headline row={shown} />}
        {complaint !== null && <ComplaintBox complaint={complaint} />}
        {shown !== null && (
          <>
            <Verdict row={shown} complaint={call?.complaint ?? null} />
            {call?.failed != null && <FailedStepPart failed={call.failed} />}
            <Timeline row={shown} />
            <Evidence row={shown} failed={call?.failed != null} />
            {call !== null && <Arguments call={call} />}
            {call !== null && <Again call={call} />}
            <Permit row={shown} />
            <Facts row={shown} />
            <section className="call-part">
              <h3>{w.evidence}</h3>
              <dl className="facts">
                {shown.inputHash !== null && (
                  <div>
                    <dt>{w.hash}</dt>
                    <dd>
                      <CopyLine text={shown.inputHash} label={words.common.copy} />
                    </dd>
                  </div>
                )}
                <div>
                  <dt>{w.id}</dt>
                  <dd>
                    <CopyLine text={shown.id} label={words.common.copy} />
                  </dd>
                </div>
                <div>
                  <dt>{w.seq}</dt>
                  <dd className="mono">{shown.seq}</dd>
                </div>
              </dl>
            </section>
          </>
        )}
      </div>
    </div>
  );
}

/** The tool is a claim of the agent, so it never stands as the app's own sentence. */
function Headline(props: { row: LogRow }): ReactNode {
  const { row } = props;
  const w = words.log.detail;
  const what = row.tool ?? row.method;
  return (
    <div className="call-headline">
      <h2>{what === null ? w.refusedAtDoor : <Shown text={what} />}</h2>
      <p>
        <strong>
          {row.agentName === null ? words.log.unknownAgent : <Shown text={row.agentName} />}
        </strong>
        {row.serverName !== null && (
          <>
            <span className="call-arrow" aria-label={w.sent}>
              →
            </span>
            <strong>
              <Shown text={row.serverName} />
            </strong>
          </>
        )}
        {row.permit?.route !== undefined && (
          <span className="call-route" title={w.route}>
            <Shown text={row.permit.route} />
          </span>
        )}
      </p>
    </div>
  );
}

function Verdict(props: { row: LogRow; complaint: Complaint | null }): ReactNode {
  const { row, complaint } = props;
  const w = words.log.detail;
  // A call that went well needs a word only where its answer held a key.
  if (row.outcome === "ok") {
    return row.detail === null ? null : (
      <div className="verdict verdict-warn">
        <p className="verdict-sentence">{row.detail}</p>
      </div>
    );
  }
  const tone = { denied: "bad", failed: "bad", "tool-error": "warn", "rpc-error": "warn" } as const;
  const looks = row.outcome in tone ? tone[row.outcome as keyof typeof tone] : "calm";
  return (
    <div className={`verdict verdict-${looks}`}>
      <p className="verdict-sentence">{complaint?.sentence ?? words.log.meaning[row.outcome]}</p>
      {complaint !== null && <p>{complaint.advice}</p>}
      {/* Where it is Countersign's own sentence, it stands above already. */}
      {row.detail !== null && row.detail !== complaint?.sentence && (
        <div className="claim">
          <span className="claim-from">
            {row.outcome === "denied" ? w.untrusted : w.fromServer}
          </span>
          <p className="claim-text">
            <Shown text={row.detail} layout />
          </p>
        </div>
      )}
      {row.code !== null && (
        <p className="verdict-code">
          <code>{row.code}</code>
        </p>
      )}
    </div>
  );
}
