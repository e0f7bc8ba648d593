// The fields of a registration at an issuer. They stand in a dialog of their own and within the form of a server.
import type { ReactNode } from "react";
import { isPlainLoopback } from "../lib/names.ts";
import { Check, Field, SecretInput, Segments, TextArea, TextInput } from "../parts/field.tsx";
import { Picker } from "../parts/picker.tsx";
import { TrustField } from "../parts/trust.tsx";
import { useApp } from "../state/context.tsx";
import { words } from "../words.ts";
import { CertificatePicker } from "./certificate-picker.tsx";
import {
  ALGS,
  isTlsMethod,
  type IssuerDraft,
  type IssuerFaults,
  type IssuerMethod,
  issuerNameOf,
  METHODS,
} from "./issuer-draft.ts";

export function IssuerFields(props: {
  draft: IssuerDraft;
  faults: IssuerFaults;
  onChange: (part: Partial<IssuerDraft>) => void;
  autoFocus?: boolean;
}): ReactNode {
  const { draft, faults, onChange } = props;
  const w = words.identities.issuers.form;
  return (
    <>
      <Field label={w.issuer} error={faults.issuer} hint={w.issuerHint}>
        {(ids) => (
          <TextInput
            {...ids}
            inputMode="url"
            className="mono"
            placeholder={w.issuerPlaceholder}
            autoFocus={props.autoFocus ?? false}
            value={draft.issuer}
            onChange={(event) => onChange({ issuer: event.target.value })}
          />
        )}
      </Field>
      {isPlainLoopback(draft.issuer.trim()) && (
        <Check
          label={w.plain}
          hint={w.plainHint}
          error={faults.issuerPlain ?? null}
          checked={draft.allowPlain}
          onChange={(allowPlain) => onChange({ allowPlain })}
        />
      )}
      <div className="field-row">
        <Field label={w.clientId} error={faults.clientId}>
          {(ids) => (
            <TextInput
              {...ids}
              className="mono"
              maxLength={1024}
              value={draft.clientId}
              onChange={(event) => onChange({ clientId: event.target.value })}
            />
          )}
        </Field>
        <Field label={w.name} error={faults.issuerName}>
          {(ids) => (
            <TextInput
              {...ids}
              maxLength={48}
              value={issuerNameOf(draft)}
              onChange={(event) => onChange({ name: event.target.value, nameTouched: true })}
            />
          )}
        </Field>
      </div>
      <Field label={w.method}>
        {({ id }) => (
          <Picker
            id={id}
            label={w.method}
            className="picker-field"
            value={draft.method}
            choices={METHODS.map((value) => ({
              value,
              label: w.methods[value][0],
              text: w.methods[value][1],
            }))}
            onChange={(value) => onChange({ method: value as IssuerMethod })}
          />
        )}
      </Field>
      <ProofFields draft={draft} faults={faults} onChange={onChange} />
      <TrustField
        value={draft.trustPem}
        error={faults.issuerTrust}
        onChange={(trustPem) => onChange({ trustPem })}
      />
    </>
  );
}

/** What the chosen way of proving oneself needs. */
function ProofFields(props: {
  draft: IssuerDraft;
  faults: IssuerFaults;
  onChange: (part: Partial<IssuerDraft>) => void;
}): ReactNode {
  const { draft, faults, onChange } = props;
  const { status } = useApp();
  const w = words.identities.issuers.form;
  const place = words.servers.form.keyPlaces[status?.vault.kind ?? "keychain"];
  if (draft.method.startsWith("client_secret")) {
    return (
      <Field label={w.secret} error={faults.secret} hint={w.secretHint(place)}>
        {(ids) => (
          <SecretInput
            {...ids}
            value={draft.secret}
            onChange={(event) => onChange({ secret: event.target.value })}
          />
        )}
      </Field>
    );
  }
  if (isTlsMethod(draft.method)) {
    return (
      <CertificatePicker
        label={w.certificate}
        value={draft.certificate}
        error={faults.issuerCertificate}
        onChange={(certificate) => onChange({ certificate })}
      />
    );
  }
  if (draft.method !== "private_key_jwt") return null;
  return (
    <>
      <div className="field-row">
        <Segments
          label={w.key}
          value={draft.ownKey ? "own" : "made"}
          options={[
            { value: "made", label: w.keyMade },
            { value: "own", label: w.keyOwn },
          ]}
          onChange={(choice) => onChange({ ownKey: choice === "own" })}
        />
        <Field label={w.alg}>
          {({ id }) => (
            <Picker
              id={id}
              label={w.alg}
              className="picker-field"
              value={draft.alg}
              choices={ALGS.map((value) => ({ value, label: value }))}
              onChange={(value) => onChange({ alg: value as IssuerDraft["alg"] })}
            />
          )}
        </Field>
      </div>
      {draft.ownKey ? (
        <Field label={w.keyPem} error={faults.keyPem} hint={w.secretHint(place)}>
          {(ids) => (
            <TextArea
              {...ids}
              rows={4}
              placeholder="-----BEGIN PRIVATE KEY-----"
              value={draft.keyPem}
              onChange={(event) => onChange({ keyPem: event.target.value })}
            />
          )}
        </Field>
      ) : (
        <p className="field-hint">{w.keyMadeHint}</p>
      )}
    </>
  );
}
