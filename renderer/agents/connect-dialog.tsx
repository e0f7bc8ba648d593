// One assistant: what would change in its file, then that it was written, with the way back.
import { CircleCheck, LoaderCircle } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { ComplaintBox, Notice } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { Complaint, ConnectPreview, ConnectTarget, OutputOf } from "../types.ts";
import { words } from "../words.ts";
import { PlainKeys } from "./assistants.tsx";
import { Diff } from "./diff.tsx";
import { Disconnecting } from "./disconnect.tsx";

const w = words.connect;
type Written = OutputOf<"connect.write">;

export function ConnectDialog(props: { target: ConnectTarget; onClose: () => void }): ReactNode {
  const { target, onClose } = props;
  const store = useStore();
  const [shown, setShown] = useState<ConnectPreview | null>(null);
  const [moved, setMoved] = useState(false);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [written, setWritten] = useState<Written | null>(null);

  const look = useCallback((): void => {
    void store.bridge.call("connect.preview", { target: target.id }).then((reply) => {
      if (reply.ok) setShown(reply.value);
      else {
        setShown(null);
        setComplaint(reply.error);
      }
    });
  }, [store, target.id]);
  useEffect(look, [look]);

  const write = (): void => {
    if (shown === null) return;
    setBusy(true);
    setComplaint(null);
    const wish = { target: target.id, revision: shown.revision };
    void store.bridge.call("connect.write", wish).then((reply) => {
      setBusy(false);
      if (reply.ok) {
        store.refreshLists();
        return setWritten(reply.value);
      }
      if (reply.error.code !== "config_changed") return setComplaint(reply.error);
      // Nobody agrees to what they have not seen.
      setMoved(true);
      look();
    });
  };

  if (written !== null) return <Done target={target} written={written} onClose={onClose} />;
  return (
    <Modal title={w.title(target.name)} onClose={onClose} wide>
      <div className="dialog-body connect">
        {moved && <Notice tone="warning" title={w.moved} text={w.movedText} />}
        {shown === null && complaint === null && (
          <p className="connect-wait">
            <LoaderCircle className="spin" size={15} aria-hidden /> {w.preparing}…
          </p>
        )}
        {shown !== null && <Change shown={shown} />}
        {complaint !== null && <ComplaintBox complaint={complaint} />}
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>{words.common.cancel}</Button>
        {shown !== null && (
          <Button look="primary" busy={busy} onClick={write}>
            {busy ? w.writing : w.write}
          </Button>
        )}
      </div>
    </Modal>
  );
}

function Change(props: { shown: ConnectPreview }): ReactNode {
  const { shown } = props;
  const { agent } = shown;
  const servers = shown.entries.filter(({ change }) => change !== "remove");
  return (
    <>
      <dl className="item-facts connect-facts">
        <div>
          <dt>{w.file}</dt>
          <dd>
            <code>{shown.file}</code>
            {!shown.exists && <span className="badge badge-accent">{w.newFile}</span>}
          </dd>
        </div>
        {shown.linkedTo !== null && (
          <div>
            <dt>{w.linkedTo}</dt>
            <dd>
              <code>{shown.linkedTo}</code>
            </dd>
          </div>
        )}
        <div>
          <dt>{w.agent}</dt>
          <dd>
            <Shown text={(agent.id === null ? w.agentNew : w.agentAgain)(agent.name)} />
          </dd>
        </div>
        <div>
          <dt>{w.servers}</dt>
          <dd>{servers.map(({ server }) => server).join(", ")}</dd>
        </div>
        {shown.backup !== null && (
          <div>
            <dt>{w.backup}</dt>
            <dd>
              <code>{shown.backup}</code>
            </dd>
          </div>
        )}
      </dl>
      {shown.looseMode !== null && (
        <Notice tone="warning" title={w.looseTitle} text={w.looseText(shown.looseMode)} />
      )}
      {shown.linkedTo !== null && <Notice tone="warning" title={w.linkTitle} text={w.linkText} />}
      <div>
        <h3>{w.change}</h3>
        {shown.diff === "" ? (
          <p className="faint">{w.nothing}</p>
        ) : (
          <>
            <Diff text={shown.diff} label={w.change} />
            <p className="diff-legend">{w.legend}</p>
          </>
        )}
      </div>
      <PlainKeys names={shown.plainKeys} />
    </>
  );
}

function Done(props: { target: ConnectTarget; written: Written; onClose: () => void }): ReactNode {
  const { target, written, onClose } = props;
  const [undoing, setUndoing] = useState(false);
  if (undoing) return <Disconnecting target={target} onClose={onClose} />;
  return (
    <Modal title={w.done(target.name)} onClose={onClose} wide>
      <div className="dialog-body connect">
        <p className="connect-done" role="status">
          <CircleCheck size={18} aria-hidden />
          <span>{w.doneText(target.name)}</span>
        </p>
        <dl className="item-facts connect-facts">
          <div>
            <dt>{w.writtenTo}</dt>
            <dd>
              <code>{written.file}</code>
            </dd>
          </div>
          <div>
            <dt>{w.agent}</dt>
            <dd>
              <Shown text={written.agentName} />
            </dd>
          </div>
          <div>
            <dt>{w.servers}</dt>
            <dd>{written.entries.join(", ")}</dd>
          </div>
          {written.backup !== null && (
            <div>
              <dt>{w.backup}</dt>
              <dd>
                <code>{written.backup}</code>
              </dd>
            </div>
          )}
        </dl>
      </div>
      <div className="dialog-foot">
        <Button onClick={() => setUndoing(true)}>{w.undo}</Button>
        <Button look="primary" autoFocus onClick={onClose}>
          {w.close}
        </Button>
      </div>
    </Modal>
  );
}
