// The part of the form for a server over HTTP: its address, its pattern, and what that pattern needs.
import { Radar } from "lucide-react";
import { type ReactNode, useState } from "react";
import { trustOf } from "../identities/issuer-draft.ts";
import { isHttpUrl, isPlainLoopback } from "../lib/names.ts";
import { Button } from "../parts/button.tsx";
import { Check, Field, SecretInput, Segments, TextInput } from "../parts/field.tsx";
import { TrustField } from "../parts/trust.tsx";
import { useApp } from "../state/context.tsx";
import type { ServerView } from "../types.ts";
import { words } from "../words.ts";
import type { Finding } from "./finding.ts";
import { FindingPanel } from "./finding-panel.tsx";
import { withProposal } from "./found-draft.ts";
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
  finding: Finding;
  onChange: (part: Partial<HttpDraft>) => void;
}): ReactNode {
  const { draft, faults, finding, onChange } = props;
  const [changing, setChanging] = useState(false);
  const w = words.servers.form;
  const fits = isHttpUrl(draft.url);
  const ask = (confirmed: string | null): void => {
    if (!fits || finding.state === "asking") return;
    setChanging(false);
    const trustPem = trustOf(draft.trustPem);
    const issuer = confirmed === null ? {} : { issuer: confirmed, confirmed: true };
    void finding
      .ask({ url: draft.url.trim(), stage: props.stage, trustPem, ...issuer })
      .then((found) => {
        if (found === null) return;
        onChange(withProposal(draft, found));
        // What a person has to enter is shown at once.
        if (found.issuer?.way === "ask" || asksCertificate(found.pattern ?? "none")) {
          setChanging(true);
        }
      });
  };
  // While it is asked, and where something was found, the rest would only be in the way.
  const proposed = finding.proposal !== null && finding.proposal.issuer?.unconfirmed !== true;
  const folded = finding.state === "asking" || (finding.proposal !== null && !changing);
  return (
    <>
      <Field label={w.url} error={faults.url}>
        {(ids) => (
          <div className="picker-line">
            <TextInput
              {...ids}
              inputMode="url"
              className="mono"
              placeholder={w.urlPlaceholder}
              value={draft.url}
              autoFocus
              onChange={(event) => {
                if (finding.state !== "idle") finding.forget();
                onChange({ url: event.target.value });
              }}
              onKeyDown={(event) => {
                // Enter on an address that nothing is known about yet asks; later it adds.
                if (event.key !== "Enter" || finding.state !== "idle" || !fits) return;
                event.preventDefault();
                ask(null);
              }}
            />
            <Button
              icon={Radar}
              disabled={!fits}
              busy={finding.state === "asking"}
              onClick={() => ask(null)}
            >
              {words.finding.ask}
            </Button>
          </div>
        )}
      </Field>
      <FindingPanel finding={finding} onConfirm={ask} changing={changing} onChange={setChanging} />
      <PatternFields {...props} folded={folded} proposed={proposed} />
    </>
  );
}

/** How it authenticates, and what that needs. */
export function PatternFields(props: {
  draft: HttpDraft;
  stage: ServerView["stage"];
  faults: Faults;
  /** Something was found out: only what a person has to add is shown. */
  folded?: boolean;
  proposed?: boolean;
  onChange: (part: Partial<HttpDraft>) => void;
}): ReactNode {
  const { draft, faults, folded = false, proposed = false, onChange } = props;
  const { pattern } = draft;
  const w = words.servers.form;
  const keyed = pattern === "api-key";
  return (
    <>
      {!folded && (
        <PatternChoice
          value={pattern}
          bound={asksDpop(pattern) && draft.oauth.dpop}
          stage={props.stage}
          onChange={(next) => onChange({ pattern: next })}
        />
      )}
      {keyed && (!folded || proposed) && <KeyFields {...props} brief={folded} />}
      {isOAuthType(pattern) && !folded && (
        <OAuthFields
          type={pattern}
          url={draft.url}
          draft={draft.oauth}
          faults={faults}
          onChange={(part) => onChange({ oauth: { ...draft.oauth, ...part } })}
        />
      )}
      {pattern !== "none" &&
        !asksCertificate(pattern) &&
        isPlainLoopback(draft.url) &&
        (!folded || proposed) && (
          <Check
            label={keyed ? w.plain : w.plainToken}
            hint={w.plainHint}
            error={faults.plain ?? null}
            checked={draft.allowPlain}
            onChange={(allowPlain) => onChange({ allowPlain })}
          />
        )}
      {isOAuthType(pattern) && !folded && (
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
  /** The server said where its key goes: only the key is asked for. */
  brief: boolean;
  onChange: (part: Partial<HttpDraft>) => void;
}): ReactNode {
  const { draft, faults, onChange } = props;
  const { status } = useApp();
  const w = words.servers.form;
  const place = w.keyPlaces[status?.vault.kind ?? "keychain"];
  return (
    <>
      {!props.brief && (
        <Segments<AuthPreset>
          label={w.auth}
          value={draft.preset}
          options={PRESETS.map((value) => ({ value, label: w.presets[value] }))}
          onChange={(preset) => onChange({ preset })}
        />
      )}
      {draft.preset === "header" && !props.brief && (
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
