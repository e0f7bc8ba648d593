// What a local server wrote to its standard error. Its own words, so they stand in a marked box.
import { type ReactNode, useState } from "react";
import { usePolling } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { Modal } from "../parts/dialog.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, ServerView, StderrTail } from "../types.ts";
import { words } from "../words.ts";

export function StderrDialog(props: { server: ServerView; onClose: () => void }): ReactNode {
  const bridge = useBridge();
  const [tail, setTail] = useState<StderrTail | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  usePolling(() => {
    void bridge.call("servers.stderr", { id: props.server.id }).then((reply) => {
      if (reply.ok) setTail(reply.value);
      setComplaint(reply.ok ? null : reply.error);
    });
  }, 2000);
  const w = words.servers.stderrView;
  return (
    <Modal title={w.title(props.server.name)} text={w.text} onClose={props.onClose} wide>
      <div className="dialog-body">
        {complaint !== null && <ComplaintBox complaint={complaint} />}
        {tail?.lines.length === 0 && <p className="faint">{w.empty}</p>}
        {tail !== null && tail.lines.length > 0 && (
          <div className="untrusted">
            <div className="untrusted-bar">
              <span className="untrusted-name">{w.untrusted}</span>
            </div>
            <div className="stderr" tabIndex={0} role="log" aria-label={w.title(props.server.name)}>
              {tail.lines.map((line, index) => (
                // Lines have no id of their own, and only ever grow at the end.
                // oxlint-disable-next-line react/no-array-index-key
                <p key={index}>
                  <Shown text={line} />
                </p>
              ))}
            </div>
          </div>
        )}
      </div>
      <div className="dialog-foot">
        {tail !== null && tail.lines.length > 0 && (
          <CopyButton text={tail.lines.join("\n")} label={w.copy} />
        )}
        <Button look="primary" onClick={props.onClose}>
          {words.common.done}
        </Button>
      </div>
    </Modal>
  );
}
