// What is wrong with this machine's set-up, and what to do about it.
import {
  CircleCheck,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  RefreshCw,
  TriangleAlert,
} from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Snippet } from "../parts/copy.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Screen } from "../parts/screen.tsx";
import { useStore } from "../state/context.tsx";
import type { Complaint, DoctorFinding, DoctorReport } from "../types.ts";
import { words } from "../words.ts";

const ICON: Record<DoctorFinding["state"], LucideIcon> = {
  ok: CircleCheck,
  warning: TriangleAlert,
  problem: OctagonX,
};
const WORST_FIRST: Record<DoctorFinding["state"], number> = { problem: 0, warning: 1, ok: 2 };

export function DoctorScreen(): ReactNode {
  const store = useStore();
  const [report, setReport] = useState<DoctorReport | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [busy, setBusy] = useState(true);
  const ask = useCallback(() => {
    void store.bridge.call("doctor.run", {}).then((reply) => {
      setBusy(false);
      setComplaint(reply.ok ? null : reply.error);
      if (reply.ok) setReport(reply.value);
      store.refresh("status");
    });
  }, [store]);
  useEffect(ask, [ask]);
  const run = (): void => {
    setBusy(true);
    ask();
  };
  const w = words.doctor;
  const findings = [...(report?.findings ?? [])].sort(
    (a, b) => WORST_FIRST[a.state] - WORST_FIRST[b.state],
  );
  return (
    <Screen
      title={w.title}
      text={w.subtitle}
      actions={
        <Button icon={RefreshCw} busy={busy} onClick={run}>
          {w.again}
        </Button>
      }
    >
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      <Summary report={report} />
      <ul className="doctor-checks">
        {findings.map((finding) => (
          <Finding key={finding.id} finding={finding} />
        ))}
      </ul>
    </Screen>
  );
}

function Summary(props: { report: DoctorReport | null }): ReactNode {
  const { report } = props;
  const w = words.doctor;
  if (report === null) {
    return (
      <p className="summary" role="status">
        <LoaderCircle className="spin" size={20} aria-hidden /> {w.checking}
      </p>
    );
  }
  const count = (state: DoctorFinding["state"]): number =>
    report.findings.filter((finding) => finding.state === state).length;
  const problems = count("problem");
  const warnings = count("warning");
  const tone = problems > 0 ? "problem" : warnings > 0 ? "warning" : "ok";
  const Icon = ICON[tone];
  return (
    <div className={`summary summary-${tone}`} role="status">
      <Icon size={22} strokeWidth={1.8} aria-hidden />
      <div>
        <strong>{tone === "ok" ? w.fine : w.found(problems, warnings)}</strong>
        <p>{tone === "ok" ? w.fineText : w.foundText}</p>
      </div>
    </div>
  );
}

function Finding(props: { finding: DoctorFinding }): ReactNode {
  const { title, state, note, remedy } = props.finding;
  const Icon = ICON[state];
  return (
    <li className={`doctor-check doctor-check-${state}`}>
      <Icon
        size={17}
        strokeWidth={1.9}
        className="doctor-check-icon"
        role="img"
        aria-label={words.doctor.state[state]}
      />
      <div className="doctor-check-body">
        <h2>{title}</h2>
        <p>{note}</p>
        {remedy !== null && <Snippet text={remedy} label={words.doctor.remedy} />}
      </div>
    </li>
  );
}
