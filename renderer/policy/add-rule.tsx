// Making a rule. One that allows something waits for the person's yes in the window that asks.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { Complaint, Rule } from "../types.ts";
import { words } from "../words.ts";
import { RehearsalResult, useRehearsal } from "./rehearsal.tsx";

export function AddRule(props: { onClose: () => void }): ReactNode {
  const store = useStore();
  const { agents, servers } = useApp();
  const [effect, setEffect] = useState<Rule["effect"]>("allow");
  const [agent, setAgent] = useState("");
  const [server, setServer] = useState("");
  const [tool, setTool] = useState("");
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.policy.form;

  const tenant = (
    servers?.find((one) => one.id === server) ?? agents?.find((one) => one.id === agent)
  )?.tenant;
  const wish = {
    ...(tenant !== undefined && { tenant }),
    effect,
    agent: agent === "" ? null : agent,
    server: server === "" ? null : server,
    tool: tool.trim() === "" ? null : tool.trim(),
  };
  const tried = useRehearsal({ type: "add-rule", ...wish });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setComplaint(null);
    void store.bridge
      .call("rules.add", { ...wish, note: note.trim() === "" ? null : note.trim() })
      .then((reply) => {
        setBusy(false);
        if (!reply.ok) return setComplaint(reply.error);
        store.refresh("rules");
        props.onClose();
      });
  };
  const choices = (
    all: readonly { readonly id: string; readonly name: string }[] | null,
    any: string,
  ) => [
    { value: "", label: any },
    ...(all ?? []).map((one) => ({ value: one.id, label: one.name })),
  ];
  return (
    <Modal title={w.title} text={w.text} onClose={props.onClose}>
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <Field label={w.effect}>
            {({ id }) => (
              <Picker
                id={id}
                label={w.effect}
                value={effect}
                choices={(["allow", "ask", "deny"] as const).map((one) => ({
                  value: one,
                  label: w.effects[one][0],
                  text: w.effects[one][1],
                }))}
                onChange={(value) => setEffect(value as Rule["effect"])}
              />
            )}
          </Field>
          <Field label={w.agent}>
            {({ id }) => (
              <Picker
                id={id}
                label={w.agent}
                value={agent}
                choices={choices(agents, words.policy.anyAgent)}
                onChange={setAgent}
              />
            )}
          </Field>
          <Field label={w.server}>
            {({ id }) => (
              <Picker
                id={id}
                label={w.server}
                value={server}
                choices={choices(servers, words.policy.anyServer)}
                onChange={setServer}
              />
            )}
          </Field>
          <Field label={w.tool} hint={w.toolHint} optional>
            {(ids) => (
              <TextInput
                {...ids}
                className="mono"
                maxLength={256}
                placeholder={w.toolPlaceholder}
                value={tool}
                onChange={(event) => setTool(event.target.value)}
              />
            )}
          </Field>
          <Field label={w.note} optional>
            {(ids) => (
              <TextInput
                {...ids}
                dir="auto"
                maxLength={80}
                value={note}
                onChange={(event) => setNote(event.target.value)}
              />
            )}
          </Field>
          <RehearsalResult tried={tried} />
          {complaint !== null && <ComplaintBox complaint={complaint} />}
          {busy && effect === "allow" && <p className="field-hint">{w.waiting}</p>}
        </div>
        <div className="dialog-foot">
          <Button onClick={props.onClose}>{words.common.cancel}</Button>
          <Button look="primary" type="submit" busy={busy}>
            {w.add}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
