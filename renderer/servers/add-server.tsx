// Adding a server: what it is, then at once whether it works, then what comes next.
import { type FormEvent, type ReactNode, useCallback, useState } from "react";
import { accountsOf } from "../identities/account-face.ts";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, Segments, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { Bridge } from "../bridge.ts";
import { EMPTY_ISSUER, toIssuerInput } from "../identities/issuer-draft.ts";
import type { AccountView, Complaint, Issuer, Reply, ServerView } from "../types.ts";
import { scopesOf } from "../lib/scopes.ts";
import { words } from "../words.ts";
import { EMPTY_API, withDocument } from "./api-draft.ts";
import { ApiFields } from "./api-fields.tsx";
import { type Draft, EMPTY_DRAFT, faultsOf, nameOf, toInput } from "./draft.ts";
import { useFinding } from "./finding.ts";
import { Steps } from "./finding-panel.tsx";
import { FirstSignIn, type SignInWish } from "./first-sign-in.tsx";
import { toRegistration } from "./found-draft.ts";
import { HttpFields } from "./http-fields.tsx";
import { isOAuthType, NEW_ISSUER, resourceOf } from "./oauth-draft.ts";
import { StdioFields } from "./stdio-fields.tsx";
import { TestReportView, useTest } from "./test-report.tsx";

const STAGES = ["development", "staging", "production"] as const;

export function AddServer(props: {
  /** Already in the form; nothing is asked about it until the person does. */
  url?: string;
  onClose: () => void;
  onAgent: () => void;
}): ReactNode {
  const store = useStore();
  const { accounts, issuers, status } = useApp();
  const [draft, setDraft] = useState<Draft>({
    ...EMPTY_DRAFT,
    http: { ...EMPTY_DRAFT.http, url: props.url ?? "" },
  });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [added, setAdded] = useState<ServerView | null>(null);
  const [signIn, setSignIn] = useState<SignInWish | null>(null);
  const signedIn = useCallback(() => setSignIn(null), []);
  const finding = useFinding();
  const w = words.servers.form;

  if (added !== null && signIn !== null) {
    return (
      <FirstSignIn name={added.name} wish={signIn} onDone={signedIn} onClose={props.onClose} />
    );
  }
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
    void add(store.bridge, draft, finding.newAttempt).then(({ reply, draft: now, issuer }) => {
      setBusy(false);
      if (!reply.ok) {
        // A registration that was made on the way is kept: the next try must not make another one.
        setDraft(now);
        if (now !== draft) store.refresh("issuers");
        return setComplaint(reply.error);
      }
      // What was typed is forgotten with this state: the key has no further business here.
      setDraft(EMPTY_DRAFT);
      const { pattern, oauth } = draft.http;
      const known = issuer ?? issuers?.find(({ id }) => id === oauth.issuer);
      const someone = known && accountsOf(accounts ?? [], known).some(isSignedIn);
      if (draft.kind !== "stdio" && pattern === "account" && known && someone === false) {
        const { proposal } = finding;
        const scopes = proposal?.signInScopes ?? scopesOf(oauth.scopes);
        setSignIn({ issuer: known, scopes, resource: resourceOf(oauth, draft.http.url) || null });
      }
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
              { value: "openapi", label: words.apis.kind },
              { value: "stdio", label: w.stdio },
            ]}
            onChange={(kind) => change({ kind })}
          />
          {draft.kind === "http" ? (
            <HttpFields
              draft={draft.http}
              stage={draft.stage}
              faults={faults}
              finding={finding}
              onChange={(part) => setDraft((now) => ({ ...now, http: { ...now.http, ...part } }))}
            />
          ) : draft.kind === "openapi" ? (
            <ApiFields
              draft={draft}
              stage={draft.stage}
              faults={faults}
              onRead={(document, preview) =>
                setDraft((now) =>
                  preview === null
                    ? { ...now, api: EMPTY_API }
                    : withDocument(now, document, preview),
                )
              }
              onPicked={(picked) => setDraft((now) => ({ ...now, api: { ...now.api, picked } }))}
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
          {busy && finding.steps.length > 0 && (
            <div className="finding">
              <Steps steps={finding.steps} busy={words.finding.registering} />
            </div>
          )}
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
  newAttempt: () => string,
): Promise<{ reply: Reply<ServerView>; draft: Draft; issuer: Issuer | null }> {
  const { oauth, pattern } = draft.http;
  const byItself = draft.kind === "http" ? toRegistration(draft.http, newAttempt()) : null;
  const byHand = isOAuthType(pattern) && oauth.issuer === NEW_ISSUER;
  if (draft.kind === "stdio" || (byItself === null && !byHand)) {
    return { reply: await bridge.call("servers.add", toInput(draft)), draft, issuer: null };
  }
  const made =
    byItself === null
      ? await bridge.call("issuers.add", toIssuerInput(oauth.newIssuer))
      : await bridge.call("issuers.register", byItself);
  if (!made.ok) return { reply: made, draft, issuer: null };
  const registered: Draft = {
    ...draft,
    http: {
      ...draft.http,
      // Its secret is in the app's keeping now.
      oauth: { ...oauth, issuer: made.value.id, newIssuer: EMPTY_ISSUER },
    },
  };
  const reply = await bridge.call("servers.add", toInput(registered));
  return { reply, draft: registered, issuer: made.value };
}

const isSignedIn = ({ state }: AccountView): boolean => state === "signed-in";

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
