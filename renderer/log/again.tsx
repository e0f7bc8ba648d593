// The same call once more: as a line for a shell, or, where it was one of the practice company, right away.
import { FlaskConical } from "lucide-react";
import { type ReactNode, useState } from "react";
import { curlOfCall } from "../lib/shell.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { LAB_TENANT } from "../parts/practice.tsx";
import { useApp, useBridge } from "../state/context.tsx";
import type { CallDetail, Complaint } from "../types.ts";
import { words } from "../words.ts";

export function Again(props: { call: CallDetail }): ReactNode {
  const { call } = props;
  const { status } = useApp();
  const w = words.log.again;
  const { serverName, tool, input, inputCut } = call;
  if (serverName === null || tool === null || status === null) return null;
  return (
    <section className="call-part" aria-labelledby="again-title">
      <h3 id="again-title">{w.title}</h3>
      {inputCut ? (
        <p className="faint">{w.cut}</p>
      ) : (
        <div className="again">
          <CopyButton
            text={curlOfCall(status.door, serverName, tool, input ?? "{}")}
            word={w.curl}
            label={w.curlLabel}
          />
          {call.tenant === LAB_TENANT && <InLab key={call.id} id={call.id} />}
          <p className="faint">{input?.includes(MASKED) === true ? w.fillIn : w.credential}</p>
        </div>
      )}
    </section>
  );
}

/** What the journal has in the place of a secret. */
const MASKED = "[redacted]";

function InLab(props: { id: string }): ReactNode {
  const bridge = useBridge();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.log.again;
  const run = (): void => {
    setBusy(true);
    setOutcome(null);
    setComplaint(null);
    void bridge.call("lab.again", { id: props.id }).then((reply) => {
      setBusy(false);
      if (reply.ok) setOutcome(reply.value.outcome);
      else setComplaint(reply.error);
    });
  };
  return (
    <>
      <Button small icon={FlaskConical} busy={busy} onClick={run}>
        {w.inLab}
      </Button>
      <p role="status" className={outcome === null ? "visually-hidden" : "again-outcome"}>
        {outcome !== null && w.done(outcome)}
      </p>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
    </>
  );
}
