// The part of the form for patterns with an issuer: which registration, what is asked for, for whom, and with what.
import type { ReactNode } from "react";
import { accountsOf, whoIs } from "../identities/account-face.ts";
import { CertificatePicker } from "../identities/certificate-picker.tsx";
import { IssuerFields } from "../identities/issuer-fields.tsx";
import { spelledOut } from "../lib/hidden.ts";
import { Check, Field, Segments, TextInput } from "../parts/field.tsx";
import { Picker } from "../parts/picker.tsx";
import { LAB_TENANT } from "../parts/practice.tsx";
import { useApp } from "../state/context.tsx";
import { words } from "../words.ts";
import {
  asksAccount,
  asksActor,
  asksCertificate,
  asksDpop,
  asksLimit,
  FOUND_ISSUER,
  NEW_ISSUER,
  type OAuthDraft,
  type OAuthFaults,
  type OAuthType,
  resourceOf,
} from "./oauth-draft.ts";

interface FieldsProps {
  readonly type: OAuthType;
  readonly url: string;
  readonly draft: OAuthDraft;
  readonly faults: OAuthFaults;
  readonly onChange: (part: Partial<OAuthDraft>) => void;
}

export function OAuthFields(props: FieldsProps): ReactNode {
  const { type, draft, faults, onChange } = props;
  const w = words.servers.form;
  const setCertificate = (certificate: string): void => {
    const { newIssuer } = draft;
    // One certificate serves both ends, until the person says otherwise.
    const follows = newIssuer.certificate === "" || newIssuer.certificate === draft.certificate;
    onChange({ certificate, ...(follows && { newIssuer: { ...newIssuer, certificate } }) });
  };
  return (
    <>
      {type === "composite" && (
        <Segments
          label={w.exchange}
          value={draft.exchange ? "exchange" : "credentials"}
          options={[
            { value: "exchange", label: w.exchanges.exchange },
            { value: "credentials", label: w.exchanges.credentials },
          ]}
          onChange={(choice) => onChange({ exchange: choice === "exchange" })}
        />
      )}
      {asksCertificate(type) && (
        <CertificatePicker
          label={w.certificate}
          value={draft.certificate}
          error={faults.certificate}
          onChange={setCertificate}
        />
      )}
      <IssuerChoice {...props} />
      {type === "token-exchange" && <HomeChoice {...props} />}
      {asksAccount(type, draft) && <AccountChoice {...props} />}
      {asksActor(type, draft) && (
        <div className="field">
          <Segments
            label={w.actor}
            value={draft.actor}
            options={(["if-supported", "required", "none"] as const).map((value) => ({
              value,
              label: w.actors[value],
            }))}
            onChange={(actor) => onChange({ actor })}
          />
          <p className="field-hint">{w.actorHint[draft.actor]}</p>
        </div>
      )}
      {asksDpop(type) && (
        <Check
          label={w.dpop}
          hint={w.dpopHint}
          calm
          checked={draft.dpop}
          onChange={(dpop) => onChange({ dpop })}
        />
      )}
      <AskedFor {...props} />
    </>
  );
}

function IssuerChoice(props: FieldsProps): ReactNode {
  const { draft, faults, onChange } = props;
  const { issuers } = useApp();
  const w = words.servers.form;
  const own = (issuers ?? []).filter(({ tenant }) => tenant !== LAB_TENANT);
  return (
    <>
      <Field label={w.issuer} error={faults.oauthIssuer}>
        {({ id }) => (
          <Picker
            id={id}
            label={w.issuer}
            className="picker-field"
            invalid={faults.oauthIssuer !== undefined}
            value={draft.issuer}
            placeholder={words.common.choose}
            choices={[
              ...own.map((one) => ({ value: one.id, label: one.name, text: one.issuer })),
              ...(draft.found === null
                ? []
                : [
                    {
                      value: FOUND_ISSUER,
                      label: words.finding.foundIssuer,
                      text: draft.found.issuer,
                    },
                  ]),
              { value: NEW_ISSUER, label: w.newIssuer, text: w.newIssuerText },
            ]}
            onChange={(issuer) =>
              onChange({ issuer, account: "", ...(issuer === draft.home && { home: "" }) })
            }
          />
        )}
      </Field>
      {draft.issuer === NEW_ISSUER && (
        <div className="inset" role="group" aria-label={w.newIssuerTitle}>
          <IssuerFields
            draft={draft.newIssuer}
            faults={faults}
            onChange={(part) => onChange({ newIssuer: { ...draft.newIssuer, ...part } })}
          />
        </div>
      )}
    </>
  );
}

/** Where the person is signed in: at the server's issuer, or at one that vouches for them there. */
function HomeChoice(props: FieldsProps): ReactNode {
  const { draft, onChange } = props;
  const { issuers } = useApp();
  const w = words.servers.form;
  const others = (issuers ?? []).filter(
    ({ id, tenant }) => tenant !== LAB_TENANT && id !== draft.issuer,
  );
  return (
    <Field label={w.home} hint={draft.home === "" ? undefined : w.homeHint}>
      {({ id }) => (
        <Picker
          id={id}
          label={w.home}
          className="picker-field"
          value={draft.home}
          choices={[
            { value: "", label: w.homeSame },
            ...others.map((one) => ({ value: one.id, label: one.name, text: one.issuer })),
          ]}
          onChange={(home) => onChange({ home, account: "" })}
        />
      )}
    </Field>
  );
}

function AccountChoice(props: FieldsProps): ReactNode {
  const { draft, onChange } = props;
  const { issuers, accounts } = useApp();
  const w = words.servers.form;
  const issuer = issuers?.find(({ id }) => id === (draft.home === "" ? draft.issuer : draft.home));
  const fitting = issuer === undefined ? [] : accountsOf(accounts ?? [], issuer);
  return (
    <Field label={w.account} hint={fitting.length === 0 ? w.accountNone : undefined}>
      {({ id }) => (
        <Picker
          id={id}
          label={w.account}
          className="picker-field"
          value={draft.account}
          choices={[
            { value: "", label: w.accountAny },
            ...fitting.map((one) => ({
              value: one.id,
              label: spelledOut(whoIs(one).who),
              text: words.identities.accounts.state[one.state],
            })),
          ]}
          onChange={(account) => onChange({ account })}
        />
      )}
    </Field>
  );
}

/** Scopes, resource, audience, and the limit for each person. */
function AskedFor(props: FieldsProps): ReactNode {
  const { type, url, draft, faults, onChange } = props;
  const w = words.servers.form;
  return (
    <>
      <Field label={w.scopes} optional hint={w.scopesHint} error={faults.scopes}>
        {(ids) => (
          <TextInput
            {...ids}
            className="mono"
            value={draft.scopes}
            onChange={(event) => onChange({ scopes: event.target.value })}
          />
        )}
      </Field>
      <div className="field-row">
        <Field label={w.resource} optional hint={w.resourceHint} error={faults.resource}>
          {(ids) => (
            <TextInput
              {...ids}
              className="mono"
              inputMode="url"
              value={resourceOf(draft, url)}
              onChange={(event) => onChange({ resource: event.target.value })}
            />
          )}
        </Field>
        <Field label={w.audience} optional hint={w.audienceHint}>
          {(ids) => (
            <TextInput
              {...ids}
              className="mono"
              maxLength={2048}
              value={draft.audience}
              onChange={(event) => onChange({ audience: event.target.value })}
            />
          )}
        </Field>
      </div>
      {asksLimit(type) && (
        <Field label={w.perUser} optional error={faults.perUser}>
          {(ids) => (
            <TextInput
              {...ids}
              inputMode="numeric"
              maxLength={6}
              placeholder={w.perUserPlaceholder}
              value={draft.perUser}
              onChange={(event) => onChange({ perUser: event.target.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
