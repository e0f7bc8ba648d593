// Testing a server that is there already.
import type { ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import type { ServerView } from "../types.ts";
import { words } from "../words.ts";
import { TestReportView, useTest } from "./test-report.tsx";

export function TestDialog(props: { server: ServerView; onClose: () => void }): ReactNode {
  const { report, complaint, run } = useTest(props.server.id);
  const w = words.servers.report;
  return (
    <Modal title={w.title(props.server.name)} onClose={props.onClose}>
      <div className="dialog-body">
        <TestReportView report={report} complaint={complaint} />
      </div>
      <div className="dialog-foot">
        <Button busy={report === null && complaint === null} onClick={run}>
          {w.again}
        </Button>
        <Button look="primary" onClick={props.onClose}>
          {words.common.done}
        </Button>
      </div>
    </Modal>
  );
}
