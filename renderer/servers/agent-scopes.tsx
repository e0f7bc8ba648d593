// What each agent may ask for at a server: a part of the server's scopes, never more.
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { Complaint, OAuthPattern, ServerView } from "../types.ts";
import { words } from "../words.ts";

/** The pattern whose scopes can be narrowed for single agents; null where there is nothing to narrow. */
export function narrowable(server: ServerView): OAuthPattern | null {
  if (server.kind === "stdio" || !("issuer" in server.pattern)) return null;
  const { pattern } = server;
  // An account's own token is the person's: it cannot be cut to size for an agent.
  return pattern.type === "account" || pattern.scopes.length < 2 ? null : pattern;
}

type Picked = Readonly<Record<string, readonly string[]>>;

export function AgentScopes(props: {
  server: ServerView;
  pattern: OAuthPattern;
  onClose: () => void;
}): ReactNode {
  const { server, pattern } = props;
  const store = useStore();
  const { agents } = useApp();
  const mine = (agents ?? []).filter(({ tenant }) => tenant === server.tenant);
  const before = (id: string): readonly string[] => pattern.agentScopes?.[id] ?? pattern.scopes;
  const [picked, setPicked] = useState<Picked>({});
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.servers.agentScopes;
  const now = (id: string): readonly string[] => picked[id] ?? before(id);
  const empty = mine.some(({ id }) => now(id).length === 0);

  const toggle = (id: string, scope: string): void => {
    const has = new Set(now(id));
    if (!has.delete(scope)) has.add(scope);
    setPicked({ ...picked, [id]: pattern.scopes.filter((one) => has.has(one)) });
  };
  const save = async (): Promise<void> => {
    for (const [agent, scopes] of Object.entries(picked)) {
      const all = scopes.length === pattern.scopes.length;
      const input = { id: server.id, agent, scopes: all ? null : [...scopes] };
      const reply = await store.bridge.call("servers.setAgentScopes", input);
      if (!reply.ok) return setComplaint(reply.error);
    }
    store.refresh("servers");
    props.onClose();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy || empty) return;
    setBusy(true);
    setComplaint(null);
    void save().finally(() => setBusy(false));
  };
  return (
    <Modal title={w.title(server.name)} text={w.text} onClose={props.onClose}>
      <form className="dialog-form" onSubmit={submit}>
        <div className="dialog-body">
          {mine.length === 0 && <p className="faint">{w.noAgents}</p>}
          {mine.map(({ id, name }) => (
            <fieldset key={id} className="question">
              <legend>
                <Shown text={name} />
              </legend>
              {pattern.scopes.map((scope) => (
                <label key={scope}>
                  <input
                    type="checkbox"
                    checked={now(id).includes(scope)}
                    onChange={() => toggle(id, scope)}
                  />
                  <code>{scope}</code>
                </label>
              ))}
              {now(id).length === 0 && (
                <p className="field-error" role="alert">
                  {w.none}
                </p>
              )}
            </fieldset>
          ))}
          {complaint !== null && <ComplaintBox complaint={complaint} />}
        </div>
        <div className="dialog-foot">
          <Button onClick={props.onClose}>{words.common.cancel}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {w.submit}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
