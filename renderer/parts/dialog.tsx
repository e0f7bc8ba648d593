// Dialogs: one for forms and reading, one that asks before something is taken away.
import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Complaint, Reply } from "../types.ts";
import { words } from "../words.ts";
import { Button } from "./button.tsx";
import { ComplaintBox } from "./notice.tsx";

interface ModalProps {
  readonly title: ReactNode;
  readonly text?: ReactNode;
  readonly onClose: () => void;
  /** False where closing by accident would lose something: no Escape, no click outside, no cross. */
  readonly dismissable?: boolean;
  readonly wide?: boolean | "editor";
  readonly children: ReactNode;
}

/** Mounted while open: closing it drops all that was typed into it. */
export function Modal(props: ModalProps): ReactNode {
  const { dismissable = true } = props;
  return (
    <Dialog.Root
      open
      disablePointerDismissal
      onOpenChange={(open) => {
        if (!open && dismissable) props.onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup
          className={`dialog${props.wide === "editor" ? " dialog-editor" : props.wide === true ? " dialog-wide" : ""}`}
        >
          <div className="dialog-head">
            <div>
              <Dialog.Title className="dialog-title">{props.title}</Dialog.Title>
              {props.text !== undefined && (
                <Dialog.Description className="dialog-text">{props.text}</Dialog.Description>
              )}
            </div>
            {dismissable && (
              <Dialog.Close className="icon-button" aria-label={words.common.close}>
                <X size={16} aria-hidden />
              </Dialog.Close>
            )}
          </div>
          {props.children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface ConfirmProps {
  readonly title: ReactNode;
  readonly text: string;
  readonly action: string;
  readonly cancel?: string;
  readonly danger?: boolean;
  readonly onClose: () => void;
  /** Stays open when it succeeds: something else takes its place. */
  readonly stays?: boolean;
  /** Closes the dialog when it succeeds, shows the complaint when it does not. */
  readonly run: () => Promise<Reply<unknown>>;
}

export function Confirm(props: ConfirmProps): ReactNode {
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const run = (): void => {
    setBusy(true);
    void props.run().then((reply) => {
      setBusy(false);
      if (!reply.ok) setComplaint(reply.error);
      else if (props.stays !== true) props.onClose();
    });
  };
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && props.onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="dialog dialog-small">
          <div className="dialog-head">
            <div>
              <AlertDialog.Title className="dialog-title">{props.title}</AlertDialog.Title>
              <AlertDialog.Description className="dialog-text">
                {props.text}
              </AlertDialog.Description>
            </div>
          </div>
          {complaint !== null && (
            <div className="dialog-body">
              <ComplaintBox complaint={complaint} />
            </div>
          )}
          {/* Cancel comes first, so Enter on an opened dialog takes nothing away. */}
          <div className="dialog-foot">
            <Button onClick={props.onClose}>{props.cancel ?? words.common.cancel}</Button>
            <Button look={props.danger === false ? "primary" : "danger"} busy={busy} onClick={run}>
              {props.action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
