// Connecting an agent: a name, then its credential, once.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { Complaint, Issued } from "../types.ts";
import { words } from "../words.ts";
import { IssuedDialog } from "./issued.tsx";

export function AddAgent(props: { onClose: () => void }): ReactNode {
  const store = useStore();
  const { agents } = useApp();
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [issued, setIssued] = useState<Issued | null>(null);
  const w = words.agents.form;

  if (issued !== null) return <IssuedDialog issued={issued} onClose={props.onClose} />;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (busy || name.trim() === "") return;
    setBusy(true);
    setComplaint(null);
    void store.bridge.call("agents.add", { name: name.trim() }).then((reply) => {
      setBusy(false);
      if (!reply.ok) return setComplaint(reply.error);
      store.refreshLists();
      setIssued(reply.value);
    });
  };
  const taken = new Set(agents?.map((agent) => agent.name));
  return (
    <Modal title={w.title} text={w.text} onClose={props.onClose}>
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <Field label={w.name} error={tried && name.trim() === "" ? w.nameNeeded : null}>
            {(ids) => (
              <TextInput
                {...ids}
                dir="auto"
                autoFocus
                maxLength={80}
                placeholder={w.placeholder}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <div className="chips" role="group" aria-label={w.suggestLabel}>
            {w.suggestions
              .filter((suggestion) => !taken.has(suggestion))
              .map((suggestion) => (
                <button
                  key={suggestion}
                  type="button"
                  className="chip"
                  onClick={() => setName(suggestion)}
                >
                  {suggestion}
                </button>
              ))}
          </div>
          {complaint !== null && <ComplaintBox complaint={complaint} />}
        </div>
        <div className="dialog-foot">
          <Button onClick={props.onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {busy ? w.submitting : w.submit}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
