// Signing a person in: on the issuer's own page, in the person's own browser here or on another device.
import { type FormEvent, type ReactNode, useState } from "react";
import { scopesFit, scopesOf } from "../lib/scopes.ts";
import { isHttpUrl } from "../lib/names.ts";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, Segments, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { AccountView, Complaint, Issuer } from "../types.ts";
import { words } from "../words.ts";
import { whoIs } from "./account-face.ts";
import { type Begun, SignInWait, useSignIn } from "./sign-in-wait.tsx";

/** The registration that an account came by, or the only one there is. */
function firstIssuer(issuers: readonly Issuer[], account: AccountView | null): Issuer | undefined {
  if (account === null) return issuers.length === 1 ? issuers[0] : undefined;
  return issuers.find(
    (one) =>
      one.tenant === account.tenant &&
      one.issuer === account.issuer &&
      one.clientId === account.clientId,
  );
}

export function SignIn(props: { account: AccountView | null; onClose: () => void }): ReactNode {
  const { account } = props;
  const store = useStore();
  const { issuers } = useApp();
  const all = issuers ?? [];
  const [issuerId, setIssuerId] = useState(() => firstIssuer(all, account)?.id ?? "");
  const [scopes, setScopes] = useState(() => account?.scopes.join(" ") ?? "openid");
  const [resource, setResource] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [where, setWhere] = useState<"here" | "device">("here");
  const [begun, setBegun] = useState<Begun | null>(null);
  const w = words.identities.accounts.form;
  const issuer = all.find(({ id }) => id === issuerId);
  const title = account === null ? w.title : <Shown text={w.againTitle(whoIs(account).who)} />;
  const resourceFits = resource.trim() === "" || isHttpUrl(resource.trim());

  if (begun !== null) {
    const again = (): void => setBegun(null);
    return <Waiting title={title} begun={begun} onAgain={again} onClose={props.onClose} />;
  }

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    setComplaint(null);
    if (busy || issuer === undefined || !scopesFit(scopes) || !resourceFits) return;
    setBusy(true);
    const input = {
      issuer: issuer.id,
      scopes: scopesOf(scopes),
      resource: resource.trim() === "" ? null : resource.trim(),
      account: account?.id ?? null,
    };
    const method = where === "here" ? "accounts.signIn" : "accounts.signInDevice";
    void store.bridge.call(method, input).then((reply) => {
      setBusy(false);
      if (!reply.ok) return setComplaint(reply.error);
      setBegun({ ...reply.value, issuer });
    });
  };
  return (
    <Modal title={title} text={w.text} onClose={props.onClose}>
      <form className="dialog-form" onSubmit={submit} noValidate>
        <div className="dialog-body">
          <Field
            label={w.issuer}
            error={tried && issuer === undefined ? words.common.choose : null}
          >
            {({ id }) => (
              <Picker
                id={id}
                label={w.issuer}
                className="picker-field"
                invalid={tried && issuer === undefined}
                value={issuerId}
                placeholder={words.common.choose}
                choices={all.map((one) => ({ value: one.id, label: one.name, text: one.issuer }))}
                onChange={setIssuerId}
              />
            )}
          </Field>
          <div className="field">
            <Segments
              label={w.where}
              value={where}
              options={(["here", "device"] as const).map((value) => ({
                value,
                label: w.places[value],
              }))}
              onChange={setWhere}
            />
            <p className="field-hint">{w.placesHint[where]}</p>
          </div>
          <Field
            label={w.scopes}
            optional
            hint={w.scopesHint}
            error={tried && !scopesFit(scopes) ? w.scopesInvalid : null}
          >
            {(ids) => (
              <TextInput
                {...ids}
                className="mono"
                value={scopes}
                onChange={(event) => setScopes(event.target.value)}
              />
            )}
          </Field>
          <Field
            label={w.resource}
            optional
            hint={w.resourceHint}
            error={tried && !resourceFits ? w.resourceInvalid : null}
          >
            {(ids) => (
              <TextInput
                {...ids}
                className="mono"
                inputMode="url"
                value={resource}
                onChange={(event) => setResource(event.target.value)}
              />
            )}
          </Field>
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

/** Closing it while somebody is away gives the sign-in up: what comes back later is not taken. */
function Waiting(props: {
  title: ReactNode;
  begun: Begun;
  onAgain: () => void;
  onClose: () => void;
}): ReactNode {
  const { begun } = props;
  const { bridge } = useStore();
  const state = useSignIn(begun.flow);
  const w = words.identities.accounts.form;
  const close = (): void => {
    if (state === null || state.state === "waiting") {
      void bridge.call("accounts.cancelSignIn", { flow: begun.flow });
    }
    props.onClose();
  };
  const done = state?.state === "done";
  return (
    <Modal title={props.title} text={w.text} onClose={close}>
      <div className="dialog-body">
        <SignInWait begun={begun} state={state} />
      </div>
      <div className="dialog-foot">
        {state?.state === "failed" && (
          <Button onClick={props.onAgain}>{words.common.tryAgain}</Button>
        )}
        <Button look={done ? "primary" : "plain"} onClick={close}>
          {done
            ? words.common.done
            : state?.state === "failed"
              ? words.common.close
              : words.common.cancel}
        </Button>
      </div>
    </Modal>
  );
}
