// The agents: who may call, and the means to stop each of them.
import { BadgeCheck, BadgeX, Bot, Unplug, Pause, Play, Plus, RotateCw, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { usePolling } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { MoreMenu } from "../parts/picker.tsx";
import { PracticeOf } from "../parts/practice.tsx";
import { Screen } from "../parts/screen.tsx";
import { Shown } from "../parts/shown.tsx";
import { When } from "../parts/when.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { useFlows } from "../shell/flows.ts";
import { useApp, useStore } from "../state/context.tsx";
import type { AgentView, Complaint, ConnectTarget, Issued } from "../types.ts";
import { words } from "../words.ts";
import { CertificateDoor, CertificateFacts, SetCertificate } from "./agent-certificate.tsx";
import { MayUse } from "./may-use.tsx";
import { ConnectDialog } from "./connect-dialog.tsx";
import { Disconnect } from "./disconnect.tsx";
import { IssuedDialog } from "./issued.tsx";
import { useTargets } from "./targets.ts";
import { Programs } from "./programs.tsx";
import { WrittenTo } from "./written-to.tsx";

/** When an agent was last seen changes without an event. */
const SEEN_MS = 10_000;

type FileAction = "update" | "disconnect";
type AgentAction = "rotate" | "remove" | "set-certificate" | "take-certificate";

export function AgentsScreen(): ReactNode {
  const store = useStore();
  const { agents } = useApp();
  const { addAgent } = useFlows();
  const [asked, setAsked] = useState<{ action: AgentAction; agent: AgentView } | null>(null);
  const [issued, setIssued] = useState<Issued | null>(null);
  const [targets] = useTargets();
  const [file, setFile] = useState<{ action: FileAction; target: ConnectTarget } | null>(null);
  const writtenFor = (agent: AgentView): readonly ConnectTarget[] =>
    (targets ?? []).filter((target) => target.agent === agent.id);
  usePolling(() => store.refresh("agents"), SEEN_MS);
  const w = words.agents;
  return (
    <Screen
      title={w.title}
      text={w.subtitle}
      actions={
        <Button look="primary" icon={Plus} onClick={addAgent}>
          {w.add}
        </Button>
      }
    >
      {agents === null && <WaitingList />}
      {agents?.length === 0 && (
        <Empty icon={Bot} title={w.emptyTitle} text={w.emptyText}>
          <Button look="primary" icon={Plus} onClick={addAgent}>
            {w.add}
          </Button>
        </Empty>
      )}
      <ul className="cards">
        {agents?.map((agent) => (
          <AgentCard
            key={agent.id}
            agent={agent}
            targets={writtenFor(agent)}
            onAsk={(action) => setAsked({ action, agent })}
            onFile={(action, target) => setFile({ action, target })}
          />
        ))}
      </ul>
      <CertificateDoor
        // Its door opens with the first certificate and closes with the last.
        key={agents?.filter((one) => one.certificate !== undefined).length ?? 0}
      />
      {asked?.action === "set-certificate" && (
        <SetCertificate agent={asked.agent} onClose={() => setAsked(null)} />
      )}
      {asked?.action === "take-certificate" && (
        <Confirm
          title={<Shown text={w.certificate.takeTitle(asked.agent.name)} />}
          text={w.certificate.takeText}
          action={w.certificate.takeAction}
          onClose={() => setAsked(null)}
          run={async () => {
            const input = { id: asked.agent.id, certificate: null };
            const reply = await store.bridge.call("agents.setCertificate", input);
            if (reply.ok) store.refresh("agents");
            return reply;
          }}
        />
      )}
      {asked?.action === "remove" && (
        <Confirm
          title={<Shown text={w.removeTitle(asked.agent.name)} />}
          text={w.removeText}
          action={w.removeAction}
          onClose={() => setAsked(null)}
          run={async () => {
            const reply = await store.bridge.call("agents.remove", { id: asked.agent.id });
            if (reply.ok) store.refreshLists();
            return reply;
          }}
        />
      )}
      {asked?.action === "rotate" && (
        <Confirm
          title={<Shown text={w.rotateTitle(asked.agent.name)} />}
          text={w.rotateText + rotateWritten(writtenFor(asked.agent))}
          action={w.rotateAction}
          danger={false}
          onClose={() => setAsked(null)}
          run={async () => {
            const reply = await store.bridge.call("agents.rotate", { id: asked.agent.id });
            if (reply.ok) {
              setIssued(reply.value);
              store.refreshLists();
            }
            return reply;
          }}
        />
      )}
      {file?.action === "update" && (
        <ConnectDialog target={file.target} onClose={() => setFile(null)} />
      )}
      {file?.action === "disconnect" && (
        <Disconnect target={file.target} onClose={() => setFile(null)} />
      )}
      {issued !== null && <IssuedDialog issued={issued} onClose={() => setIssued(null)} />}
    </Screen>
  );
}

/** Where rotating writes the new credential by itself. */
function rotateWritten(targets: readonly ConnectTarget[]): string {
  const names = targets.filter(({ writtenAt }) => writtenAt !== null).map(({ name }) => name);
  return names.length === 0 ? "" : words.connect.rotateWritten(names.join(", "));
}

function AgentCard(props: {
  agent: AgentView;
  /** The assistants whose files hold its credential. */
  targets: readonly ConnectTarget[];
  onAsk: (action: AgentAction) => void;
  onFile: (action: FileAction, target: ConnectTarget) => void;
}): ReactNode {
  const { agent, targets, onAsk, onFile } = props;
  const store = useStore();
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const paused = agent.state === "paused";
  const w = words.agents;
  const toggle = (): void => {
    void store.bridge
      .call("agents.setState", { id: agent.id, state: paused ? "active" : "paused" })
      .then((reply) => {
        setComplaint(reply.ok ? null : reply.error);
        store.refresh("agents");
      });
  };
  return (
    <li className={`card item${paused ? " item-paused" : ""}`}>
      <header className="item-head">
        <span className="item-icon">
          <Bot size={18} strokeWidth={1.7} aria-hidden />
        </span>
        <div className="item-name">
          <h2 title={agent.name}>
            <Shown text={agent.name} />
          </h2>
          <PracticeOf tenant={agent.tenant} />
          {paused && <span className="badge badge-warn">{words.common.paused}</span>}
        </div>
        <div className="item-actions">
          <Button
            small
            icon={paused ? Play : Pause}
            onClick={toggle}
            aria-label={`${paused ? words.common.resume : words.common.pause} ${agent.name}`}
          >
            {paused ? words.common.resume : words.common.pause}
          </Button>
          <MoreMenu
            name={agent.name}
            actions={[
              { label: w.rotate, icon: RotateCw, run: () => onAsk("rotate") },
              {
                label: w.certificate.set,
                icon: BadgeCheck,
                run: () => onAsk("set-certificate"),
              },
              ...(agent.certificate === undefined
                ? []
                : [
                    {
                      label: w.certificate.takeAway,
                      icon: BadgeX,
                      danger: true,
                      run: () => onAsk("take-certificate"),
                    },
                  ]),
              ...targets
                .filter(({ writtenAt }) => writtenAt !== null)
                .map((target) => ({
                  label: words.connect.disconnect(target.name),
                  icon: Unplug,
                  run: () => onFile("disconnect", target),
                })),
              {
                label: words.common.remove,
                icon: Trash2,
                danger: true,
                run: () => onAsk("remove"),
              },
            ]}
          />
        </div>
      </header>
      <dl className="item-facts item-facts-row">
        <div>
          <dt>{w.lastSeen}</dt>
          <dd>
            {agent.lastSeenAt === null ? (
              <span className="faint">{w.notSeen}</span>
            ) : (
              <When instant={agent.lastSeenAt} />
            )}
          </dd>
        </div>
        <div>
          <dt>{w.credential}</dt>
          <dd>
            <code title={w.hint(agent.credentialHint)}>csa_…{agent.credentialHint}</code>
          </dd>
        </div>
        <div>
          <dt>{agent.rotatedAt === null ? w.created : w.rotatedLabel}</dt>
          <dd>
            <When instant={agent.rotatedAt ?? agent.createdAt} />
          </dd>
        </div>
      </dl>
      <Programs agent={agent} />
      <WrittenTo targets={targets} onUpdate={(target) => onFile("update", target)} />
      <CertificateFacts agent={agent} />
      <MayUse agent={agent} />
      {complaint !== null && <ComplaintBox complaint={complaint} />}
    </li>
  );
}
