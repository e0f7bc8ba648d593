// Signing a person in: the issuer's own page in the person's own browser, and waiting for the way back.
import { CircleCheck, ExternalLink, LoaderCircle } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { scopesFit, scopesOf } from "../lib/scopes.ts";
import { isHttpUrl } from "../lib/names.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { Modal } from "../parts/dialog.tsx";
import { Field, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { AccountView, Complaint, Issuer } from "../types.ts";
import { words } from "../words.ts";
import { cameBack, hostOf, whoIs } from "./account-face.ts";

interface Waiting {
  readonly url: string;
  readonly issuer: Issuer;
  /** The accounts as they were when the person left. */
  readonly before: readonly AccountView[];
}

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
  const { accounts, issuers } = useApp();
  const all = issuers ?? [];
  const [issuerId, setIssuerId] = useState(() => firstIssuer(all, account)?.id ?? "");
  const [scopes, setScopes] = useState(() => account?.scopes.join(" ") ?? "openid");
  const [resource, setResource] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const w = words.identities.accounts.form;
  const issuer = all.find(({ id }) => id === issuerId);
  const title = account === null ? w.title : <Shown text={w.againTitle(whoIs(account).who)} />;
  const resourceFits = resource.trim() === "" || isHttpUrl(resource.trim());

  if (waiting !== null) {
    const back = cameBack(waiting.before, accounts ?? [], waiting.issuer);
    return (
      <Modal title={title} text={w.text} onClose={props.onClose}>
        <div className="dialog-body">
          {back === null ? <Away waiting={waiting} /> : <Back account={back} />}
        </div>
        <div className="dialog-foot">
          <Button look={back === null ? "plain" : "primary"} onClick={props.onClose}>
            {back === null ? words.common.cancel : words.common.done}
          </Button>
        </div>
      </Modal>
    );
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
    void store.bridge.call("accounts.signIn", input).then((reply) => {
      setBusy(false);
      if (!reply.ok) return setComplaint(reply.error);
      setWaiting({ url: reply.value.url, issuer, before: accounts ?? [] });
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

/**
 * In the desktop form the main process has opened the browser already. In a browser the person follows a link:
 * a window opened by script after an answer would be stopped as a pop-up.
 */
function Away(props: { waiting: Waiting }): ReactNode {
  const { url, issuer } = props.waiting;
  const { bridge } = useStore();
  const w = words.identities.accounts.form;
  // Whatever the app answered, nothing but a web address is ever put into a link.
  const safe = isHttpUrl(url);
  return (
    <div className="away">
      {bridge.form === "browser" && safe ? (
        <>
          <a
            className="button button-primary"
            href={url}
            target="_blank"
            rel="noreferrer noopener"
            autoFocus
          >
            <ExternalLink size={15} aria-hidden />
            <span>{w.continue(hostOf(issuer.issuer))}</span>
          </a>
          <p className="faint">{w.openHere}</p>
        </>
      ) : (
        <>
          <p className="away-title">{w.opened}</p>
          <p className="faint">{w.openedText}</p>
          <CopyButton text={url} word={w.copyUrl} />
        </>
      )}
      <p className="away-wait" role="status">
        <LoaderCircle className="spin" size={15} aria-hidden /> {w.waiting}
      </p>
    </div>
  );
}

function Back(props: { account: AccountView }): ReactNode {
  const w = words.identities.accounts.form;
  return (
    <div role="status">
      <p className="test-head test-good">
        <CircleCheck size={18} aria-hidden />
        <Shown text={w.done(whoIs(props.account).who)} />
      </p>
      <p className="faint away-done">{w.doneText}</p>
    </div>
  );
}
