// Connecting an agent: one click for an assistant on this machine; for others a name, then its credential, once.
import { type FormEvent, type ReactNode, useState } from "react";
import { useFlows } from "../shell/flows.ts";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { Complaint, ConnectTarget, Issued } from "../types.ts";
import { words } from "../words.ts";
import { Assistants } from "./assistants.tsx";
import { ConnectDialog } from "./connect-dialog.tsx";
import { IssuedDialog } from "./issued.tsx";
import { useTargets } from "./targets.ts";

export function AddAgent(props: { onClose: () => void }): ReactNode {
  const store = useStore();
  const { agents, servers } = useApp();
  const { addServer } = useFlows();
  const [targets] = useTargets();
  const [connecting, setConnecting] = useState<ConnectTarget | null>(null);
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [issued, setIssued] = useState<Issued | null>(null);
  const w = words.agents.form;
  const c = words.connect;

  if (connecting !== null) return <ConnectDialog target={connecting} onClose={props.onClose} />;
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
    <Modal title={w.title} onClose={props.onClose} wide>
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <Assistants
            targets={targets}
            hasServer={servers === null || servers.length > 0}
            onAddServer={() => {
              props.onClose();
              addServer();
            }}
            onConnect={setConnecting}
          />
          <section className="elsewhere" aria-labelledby="elsewhere-title">
            <h3 id="elsewhere-title">{c.elsewhere}</h3>
            <p className="elsewhere-text">{c.elsewhereText}</p>
            <div className="elsewhere-line">
              <Field label={w.name} error={tried && name.trim() === "" ? w.nameNeeded : null}>
                {(ids) => (
                  <TextInput
                    {...ids}
                    dir="auto"
                    maxLength={80}
                    placeholder={w.placeholder}
                    value={name}
                    onChange={(event) => setName(event.target.value)}
                  />
                )}
              </Field>
              <Button type="submit" busy={busy}>
                {busy ? w.submitting : w.submit}
              </Button>
            </div>
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
          </section>
          {complaint !== null && <ComplaintBox complaint={complaint} />}
        </div>
      </form>
    </Modal>
  );
}
