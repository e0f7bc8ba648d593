// The newest flows: above all the ones that failed, which no call's evidence can lead to.
import { CircleAlert, CircleCheck, CircleX, LoaderCircle, ScanLine } from "lucide-react";
import { type ReactNode, useState } from "react";
import { usePolling } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { PracticeOf } from "../parts/practice.tsx";
import { Shown } from "../parts/shown.tsx";
import { When } from "../parts/when.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, Flow } from "../types.ts";
import { words } from "../words.ts";
import { XrayDialog } from "../xray/xray-dialog.tsx";

/** Flows are recorded without an event. */
const LOOK_MS = 3000;
const ICON = { ok: CircleCheck, remark: CircleAlert, failed: CircleX, running: LoaderCircle };

export function FlowsTab(): ReactNode {
  const bridge = useBridge();
  const [flows, setFlows] = useState<readonly Flow[] | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  usePolling(() => {
    void bridge.call("flows.list", {}).then((reply) => {
      setComplaint(reply.ok ? null : reply.error);
      if (reply.ok) setFlows(reply.value);
    });
  }, LOOK_MS);
  const w = words.identities.flows;
  return (
    <>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      {flows === null && <WaitingList />}
      {flows?.length === 0 && <Empty icon={ScanLine} title={w.emptyTitle} text={w.emptyText} />}
      {flows !== null && flows.length > 0 && (
        <ul className="card flows">
          {flows.map((flow) => (
            <FlowLine key={flow.id} flow={flow} onOpen={() => setOpen(flow.id)} />
          ))}
        </ul>
      )}
      {open !== null && <XrayDialog id={open} onClose={() => setOpen(null)} />}
    </>
  );
}

function FlowLine(props: { flow: Flow; onOpen: () => void }): ReactNode {
  const { flow } = props;
  const w = words.identities.flows;
  const Icon = ICON[flow.state];
  const failed = flow.steps.find((step) => step.state === "failed");
  return (
    <li className={`flow flow-${flow.state}`}>
      <Icon
        size={17}
        role="img"
        aria-label={words.xray.flowState[flow.state]}
        className={flow.state === "running" ? "spin" : ""}
      />
      <div className="flow-what">
        <p>
          <Shown text={flow.purpose} /> <PracticeOf tenant={flow.tenant} />
        </p>
        <p className="faint">
          <When instant={new Date(flow.at).toISOString()} /> ·{" "}
          {failed === undefined
            ? words.xray.stepCount(flow.steps.length)
            : w.failedAt(words.xray.steps[failed.id] ?? failed.id)}
        </p>
      </div>
      <Button small icon={ScanLine} onClick={props.onOpen} aria-label={w.openFor(flow.purpose)}>
        {w.open}
      </Button>
    </li>
  );
}
