// Whether a server works, step by step.
import { Check, CircleCheck, CircleX, LoaderCircle, type LucideIcon, Minus, X } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { duration } from "../lib/format.ts";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, TestReport, TestStep } from "../types.ts";
import { words } from "../words.ts";

const TOOLS_SHOWN = 16;
const ICON: Record<TestStep["state"], LucideIcon> = { ok: Check, failed: X, skipped: Minus };

export interface Test {
  readonly report: TestReport | null;
  /** Why it could not even be tried. */
  readonly complaint: Complaint | null;
  readonly run: () => void;
}

/** Tests the server at once, and again on demand. */
export function useTest(id: string): Test {
  const bridge = useBridge();
  const [round, setRound] = useState(0);
  const key = `${id} ${round}`;
  const [state, setState] = useState<Omit<Test, "run"> & { key: string }>({
    key: "",
    report: null,
    complaint: null,
  });
  useEffect(() => {
    let wanted = true;
    void bridge.call("servers.test", { id }).then((reply) => {
      if (!wanted) return;
      setState({
        key,
        report: reply.ok ? reply.value : null,
        complaint: reply.ok ? null : reply.error,
      });
    });
    return () => {
      wanted = false;
    };
  }, [bridge, id, key]);
  const run = useCallback(() => setRound((n) => n + 1), []);
  // The result of the round before says nothing about this one.
  const { report, complaint } = state.key === key ? state : { report: null, complaint: null };
  return { report, complaint, run };
}

export function TestReportView(props: {
  report: TestReport | null;
  complaint: Complaint | null;
  afterAdd?: boolean;
}): ReactNode {
  const { report, complaint } = props;
  const w = words.servers.report;
  if (report === null) {
    return complaint === null ? (
      <p className="test-head" role="status">
        <LoaderCircle className="spin" size={18} aria-hidden /> {w.running}
      </p>
    ) : (
      <ComplaintBox complaint={complaint} />
    );
  }
  return (
    <div className="test">
      <p className={`test-head ${report.ok ? "test-good" : "test-bad"}`} role="status">
        {report.ok ? <CircleCheck size={18} aria-hidden /> : <CircleX size={18} aria-hidden />}
        {report.ok ? w.ok : w.failed}
      </p>
      <ol className="test-steps" aria-label={w.steps}>
        {report.steps.map((step) => {
          const Icon = ICON[step.state];
          return (
            <li key={step.title} className={`test-step test-step-${step.state}`}>
              <span className="test-mark">
                <Icon size={13} strokeWidth={2.6} aria-hidden />
                <span className="visually-hidden">{w.step[step.state]}: </span>
              </span>
              <div>
                <p>{step.title}</p>
                {step.note !== "" && (
                  <p className="test-note">
                    <Shown text={step.note} />
                  </p>
                )}
              </div>
              <span className="test-ms">{step.state === "skipped" ? "" : duration(step.ms)}</span>
            </li>
          );
        })}
      </ol>
      {report.complaint !== null && <ComplaintBox complaint={report.complaint} />}
      {!report.ok && props.afterAdd === true && <p className="faint">{w.failedAfterAdd}</p>}
      {report.tools.length > 0 && <Tools tools={report.tools} />}
    </div>
  );
}

/** Names are the server's own words: shown as text, cut, never more than a handful. */
function Tools(props: { tools: readonly string[] }): ReactNode {
  const w = words.servers.report;
  const more = props.tools.length - TOOLS_SHOWN;
  return (
    <div className="tools">
      <h3>{w.tools(props.tools.length)}</h3>
      <ul>
        {props.tools.slice(0, TOOLS_SHOWN).map((tool) => (
          <li key={tool} title={tool}>
            <Shown text={tool} />
          </li>
        ))}
        {more > 0 && <li className="tools-more">{w.moreTools(more)}</li>}
      </ul>
    </div>
  );
}
