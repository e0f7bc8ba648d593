// What is changed of a registration without removing it: its name and trust, its secret, its signing key.
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Snippet } from "../parts/copy.tsx";
import { Confirm, Modal } from "../parts/dialog.tsx";
import { Field, SecretInput, TextInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { TrustField } from "../parts/trust.tsx";
import { SLUG } from "../lib/names.ts";
import { useBridge, useStore } from "../state/context.tsx";
import type { Complaint, Issuer } from "../types.ts";
import { words } from "../words.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { isTrustPem, trustOf } from "./issuer-draft.ts";

export type IssuerChange =
  | "edit"
  | "replace-secret"
  | "new-key"
  | "key-set"
  | "keep-new"
  | "keep-old";

/** The dialog of one change. */
export function ChangeIssuer(props: {
  what: IssuerChange;
  issuer: Issuer;
  onClose: () => void;
}): ReactNode {
  const { what, issuer, onClose } = props;
  const store = useStore();
  const w = words.renewal.issuer;
  const done = async <R extends { readonly ok: boolean }>(asked: Promise<R>): Promise<R> => {
    const reply = await asked;
    if (reply.ok) store.refresh("issuers");
    return reply;
  };
  const { id, name } = issuer;
  switch (what) {
    case "edit":
      return <EditIssuer issuer={issuer} onClose={onClose} />;
    case "replace-secret":
      return <ReplaceSecret issuer={issuer} onClose={onClose} />;
    case "key-set":
      return <KeySet issuer={issuer} onClose={onClose} />;
    case "new-key":
      return (
        <Confirm
          title={w.newKeyTitle(name)}
          text={w.newKeyText}
          action={w.newKeyAction}
          danger={false}
          onClose={onClose}
          run={() => done(store.bridge.call("issuers.replaceSecret", { id, privateKey: null }))}
        />
      );
    case "keep-new":
    case "keep-old": {
      const fresh = what === "keep-new";
      return (
        <Confirm
          title={fresh ? w.settleTitle : w.dropTitle}
          text={fresh ? w.settleText : w.dropText}
          action={fresh ? w.keepNew : w.dropNew}
          danger={!fresh}
          onClose={onClose}
          run={() =>
            done(store.bridge.call("issuers.settleKey", { id, keep: fresh ? "new" : "old" }))
          }
        />
      );
    }
  }
  return what satisfies never;
}

function EditIssuer(props: { issuer: Issuer; onClose: () => void }): ReactNode {
  const { issuer } = props;
  const store = useStore();
  const [name, setName] = useState(issuer.name);
  const [trustPem, setTrustPem] = useState(issuer.trustPem ?? "");
  const [tried, setTried] = useState(false);
  const w = words.renewal.issuer;
  const form = words.identities.issuers.form;
  const nameFits = SLUG.test(name);
  const trustFits = isTrustPem(trustPem);
  return (
    <FormDialog
      title={w.editTitle(issuer.name)}
      text={w.editText}
      submit={w.save}
      submitting={w.saving}
      fits={nameFits && trustFits}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const reply = await store.bridge.call("issuers.update", {
          id: issuer.id,
          name,
          trustPem: trustOf(trustPem),
        });
        if (reply.ok) {
          store.refresh("issuers");
          props.onClose();
        }
        return reply;
      }}
    >
      <Field label={form.name} error={tried && !nameFits ? form.nameInvalid : null}>
        {(ids) => (
          <TextInput
            {...ids}
            autoFocus
            maxLength={48}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <TrustField
        value={trustPem}
        error={tried && !trustFits ? words.servers.form.trustInvalid : undefined}
        onChange={setTrustPem}
      />
    </FormDialog>
  );
}

function ReplaceSecret(props: { issuer: Issuer; onClose: () => void }): ReactNode {
  const { issuer } = props;
  const store = useStore();
  const [secret, setSecret] = useState("");
  const [tried, setTried] = useState(false);
  const w = words.renewal.issuer;
  return (
    <FormDialog
      title={w.replaceTitle(issuer.name)}
      text={w.replaceText}
      submit={w.submit}
      submitting={w.submitting}
      fits={secret !== ""}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const reply = await store.bridge.call("issuers.replaceSecret", { id: issuer.id, secret });
        if (reply.ok) {
          setSecret("");
          store.refresh("issuers");
          props.onClose();
        }
        return reply;
      }}
    >
      <Field
        label={w.secret}
        error={tried && secret === "" ? words.identities.issuers.form.secretNeeded : null}
      >
        {(ids) => (
          <SecretInput
            {...ids}
            autoFocus
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}

/** What is registered at the issuer (RFC 7517; with x5c, RFC 8705 section 2.2.2). */
function KeySet(props: { issuer: Issuer; onClose: () => void }): ReactNode {
  const bridge = useBridge();
  const { id, name } = props.issuer;
  const [text, setText] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.renewal.issuer;
  useEffect(() => {
    let wanted = true;
    void bridge.call("issuers.jwks", { id }).then((reply) => {
      if (!wanted) return;
      if (reply.ok) setText(JSON.stringify(reply.value, null, 2));
      else setComplaint(reply.error);
    });
    return () => {
      wanted = false;
    };
  }, [bridge, id]);
  return (
    <Modal title={w.keySetTitle(name)} text={w.keySetText} onClose={props.onClose}>
      <div className="dialog-body">
        {text !== null && <Snippet text={text} label={w.jwks} />}
        {complaint !== null && <ComplaintBox complaint={complaint} />}
      </div>
      <div className="dialog-foot">
        <Button look="primary" onClick={props.onClose}>
          {words.common.done}
        </Button>
      </div>
    </Modal>
  );
}
