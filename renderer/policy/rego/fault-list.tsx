// What is wrong with a text, each fault with its place, one click away from it.
import { CircleAlert, CircleCheck, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { ComplaintBox, Notice } from "../../parts/notice.tsx";
import { words } from "../../words.ts";
import type { Fault } from "./rego-editor.tsx";
import type { Checked } from "./use-check.ts";

export function FaultList(props: { check: Checked; onGoTo: (fault: Fault) => void }): ReactNode {
  const { state, compiler, faults, complaint } = props.check;
  const w = words.rego;
  return (
    <div className="rego-check">
      {compiler === "missing" ? (
        <Notice
          tone="info"
          title={w.missingTitle}
          text={
            <>
              {w.missing} <code className="rego-command">{w.missingCommand}</code> {w.missingThen}
            </>
          }
        />
      ) : (
        <p className={`rego-state rego-state-${state}`} role="status">
          {state === "looking" ? (
            <LoaderCircle size={14} aria-hidden />
          ) : state === "fine" ? (
            <CircleCheck size={14} aria-hidden />
          ) : (
            <CircleAlert size={14} aria-hidden />
          )}
          {state === "looking" && w.checking}
          {state === "fine" && w.fine}
          {state === "faulty" && w.problems(faults.length)}
        </p>
      )}
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      {faults.length > 0 && (
        <ul id="rego-faults" className="rego-faults" aria-label={w.faults}>
          {faults.map((fault) => (
            <li key={`${fault.row}:${fault.column}:${fault.message}`}>
              <button type="button" onClick={() => props.onGoTo(fault)}>
                <strong>{fault.row === 0 ? w.whole : w.line(fault.row)}</strong>{" "}
                <bdi>{fault.message}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
