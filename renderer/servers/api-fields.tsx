// The part of the form for a plain HTTP API: its file, where the file says that it lives, its tools, and its pattern.
import type { ReactNode } from "react";
import { Field, TextInput } from "../parts/field.tsx";
import type { ServerView } from "../types.ts";
import { words } from "../words.ts";
import { type ApiDraft, isBase } from "./api-draft.ts";
import { ApiFile } from "./api-file.tsx";
import type { Draft, Faults, HttpDraft } from "./draft.ts";
import { PatternFields } from "./http-fields.tsx";
import { Operations } from "./operations.tsx";

export function ApiFields(props: {
  draft: Draft;
  stage: ServerView["stage"];
  faults: Faults;
  onRead: (document: string, preview: ApiDraft["preview"]) => void;
  onPicked: (picked: ReadonlySet<string>) => void;
  onChange: (part: Partial<HttpDraft>) => void;
}): ReactNode {
  const { draft, faults, onChange } = props;
  const { preview, picked } = draft.api;
  const w = words.apis;
  return (
    <>
      <ApiFile preview={preview} error={faults.file} onRead={props.onRead} />
      {preview !== null && (
        <>
          <Field label={w.base} error={faults.url} hint={hintFor(draft)}>
            {(ids) => (
              <>
                <TextInput
                  {...ids}
                  inputMode="url"
                  className="mono"
                  list={`${ids.id}-stated`}
                  placeholder="https://api.example.com/v1"
                  value={draft.http.url}
                  onChange={(event) => onChange({ url: event.target.value })}
                />
                <datalist id={`${ids.id}-stated`} aria-label={w.bases}>
                  {preview.bases.map(
                    ({ problem, url }) => problem === null && <option key={url} value={url} />,
                  )}
                </datalist>
              </>
            )}
          </Field>
          <Operations
            operations={preview.operations}
            picked={picked}
            error={faults.picked}
            onChange={props.onPicked}
          />
          {preview.auth.some(({ type }) => type === "oauth") && (
            <p className="field-hint">{w.oauth}</p>
          )}
          <PatternFields
            draft={draft.http}
            stage={props.stage}
            faults={faults}
            onChange={onChange}
          />
        </>
      )}
    </>
  );
}

/** Whose word the address is. */
function hintFor({ api, http }: Draft): string | undefined {
  const w = words.apis;
  const bases = api.preview?.bases ?? [];
  const url = http.url.trim();
  if (bases.some((one) => one.problem === null && one.url === url)) return w.baseStated;
  if (isBase(url)) return undefined;
  const [first] = bases;
  if (first === undefined) return w.baseNone;
  return first.problem === null ? undefined : w.baseOther(first.url, first.problem);
}
