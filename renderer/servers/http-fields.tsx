// The part of the form for a server over HTTP: its address, its pattern, and what that pattern needs.
import type { ReactNode } from "react";
import { isPlainLoopback } from "../lib/names.ts";
import { Check, Field, SecretInput, Segments, TextInput } from "../parts/field.tsx";
import { TrustField } from "../parts/trust.tsx";
import { useApp } from "../state/context.tsx";
import type { ServerView } from "../types.ts";
import { words } from "../words.ts";
import { type AuthPreset, type HttpDraft, PRESETS, sendsLine } from "./draft.ts";
import type { Faults } from "./draft.ts";
import { asksCertificate, asksDpop, isOAuthType } from "./oauth-draft.ts";
import { OAuthFields } from "./oauth-fields.tsx";
import { PatternChoice } from "./pattern-choice.tsx";

export function HttpFields(props: {
  draft: HttpDraft;
  /** What the stage wants decides which pattern is advised. */
  stage: ServerView["stage"];
  faults: Faults;
  onChange: (part: Partial<HttpDraft>) => void;
}): ReactNode {
  const { draft, faults, onChange } = props;
  const { pattern } = draft;
  const w = words.servers.form;
  const keyed = pattern === "api-key";
  return (
    <>
      <Field label={w.url} error={faults.url}>
        {(ids) => (
          <TextInput
            {...ids}
            inputMode="url"
            className="mono"
            placeholder={w.urlPlaceholder}
            value={draft.url}
            autoFocus
            onChange={(event) => onChange({ url: event.target.value })}
          />
        )}
      </Field>
      <PatternChoice
        value={pattern}
        bound={asksDpop(pattern) && draft.oauth.dpop}
        stage={props.stage}
        onChange={(next) => onChange({ pattern: next })}
      />
      {keyed && <KeyFields {...props} />}
      {isOAuthType(pattern) && (
        <OAuthFields
          type={pattern}
          url={draft.url}
          draft={draft.oauth}
          faults={faults}
          onChange={(part) => onChange({ oauth: { ...draft.oauth, ...part } })}
        />
      )}
      {pattern !== "none" && !asksCertificate(pattern) && isPlainLoopback(draft.url) && (
        <Check
          label={keyed ? w.plain : w.plainToken}
          hint={w.plainHint}
          error={faults.plain ?? null}
          checked={draft.allowPlain}
          onChange={(allowPlain) => onChange({ allowPlain })}
        />
      )}
      {isOAuthType(pattern) && (
        <TrustField
          value={draft.trustPem}
          error={faults.trust}
          onChange={(trustPem) => onChange({ trustPem })}
        />
      )}
    </>
  );
}

/** How the server wants its key, and the key. */
function KeyFields(props: {
  draft: HttpDraft;
  faults: Faults;
  onChange: (part: Partial<HttpDraft>) => void;
}): ReactNode {
  const { draft, faults, onChange } = props;
  const { status } = useApp();
  const w = words.servers.form;
  const place = w.keyPlaces[status?.vault.kind ?? "keychain"];
  return (
    <>
      <Segments<AuthPreset>
        label={w.auth}
        value={draft.preset}
        options={PRESETS.map((value) => ({ value, label: w.presets[value] }))}
        onChange={(preset) => onChange({ preset })}
      />
      {draft.preset === "header" && (
        <div className="field-row">
          <Field label={w.headerName} error={faults.fieldName}>
            {(ids) => (
              <TextInput
                {...ids}
                className="mono"
                value={draft.fieldName}
                onChange={(event) => onChange({ fieldName: event.target.value })}
              />
            )}
          </Field>
          <Field label={w.headerPrefix} optional>
            {(ids) => (
              <TextInput
                {...ids}
                className="mono"
                maxLength={24}
                placeholder={w.prefixPlaceholder}
                value={draft.prefix}
                onChange={(event) => onChange({ prefix: event.target.value })}
              />
            )}
          </Field>
        </div>
      )}
      {draft.preset === "query" && (
        <Field label={w.queryName} error={faults.fieldName} hint={w.queryWarning}>
          {(ids) => (
            <TextInput
              {...ids}
              className="mono"
              value={draft.fieldName}
              onChange={(event) => onChange({ fieldName: event.target.value })}
            />
          )}
        </Field>
      )}
      <Field label={w.key} error={faults.key} hint={w.keyHint(place)}>
        {(ids) => (
          <SecretInput
            {...ids}
            value={draft.key}
            onChange={(event) => onChange({ key: event.target.value })}
          />
        )}
      </Field>
      <p className="sends">
        <span>{w.sends}</span>
        <code>{sendsLine(draft)}</code>
      </p>
    </>
  );
}
