// One server.
import {
  Braces,
  FileJson2,
  Globe,
  KeyRound,
  ListChecks,
  Pause,
  Pencil,
  Play,
  SquareTerminal,
  Trash2,
  TriangleAlert,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { type Action, MoreMenu } from "../parts/picker.tsx";
import { PracticeOf } from "../parts/practice.tsx";
import { Shown } from "../parts/shown.tsx";
import { When } from "../parts/when.tsx";
import { useStore } from "../state/context.tsx";
import type { Complaint, ServerView } from "../types.ts";
import { words } from "../words.ts";
import { narrowable } from "./agent-scopes.tsx";
import { belongsTo } from "./edit-server.tsx";
import { OAuthFacts, PatternName } from "./oauth-facts.tsx";

export type ServerAction =
  | "tools"
  | "test"
  | "edit"
  | "replace-key"
  | "agent-scopes"
  | "stderr"
  | "import-again"
  | "remove";

/** Whether there is a key to replace. */
export const hasKey = (server: ServerView): boolean =>
  server.kind !== "stdio"
    ? server.pattern.type === "api-key"
    : Object.keys(server.secretEnv).length > 0;

export function ServerCard(props: {
  server: ServerView;
  onAction: (action: ServerAction) => void;
}): ReactNode {
  const { server, onAction } = props;
  const store = useStore();
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const paused = server.state === "paused";
  const w = words.servers;
  const toggle = (): void => {
    void store.bridge
      .call("servers.setState", { id: server.id, state: paused ? "active" : "paused" })
      .then((reply) => {
        setComplaint(reply.ok ? null : reply.error);
        store.refresh("servers");
      });
  };
  const actions: Action[] = [
    { label: words.renewal.server.edit, icon: Pencil, run: () => onAction("edit") },
    paused
      ? { label: words.common.resume, icon: Play, run: toggle }
      : { label: words.common.pause, icon: Pause, run: toggle },
  ];
  if (hasKey(server)) {
    actions.push({ label: w.replaceKey, icon: KeyRound, run: () => onAction("replace-key") });
  }
  if (narrowable(server) !== null) {
    actions.push({
      label: w.agentScopes.open,
      icon: ListChecks,
      run: () => onAction("agent-scopes"),
    });
  }
  if (server.kind === "openapi") {
    actions.push({
      label: words.apis.again.open,
      icon: FileJson2,
      run: () => onAction("import-again"),
    });
  }
  if (server.kind === "stdio") {
    actions.push({ label: w.stderr, icon: SquareTerminal, run: () => onAction("stderr") });
  }
  actions.push({
    label: words.common.remove,
    icon: Trash2,
    danger: true,
    run: () => onAction("remove"),
  });
  const Icon = { http: Globe, openapi: Braces, stdio: SquareTerminal }[server.kind];
  return (
    <li className={`card item${paused ? " item-paused" : ""}`}>
      <header className="item-head">
        <span className="item-icon" title={w.kindLong[server.kind]}>
          <Icon size={18} strokeWidth={1.7} aria-hidden />
        </span>
        <div className="item-name">
          <h2 title={server.name}>{server.name}</h2>
          <span className="badge">{w.kind[server.kind]}</span>
          <span className={`badge badge-${server.stage}`}>{w.stage[server.stage]}</span>
          <PracticeOf tenant={server.tenant} />
          {paused && <span className="badge badge-warn">{words.common.paused}</span>}
        </div>
        <div className="item-actions">
          <Button
            small
            onClick={() => onAction("tools")}
            aria-label={`${words.tools.button} ${server.name}`}
          >
            {words.tools.button}
          </Button>
          <Button small onClick={() => onAction("test")} aria-label={`${w.test} ${server.name}`}>
            {w.test}
          </Button>
          <MoreMenu name={server.name} actions={actions} />
        </div>
      </header>
      <dl className="item-facts">
        <div>
          <dt>{w.endpoint}</dt>
          <dd>
            <CopyLine text={server.endpoint} label={w.copyEndpoint} />
          </dd>
        </div>
        <div>
          <dt>{server.kind !== "stdio" ? w.goesTo : w.runs}</dt>
          <dd>
            <code className="cut" title={targetOf(server)}>
              {targetOf(server)}
            </code>
            {server.kind !== "stdio" && server.allowPlainHttpOnLoopback && (
              <span className="item-warn">
                <TriangleAlert size={13} aria-hidden /> {w.plainHttp}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>{w.auth}</dt>
          <dd>
            <PatternText server={server} />
          </dd>
        </div>
        {server.kind !== "stdio" && "issuer" in server.pattern && (
          <OAuthFacts pattern={server.pattern} />
        )}
        {server.api !== null && (
          <div>
            <dt>{words.tools.button}</dt>
            <dd className="cut">
              {words.apis.tools(server.api.tools)}
              <span className="faint">
                {" · "}
                <Shown text={words.apis.read(server.api.title, server.api.version)} />
                {" · "}
                {words.apis.imported} <When instant={server.api.importedAt} />
              </span>
            </dd>
          </div>
        )}
        {server.stdio !== null && (
          <div>
            <dt>{words.status.label}</dt>
            <dd>
              <Health stdio={server.stdio} />
            </dd>
          </div>
        )}
        <div>
          <dt>{w.lastCall.label}</dt>
          <dd>
            <LastCall call={server.lastCall} />
          </dd>
        </div>
      </dl>
      {server.kind !== "stdio" && server.trustPem !== null && (
        <p className="item-note">{w.trusts}</p>
      )}
      {!belongsTo(server, targetOf(server)) && (
        <p className="item-note">{words.renewal.server.stray}</p>
      )}
      {complaint !== null && <ComplaintBox complaint={complaint} />}
    </li>
  );
}

function targetOf(server: ServerView): string {
  return server.kind !== "stdio" ? server.url : [server.command, ...server.args].join(" ");
}

function PatternText(props: { server: ServerView }): ReactNode {
  const { server } = props;
  const w = words.servers;
  if (server.kind !== "stdio") {
    const { pattern } = server;
    if (pattern.type === "none") return <span className="faint">{w.authNone}</span>;
    if (pattern.type !== "api-key") return <PatternName pattern={pattern} />;
    return (
      <>
        {pattern.in === "query"
          ? w.authQuery(pattern.name)
          : w.authHeader(pattern.name, pattern.prefix)}
        <KeyAge added={pattern.secretAddedAt} />
      </>
    );
  }
  const secrets = Object.entries(server.secretEnv);
  if (secrets.length === 0) return <span className="faint">{w.authNone}</span>;
  const oldest = secrets.map(([, { secretAddedAt }]) => secretAddedAt).sort()[0];
  return (
    <>
      {w.authEnv(secrets.map(([name]) => name))}
      {oldest !== undefined && <KeyAge added={oldest} />}
    </>
  );
}

function KeyAge(props: { added: string }): ReactNode {
  return (
    <span className="faint">
      {" · "}
      {words.servers.keyAddedBefore} <When instant={props.added} />
    </span>
  );
}

/** Whether the server answers, as the newest call tells. */
function LastCall(props: { call: ServerView["lastCall"] }): ReactNode {
  const { call } = props;
  const w = words.servers.lastCall;
  if (call === null) return <span className="faint">{w.none}</span>;
  return (
    <span className="health">
      <span className={`dot dot-${call.answered ? "good" : "bad"}`} aria-hidden />
      <span>{call.answered ? w.answered : w.failed}</span>
      <span className="faint">
        <When instant={call.at} />
      </span>
      {call.why !== null && (
        <span className="health-why">
          <Shown text={call.why} />
        </span>
      )}
    </span>
  );
}

function Health(props: { stdio: NonNullable<ServerView["stdio"]> }): ReactNode {
  const { state, processes, restarts, nextStartAt } = props.stdio;
  const w = words.servers;
  const tone = { idle: "idle", running: "good", "backing-off": "bad" }[state];
  return (
    <span className="health">
      <span className={`dot dot-${tone}`} aria-hidden />
      {state === "running" ? w.health.running(processes) : w.health[state]}
      {restarts > 0 && <span className="faint"> · {w.restarts(restarts)}</span>}
      {state === "backing-off" && nextStartAt !== null && (
        <span className="faint">
          {" "}
          · {w.nextStart(new Date(nextStartAt).toLocaleTimeString("en-GB"))}
        </span>
      )}
    </span>
  );
}
