// Where updates are looked for: an address and a publisher's key, which count only after the yes in the window that asks.
import { FileKey2 } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, TextArea, TextInput } from "../parts/field.tsx";
import { FileChooser } from "../parts/file-chooser.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, UpdatesView } from "../types.ts";
import { words } from "../words.ts";

/** The contract's largest. */
const MOST_KEY = 4096;

export function UpdateSource(props: {
  onClose: () => void;
  onDone: (view: UpdatesView) => void;
}): ReactNode {
  const bridge = useBridge();
  const [url, setUrl] = useState("");
  const [key, setKey] = useState("");
  const [file, setFile] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const f = words.updates.form;

  const submit = async (): Promise<void> => {
    setBusy(true);
    setComplaint(null);
    const reply = await bridge.call("updates.setSource", { url: url.trim(), key: key.trim() });
    setBusy(false);
    if (!reply.ok) return setComplaint(reply.error);
    props.onDone(reply.value);
    props.onClose();
  };
  const choose = (chosen: File | null): void => {
    setFile(chosen?.name ?? null);
    void chosen?.slice(0, MOST_KEY).text().then(setKey);
  };
  return (
    <Modal title={f.title} text={f.text} onClose={props.onClose}>
      <form
        className="dialog-form"
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        <div className="dialog-body">
          <Field label={f.url} hint={f.urlHint}>
            {(ids) => (
              <TextInput
                {...ids}
                className="mono"
                placeholder="https://releases.example/countersign.json"
                value={url}
                onChange={(event) => setUrl(event.target.value)}
              />
            )}
          </Field>
          <Field label={f.key} hint={f.keyHint}>
            {(ids) => (
              <TextArea
                {...ids}
                rows={3}
                value={key}
                onChange={(event) => setKey(event.target.value)}
              />
            )}
          </Field>
          <Field label={f.keyFile} optional>
            {(ids) => (
              <FileChooser
                ids={ids}
                icon={FileKey2}
                accept=".pem,.pub,.txt"
                text={f.chooseFile}
                chosen={file}
                onChoose={choose}
              />
            )}
          </Field>
          {complaint !== null && <ComplaintBox complaint={complaint} />}
          {busy && (
            <p className="field-hint" role="status">
              {f.waiting}
            </p>
          )}
        </div>
        <div className="dialog-foot">
          <Button onClick={props.onClose}>{words.common.cancel}</Button>
          <Button look="primary" type="submit" busy={busy}>
            {f.use}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
