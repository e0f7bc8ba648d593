// Adding a server: what it is, then at once whether it works, then what comes next.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, Segments, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { Bridge } from "../bridge.ts";
import { EMPTY_ISSUER, toIssuerInput } from "../identities/issuer-draft.ts";
import type { Complaint, Reply, ServerView } from "../types.ts";
import { words } from "../words.ts";
import { type Draft, EMPTY_DRAFT, faultsOf, nameOf, toInput } from "./draft.ts";
import { HttpFields } from "./http-fields.tsx";
import { isOAuthType, NEW_ISSUER } from "./oauth-draft.ts";
import { StdioFields } from "./stdio-fields.tsx";
import { TestReportView, useTest } from "./test-report.tsx";

const STAGES = ["development", "staging", "production"] as const;

export function AddServer(props: { onClose: () => void; onAgent: () => void }): ReactNode {
  const store = useStore();
  const { status } = useApp();
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [added, setAdded] = useState<ServerView | null>(null);
  const w = words.servers.form;

  if (added !== null)
    return <Added server={added} onClose={props.onClose} onAgent={props.onAgent} />;

  const faults = tried ? faultsOf(draft) : {};
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (busy) return;
    setTried(true);
    setComplaint(null);
    if (Object.keys(faultsOf(draft)).length > 0) {
      const form = event.currentTarget;
      // After the faults are marked: the first field with one is where the person goes on.
      requestAnimationFrame(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setBusy(true);
    void add(store.bridge, draft).then(({ reply, draft: now }) => {
      setBusy(false);
      if (!reply.ok) {
        // A registration that was made on the way is kept: the next try must not make another one.
        setDraft(now);
        if (now !== draft) store.refresh("issuers");
        return setComplaint(reply.error);
      }
      // What was typed is forgotten with this state: the key has no further business here.
      setDraft(EMPTY_DRAFT);
      store.refreshLists();
      store.refresh("issuers");
      setAdded(reply.value);
    });
  };
  const name = nameOf(draft);
  // Said at the stage as well: that is where the person either steps down or takes another pattern.
  const weak = complaint?.code === "pattern_too_weak";
  return (
    <Modal title={w.title} onClose={props.onClose}>
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <Segments
            label={w.kindLabel}
            hideLabel
            value={draft.kind}
            options={[
              { value: "http", label: w.http },
              { value: "stdio", label: w.stdio },
            ]}
            onChange={(kind) => change({ kind })}
          />
          {draft.kind === "http" ? (
            <HttpFields
              draft={draft.http}
              stage={draft.stage}
              faults={faults}
              onChange={(part) => setDraft((now) => ({ ...now, http: { ...now.http, ...part } }))}
            />
          ) : (
            <StdioFields
              draft={draft.stdio}
              faults={faults}
              onChange={(part) => setDraft((now) => ({ ...now, stdio: { ...now.stdio, ...part } }))}
            />
          )}
          <div className="field-row">
            <Field
              label={w.name}
              error={faults.name}
              hint={`${status?.door ?? ""}/mcp/${name || "…"}`}
            >
              {(ids) => (
                <TextInput
                  {...ids}
                  value={name}
                  maxLength={48}
                  onChange={(event) => change({ name: event.target.value, nameTouched: true })}
                />
              )}
            </Field>
            <Field
              label={w.stage}
              hint={weak ? undefined : words.patterns.ladder[draft.stage]}
              error={weak ? words.patterns.ladder[draft.stage] : null}
            >
              {({ id }) => (
                <Picker
                  id={id}
                  label={w.stage}
                  className="picker-field"
                  invalid={weak}
                  value={draft.stage}
                  choices={STAGES.map((value) => ({
                    value,
                    label: words.servers.stage[value],
                    text: words.patterns.ladder[value],
                  }))}
                  onChange={(value) => change({ stage: value as Draft["stage"] })}
                />
              )}
            </Field>
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

/** Registers at the issuer first where that was asked for. Gives the draft back as it then stands. */
async function add(
  bridge: Bridge,
  draft: Draft,
): Promise<{ reply: Reply<ServerView>; draft: Draft }> {
  const { oauth, pattern } = draft.http;
  if (draft.kind === "stdio" || !isOAuthType(pattern) || oauth.issuer !== NEW_ISSUER) {
    return { reply: await bridge.call("servers.add", toInput(draft)), draft };
  }
  const made = await bridge.call("issuers.add", toIssuerInput(oauth.newIssuer));
  if (!made.ok) return { reply: made, draft };
  const registered: Draft = {
    ...draft,
    http: {
      ...draft.http,
      // Its secret is in the app's keeping now.
      oauth: { ...oauth, issuer: made.value.id, newIssuer: EMPTY_ISSUER },
    },
  };
  return { reply: await bridge.call("servers.add", toInput(registered)), draft: registered };
}

function Added(props: { server: ServerView; onClose: () => void; onAgent: () => void }): ReactNode {
  const { agents } = useApp();
  const { report, complaint, run } = useTest(props.server.id);
  const w = words.servers.report;
  const running = report === null && complaint === null;
  // With an agent there already, it can call the new server at once: nothing more to do.
  const next = agents?.length === 0;
  return (
    <Modal title={w.addedTitle(props.server.name)} onClose={props.onClose}>
      <div className="dialog-body">
        <TestReportView report={report} complaint={complaint} afterAdd />
      </div>
      <div className="dialog-foot">
        {!running && report?.ok !== true && <Button onClick={run}>{w.again}</Button>}
        <Button look={next ? "plain" : "primary"} onClick={props.onClose}>
          {words.common.done}
        </Button>
        {next && (
          <Button look="primary" onClick={props.onAgent}>
            {w.next}
          </Button>
        )}
      </div>
    </Modal>
  );
}
