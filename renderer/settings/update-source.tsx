// Where updates are looked for: an address and a publisher's key, which count only after the yes in the window that asks.
import { FileKey2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { FormDialog } from "../parts/form-dialog.tsx";
import { Field, TextArea, TextInput } from "../parts/field.tsx";
import { FileChooser } from "../parts/file-chooser.tsx";
import { useBridge } from "../state/context.tsx";
import type { Reply, UpdatesView } from "../types.ts";
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
  const f = words.updates.form;

  const run = async (): Promise<Reply<UpdatesView>> => {
    const reply = await bridge.call("updates.setSource", { url: url.trim(), key: key.trim() });
    if (reply.ok) {
      props.onDone(reply.value);
      props.onClose();
    }
    return reply;
  };
  const choose = (chosen: File | null): void => {
    setFile(chosen?.name ?? null);
    void chosen?.slice(0, MOST_KEY).text().then(setKey);
  };
  return (
    <FormDialog
      title={f.title}
      text={f.text}
      submit={f.use}
      submitting={f.use}
      waiting={f.waiting}
      // What an address and a key must be is the core's to say.
      fits
      onTried={() => undefined}
      onClose={props.onClose}
      run={run}
    >
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
    </FormDialog>
  );
}
