// Giving a server a new key in place of the old one.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, SecretInput, Segments } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { useStore } from "../state/context.tsx";
import type { Complaint, ServerView } from "../types.ts";
import { words } from "../words.ts";

export function ReplaceKey(props: { server: ServerView; onClose: () => void }): ReactNode {
  const { server } = props;
  const store = useStore();
  const names = server.kind === "stdio" ? Object.keys(server.secretEnv) : [];
  const [env, setEnv] = useState(names[0] ?? "");
  const [secret, setSecret] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.servers.replace;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (busy || secret === "") return;
    setBusy(true);
    const input = { id: server.id, secret, ...(server.kind === "stdio" ? { env } : {}) };
    void store.bridge.call("servers.replaceSecret", input).then((reply) => {
      setBusy(false);
      if (!reply.ok) return setComplaint(reply.error);
      setSecret("");
      store.refresh("servers");
      props.onClose();
    });
  };
  return (
    <Modal title={w.title(server.name)} text={w.text} onClose={props.onClose}>
      <form className="dialog-form" onSubmit={submit}>
        <div className="dialog-body">
          {names.length > 1 && (
            <Segments
              label={w.which}
              value={env}
              options={names.map((value) => ({ value, label: value }))}
              onChange={setEnv}
            />
          )}
          <Field
            label={names.length === 1 ? `${w.key} (${env})` : w.key}
            error={tried && secret === "" ? words.servers.form.keyNeeded : null}
          >
            {(ids) => (
              <SecretInput
                {...ids}
                autoFocus
                value={secret}
                onChange={(e) => setSecret(e.target.value)}
              />
            )}
          </Field>
          {complaint !== null && <ComplaintBox complaint={complaint} />}
        </div>
        <div className="dialog-foot">
          <Button onClick={props.onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {w.submit}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
