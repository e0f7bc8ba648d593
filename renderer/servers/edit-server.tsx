// Editing a server: its name, stage and address. A credential never follows an address by itself (threat 35).
import { type ReactNode, useState } from "react";
import { FormDialog } from "../parts/form-dialog.tsx";
import { isHttpUrl, SLUG } from "../lib/names.ts";
import { Check, Field, SecretInput, TextInput } from "../parts/field.tsx";
import { Picker } from "../parts/picker.tsx";
import { useStore } from "../state/context.tsx";
import type { InputOf, ServerView } from "../types.ts";
import { words } from "../words.ts";

const STAGES = ["development", "staging", "production"] as const;
type HttpChange = NonNullable<InputOf<"servers.update">["http"]>;

/** Whether what it is sent belongs to this address: the same origin, and a path that is equal or below. */
export function belongsTo(server: ServerView, address: string): boolean {
  if (server.kind === "stdio" || server.pattern.type === "none" || !isHttpUrl(address)) return true;
  const { origin, path } = server.pattern.boundTo;
  const url = new URL(address);
  const below = path.endsWith("/") ? path : `${path}/`;
  return url.origin === origin && (url.pathname === path || url.pathname.startsWith(below));
}

/** Given anew for the address that the person sees; nothing where it belongs there already. */
function authFor(server: ServerView, moved: boolean, key: string): HttpChange["auth"] {
  if (!moved || server.kind === "stdio" || server.pattern.type === "none") return undefined;
  if (server.pattern.type === "api-key") {
    const { type, in: place, name, prefix } = server.pattern;
    return { type, in: place, name, prefix, secret: key };
  }
  const { boundTo: _bound, agentScopes: _kept, ...auth } = server.pattern;
  return auth;
}

export function EditServer(props: { server: ServerView; onClose: () => void }): ReactNode {
  const { server } = props;
  const store = useStore();
  const [name, setName] = useState(server.name);
  const [stage, setStage] = useState(server.stage);
  const [url, setUrl] = useState(server.kind !== "stdio" ? server.url : "");
  const [key, setKey] = useState("");
  const [agreed, setAgreed] = useState(false);
  const [tried, setTried] = useState(false);
  const w = words.renewal.server;
  const form = words.servers.form;
  const http = server.kind !== "stdio";
  const moved = http && !belongsTo(server, url.trim());
  const keyed = http && server.pattern.type === "api-key";
  const faults = {
    name: SLUG.test(name) ? null : form.nameInvalid,
    url: !http || isHttpUrl(url.trim()) ? null : form.urlInvalid,
    key: moved && keyed && key === "" ? w.movedKeyNeeded : null,
    token: moved && !keyed && !agreed ? w.movedTokenNeeded : null,
  };
  const told = (fault: string | null): string | null => (tried ? fault : null);
  return (
    <FormDialog
      title={w.title(server.name)}
      text={w.text}
      submit={w.save}
      submitting={w.saving}
      fits={Object.values(faults).every((fault) => fault === null)}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const auth = authFor(server, moved, key);
        const reply = await store.bridge.call("servers.update", {
          id: server.id,
          name,
          stage,
          ...(http ? { http: { url: url.trim(), ...(auth === undefined ? {} : { auth }) } } : {}),
        });
        if (reply.ok) {
          setKey("");
          store.refreshLists();
          props.onClose();
        }
        return reply;
      }}
    >
      <div className="field-row">
        <Field
          label={form.name}
          error={told(faults.name)}
          hint={w.endpoint(server.endpoint.replace(/[^/]*$/, name))}
        >
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
        <Field label={form.stage} hint={words.patterns.ladder[stage]}>
          {({ id }) => (
            <Picker
              id={id}
              label={form.stage}
              className="picker-field"
              value={stage}
              choices={STAGES.map((value) => ({
                value,
                label: words.servers.stage[value],
                text: words.patterns.ladder[value],
              }))}
              onChange={(value) => setStage(value as typeof stage)}
            />
          )}
        </Field>
      </div>
      {http && (
        <Field label={form.url} error={told(faults.url)}>
          {(ids) => (
            <TextInput
              {...ids}
              inputMode="url"
              className="mono"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
          )}
        </Field>
      )}
      {moved && keyed && (
        <Field label={w.movedKey} hint={w.movedKeyHint} error={told(faults.key)}>
          {(ids) => (
            <SecretInput {...ids} value={key} onChange={(event) => setKey(event.target.value)} />
          )}
        </Field>
      )}
      {moved && !keyed && (
        <Check
          label={w.movedToken}
          hint={w.movedTokenHint}
          error={told(faults.token)}
          checked={agreed}
          onChange={setAgreed}
        />
      )}
    </FormDialog>
  );
}
