// The X-ray: every step by which a token came about, with what was sent, what came, and what was checked.
import { LoaderCircle, ScanLine } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { Modal } from "../parts/dialog.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, Flow } from "../types.ts";
import { words } from "../words.ts";
import { bundleOf, failedStep } from "./bundle.ts";
import { XrayStep } from "./xray-step.tsx";

export function XrayDialog(props: { id: string; onClose: () => void }): ReactNode {
  const { id } = props;
  const bridge = useBridge();
  const [flow, setFlow] = useState<Flow | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  useEffect(() => {
    let wanted = true;
    void bridge.call("flows.get", { id }).then((reply) => {
      if (!wanted) return;
      if (reply.ok) setFlow(reply.value);
      else setComplaint(reply.error);
    });
    return () => {
      wanted = false;
    };
  }, [bridge, id]);
  const w = words.xray;
  return (
    <Modal
      title={flow === null ? w.title : <Shown text={w.titleOf(flow.purpose)} />}
      onClose={props.onClose}
      wide
    >
      <div className="dialog-body">
        {flow === null && complaint === null && (
          <p className="test-head" role="status">
            <LoaderCircle className="spin" size={18} aria-hidden /> {w.loading}
          </p>
        )}
        {/* Not a fault: flows are kept in memory only, and the newest of them. */}
        {complaint?.code === "flow_unknown" ? (
          <Empty icon={ScanLine} title={complaint.sentence} text={complaint.advice} />
        ) : (
          complaint !== null && <ComplaintBox complaint={complaint} />
        )}
        {flow !== null && <Steps flow={flow} />}
      </div>
      <div className="dialog-foot">
        {flow !== null && <CopyButton text={bundleOf(flow)} word={w.copyJson} />}
        <Button look="primary" onClick={props.onClose}>
          {words.common.close}
        </Button>
      </div>
    </Modal>
  );
}

function Steps(props: { flow: Flow }): ReactNode {
  const { flow } = props;
  const failed = failedStep(flow);
  const w = words.xray;
  return (
    <>
      <ol className="xray-steps" aria-label={w.title}>
        {flow.steps.map((step, index) => (
          // A flow only grows at its end, and one id may come twice (a poll).
          // oxlint-disable-next-line react/no-array-index-key
          <XrayStep key={index} step={step} openAtFirst={index === failed} />
        ))}
      </ol>
      {flow.steps.length === 0 && <p className="faint">{w.none}</p>}
      {flow.state === "running" && (
        <p className="faint" role="status">
          {w.running}
        </p>
      )}
      <p className="xray-masked">{w.masked}</p>
    </>
  );
}
