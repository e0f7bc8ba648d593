// A dialog with a form: it asks the app once, shows what the app has to say, and goes to the first fault.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { Modal } from "./dialog.tsx";
import { ComplaintBox } from "./notice.tsx";
import type { Complaint, Reply } from "../types.ts";
import { words } from "../words.ts";

export function FormDialog(props: {
  title: ReactNode;
  text: string;
  submit: string;
  submitting: string;
  /** What is waited for meanwhile, where that is not plain. */
  waiting?: string;
  /** False while a field is wrong; asked when the person presses the button, from when on faults are shown. */
  fits: boolean;
  onTried: () => void;
  onClose: () => void;
  run: () => Promise<Reply<unknown>>;
  children: ReactNode;
}): ReactNode {
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    // A form in a dialog above another form is no part of it, though React passes the event on.
    event.stopPropagation();
    if (busy) return;
    props.onTried();
    setComplaint(null);
    if (!props.fits) {
      const form = event.currentTarget;
      requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setBusy(true);
    void props.run().then((reply) => {
      setBusy(false);
      if (!reply.ok) setComplaint(reply.error);
    });
  };
  return (
    <Modal title={props.title} text={props.text} onClose={props.onClose}>
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          {props.children}
          {complaint !== null && <ComplaintBox complaint={complaint} />}
          {busy && props.waiting !== undefined && (
            <p className="field-hint" role="status">
              {props.waiting}
            </p>
          )}
        </div>
        <div className="dialog-foot">
          <Button onClick={props.onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {busy ? props.submitting : props.submit}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
