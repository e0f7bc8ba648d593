// Adding a policy of one's own. It is in force only after the person's yes in the window that asks.
import { type FormEvent, type ReactNode, useState } from "react";
import { toBase64 } from "../lib/base64.ts";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint } from "../types.ts";
import { words } from "../words.ts";
import { PolicyFields, type PolicyMode } from "./policy-fields.tsx";

export function AddPolicy(props: { onClose: () => void }): ReactNode {
  const bridge = useBridge();
  const [kind, setKind] = useState<"file" | "server">("file");
  const [mode, setMode] = useState<PolicyMode>("join");
  const [name, setName] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [url, setUrl] = useState("");
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.ownPolicy;
  const f = w.form;

  const submit = async (): Promise<void> => {
    const source =
      kind === "server"
        ? ({ type: "server", url: url.trim(), ...(token !== "" && { token }) } as const)
        : file === null
          ? null
          : ({
              type: "file",
              origin: file.name,
              base64: toBase64(new Uint8Array(await file.arrayBuffer())),
            } as const);
    if (source === null) return;
    setBusy(true);
    setComplaint(null);
    const reply = await bridge.call("policy.install", { name: name.trim(), mode, source });
    setBusy(false);
    setToken("");
    if (reply.ok) props.onClose();
    else setComplaint(reply.error);
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
          <Field label={f.kind}>
            {({ id }) => (
              <Picker
                id={id}
                label={f.kind}
                value={kind}
                choices={(["file", "server"] as const).map((one) => ({
                  value: one,
                  label: f.kinds[one][0],
                  text: f.kinds[one][1],
                }))}
                onChange={(value) => setKind(value as "file" | "server")}
              />
            )}
          </Field>
          {kind === "file" ? (
            <Field label={w.file}>
              {(ids) => (
                <input
                  {...ids}
                  type="file"
                  accept=".gz,.tgz,.wasm,.rego"
                  onChange={(event) => setFile(event.target.files?.[0] ?? null)}
                />
              )}
            </Field>
          ) : (
            <>
              <Field label={f.url}>
                {(ids) => (
                  <TextInput
                    {...ids}
                    className="mono"
                    placeholder={f.urlPlaceholder}
                    value={url}
                    onChange={(event) => setUrl(event.target.value)}
                  />
                )}
              </Field>
              <Field label={f.token} optional>
                {(ids) => (
                  <TextInput
                    {...ids}
                    type="password"
                    autoComplete="off"
                    value={token}
                    onChange={(event) => setToken(event.target.value)}
                  />
                )}
              </Field>
            </>
          )}
          <PolicyFields name={name} mode={mode} onName={setName} onMode={setMode} />
          {complaint !== null && <ComplaintBox complaint={complaint} />}
          {busy && <p className="field-hint">{f.waiting}</p>}
        </div>
        <div className="dialog-foot">
          <Button onClick={props.onClose}>{words.common.cancel}</Button>
          <Button look="primary" type="submit" busy={busy}>
            {f.add}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
