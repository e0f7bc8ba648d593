// The servers that an agent may use, each with the means to take it back.
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp, useStore } from "../state/context.tsx";
import type { AgentView, Complaint, ConsentView } from "../types.ts";
import { words } from "../words.ts";

export function MayUse(props: { agent: AgentView }): ReactNode {
  const { consents } = useApp();
  const mine = consents?.filter((one) => one.agent === props.agent.id) ?? [];
  const w = words.consent.list;
  return (
    <div className="may-use" role="group" aria-label={w.title}>
      <h3>{w.title}</h3>
      {consents !== null && mine.length === 0 && <p className="faint">{w.none}</p>}
      <ul>
        {mine.map((consent) => (
          <Row key={consent.id} consent={consent} />
        ))}
      </ul>
    </div>
  );
}

function Row(props: { consent: ConsentView }): ReactNode {
  const { consent } = props;
  const store = useStore();
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.consent.list;
  const revoke = (): void => {
    void store.bridge.call("consents.revoke", { id: consent.id }).then((reply) => {
      setComplaint(reply.ok ? null : reply.error);
      store.refresh("consents");
    });
  };
  const { scopes } = consent.terms;
  return (
    <li>
      <span className="may-use-what">
        <strong>{consent.serverName}</strong>
        {consent.account !== null && (
          <span>
            <Shown text={w.as(consent.account.who)} />
          </span>
        )}
        {scopes.length > 0 && (
          <span className="faint" title={scopes.join(" ")}>
            {w.scopes(scopes.length)}
          </span>
        )}
        {!consent.holds && <span className="may-use-lapsed">{w.changed}</span>}
      </span>
      <Button small look="quiet" aria-label={w.revokeNamed(consent.serverName)} onClick={revoke}>
        {w.revoke}
      </Button>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
    </li>
  );
}
