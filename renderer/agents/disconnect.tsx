// The way back: undo puts the file back as it was; where it has changed since, our entries alone can go.
import { CircleCheck, LoaderCircle } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Confirm, Modal } from "../parts/dialog.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { useStore } from "../state/context.tsx";
import type { Complaint, ConnectTarget } from "../types.ts";
import { words } from "../words.ts";

const w = words.connect;

type State =
  | { readonly at: "working" }
  | { readonly at: "refused"; readonly complaint: Complaint }
  | { readonly at: "undone"; readonly agentRemoved: boolean }
  | { readonly at: "taken-out" };

/** Undoes at once; asked for by a button that says so. */
export function Disconnecting(props: { target: ConnectTarget; onClose: () => void }): ReactNode {
  const { target, onClose } = props;
  const store = useStore();
  const [state, setState] = useState<State>({ at: "working" });
  const begun = useRef(false);
  useEffect(() => {
    // Effects run twice in development; this one is not to be repeated.
    if (begun.current) return;
    begun.current = true;
    void store.bridge.call("connect.undo", { target: target.id }).then((reply) => {
      store.refreshLists();
      setState(
        reply.ok
          ? { at: "undone", agentRemoved: reply.value.agentRemoved }
          : { at: "refused", complaint: reply.error },
      );
    });
  }, [store, target.id]);
  const takeOut = (): void => {
    setState({ at: "working" });
    void store.bridge.call("connect.remove", { target: target.id }).then((reply) => {
      store.refreshLists();
      setState(reply.ok ? { at: "taken-out" } : { at: "refused", complaint: reply.error });
    });
  };
  const title = {
    working: `${w.undoing}…`,
    refused: w.disconnect(target.name),
    undone: w.undone,
    "taken-out": w.takenOut,
  }[state.at];
  return (
    <Modal title={title} onClose={onClose}>
      <div className="dialog-body connect">
        {state.at === "working" && (
          <p className="connect-wait">
            <LoaderCircle className="spin" size={15} aria-hidden /> {target.file}
          </p>
        )}
        {state.at === "refused" && <ComplaintBox complaint={state.complaint} />}
        {(state.at === "undone" || state.at === "taken-out") && (
          <p className="connect-done" role="status">
            <CircleCheck size={18} aria-hidden />
            <span>
              {state.at === "undone" ? w.undoneText : w.takenOutText}
              {state.at === "undone" && state.agentRemoved && ` ${w.agentGone}`}
            </span>
          </p>
        )}
      </div>
      <div className="dialog-foot">
        {state.at === "refused" && state.complaint.code === "config_undo_refused" && (
          <Button look="primary" onClick={takeOut}>
            {w.entriesOnly}
          </Button>
        )}
        <Button onClick={onClose}>{words.common.close}</Button>
      </div>
    </Modal>
  );
}

/** The same, asked first. */
export function Disconnect(props: { target: ConnectTarget; onClose: () => void }): ReactNode {
  const [agreed, setAgreed] = useState(false);
  if (agreed) return <Disconnecting {...props} />;
  return (
    <Confirm
      title={w.disconnectTitle(props.target.name)}
      text={w.disconnectText}
      action={w.undo}
      danger={false}
      stays
      onClose={props.onClose}
      run={() => {
        setAgreed(true);
        return Promise.resolve({ ok: true, value: null });
      }}
    />
  );
}
