// Assistants that were found on this machine, each with the one click that shows what would be written for it.
import { Bot, KeyRound } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import { Notice } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import type { ConnectTarget } from "../types.ts";
import { words } from "../words.ts";

const w = words.connect;

export function StateBadge(props: { state: ConnectTarget["state"] }): ReactNode {
  const { state } = props;
  if (state === "none") return null;
  const look = state === "ours" ? "badge-good" : "badge-warn";
  return <span className={`badge ${look}`}>{w.state[state]}</span>;
}

/** Other servers' keys in plain text, by the servers' names. */
export function PlainKeys(props: { names: readonly string[] }): ReactNode {
  const { names } = props;
  if (names.length === 0) return null;
  return (
    <p className="plain-keys">
      <KeyRound size={13} aria-hidden />
      <span>
        <strong>{w.plainKeys(names.length)}.</strong>{" "}
        <Shown text={w.plainKeysText(names.join(", "))} />
      </span>
    </p>
  );
}

export function Assistants(props: {
  targets: readonly ConnectTarget[] | null;
  hasServer: boolean;
  onAddServer: () => void;
  onConnect: (target: ConnectTarget) => void;
}): ReactNode {
  const found = props.targets?.filter(({ found, state }) => found || state !== "none");
  return (
    <section className="assistants" aria-labelledby="assistants-title">
      <h3 id="assistants-title">{w.found}</h3>
      {!props.hasServer && (
        <Notice
          tone="info"
          title={w.needsServer}
          text={w.needsServerText}
          actions={
            <Button small onClick={props.onAddServer}>
              {w.addServer}
            </Button>
          }
        />
      )}
      {found === undefined && <p className="faint">{w.looking}…</p>}
      {found?.length === 0 && <p className="faint">{w.nothingFound}</p>}
      {found !== undefined && found.length > 0 && (
        <>
          <p className="assistants-text">{w.foundText}</p>
          <ul className="assistant-list">
            {found.map((target) => (
              <AssistantRow key={target.id} {...props} target={target} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function AssistantRow(props: {
  target: ConnectTarget;
  hasServer: boolean;
  onConnect: (target: ConnectTarget) => void;
}): ReactNode {
  const { target } = props;
  const again = target.state === "outdated";
  return (
    <li className="assistant">
      <span className="item-icon">
        <Bot size={17} strokeWidth={1.7} aria-hidden />
      </span>
      <div className="assistant-text">
        <h4>
          {target.name} <StateBadge state={target.state} />
        </h4>
        <code>{target.file}</code>
        {target.because !== null && <p>{w.because[target.because]}</p>}
        {target.trouble !== null && <p>{target.trouble.sentence}</p>}
        <PlainKeys names={target.plainKeys} />
      </div>
      {target.state !== "unusable" && target.state !== "ours" && (
        <Button
          small
          look={again ? "plain" : "primary"}
          disabled={!props.hasServer}
          aria-label={(again ? w.updateNamed : w.connectNamed)(target.name)}
          onClick={() => props.onConnect(target)}
        >
          {again ? w.update : w.connect}
        </Button>
      )}
    </li>
  );
}
