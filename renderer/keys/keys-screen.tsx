// Every secret by name, kind, age, use, and when it must be replaced. The app never gets a value, so it shows none.
import {
  Asterisk,
  BadgeCheck,
  Bot,
  ChevronRight,
  FilePenLine,
  Fingerprint,
  KeyRound,
  type LucideIcon,
  TriangleAlert,
  Undo2,
  UserRound,
} from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { fullTime } from "../lib/format.ts";
import { useNow } from "../lib/hooks.ts";
import { Button, IconButton } from "../parts/button.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { PracticeOf } from "../parts/practice.tsx";
import { Screen } from "../parts/screen.tsx";
import { Shown } from "../parts/shown.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { type ScreenName, useFlows } from "../shell/flows.ts";
import { vaultText } from "../shell/status-footer.tsx";
import { useApp, useBridge } from "../state/context.tsx";
import type { Complaint, SecretEntry, SecretKind } from "../types.ts";
import { words } from "../words.ts";
import { ageDays, dueOf } from "./due.ts";

const ICON: Record<SecretKind, LucideIcon> = {
  "api-key": KeyRound,
  environment: Asterisk,
  "client-secret": KeyRound,
  "signing-key": FilePenLine,
  "next-signing-key": FilePenLine,
  "proof-key": Fingerprint,
  "management-token": Undo2,
  "certificate-key": BadgeCheck,
  "sign-in": UserRound,
  "agent-key": Bot,
  "policy-token": KeyRound,
};
const PLACE: Record<SecretEntry["owner"]["type"], ScreenName> = {
  server: "servers",
  issuer: "identities",
  certificate: "identities",
  account: "identities",
  agent: "agents",
  policy: "policy",
};

export function KeysScreen(): ReactNode {
  const bridge = useBridge();
  const { status, servers, issuers, accounts, certificates, agents } = useApp();
  const { go } = useFlows();
  const [entries, setEntries] = useState<readonly SecretEntry[] | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const ask = useCallback(() => {
    void bridge.call("secrets.list", {}).then((reply) => {
      setComplaint(reply.ok ? null : reply.error);
      if (reply.ok) setEntries(reply.value);
    });
  }, [bridge]);
  // Whatever changes one of these may bring or take a key.
  useEffect(ask, [ask, servers, issuers, accounts, certificates, agents]);
  const w = words.keys;
  return (
    <Screen
      title={w.title}
      text={w.subtitle}
      actions={
        <Button icon={BadgeCheck} onClick={() => go("identities", "certificates")}>
          {w.certificates}
        </Button>
      }
    >
      {complaint !== null && (
        <ComplaintBox complaint={complaint}>
          <Button small onClick={ask}>
            {words.common.tryAgain}
          </Button>
        </ComplaintBox>
      )}
      {entries === null && complaint === null && <WaitingList />}
      {entries?.length === 0 && <Empty icon={KeyRound} title={w.emptyTitle} text={w.emptyText} />}
      {entries !== null && entries.length > 0 && (
        <>
          <p className="keys-place faint">
            {w.count(entries.length)} · {status !== null && w.where(vaultText(status.vault))}
          </p>
          <ul className="card keys" aria-label={w.list}>
            {entries.map((entry) => (
              <KeyLine key={entry.id} entry={entry} />
            ))}
          </ul>
        </>
      )}
    </Screen>
  );
}

const NAMED = 3;

function KeyLine(props: { entry: SecretEntry }): ReactNode {
  const { entry } = props;
  const { owner, usedBy } = entry;
  const { go } = useFlows();
  const now = useNow(60_000);
  const w = words.keys;
  const Icon = ICON[entry.kind];
  const days = ageDays(entry, now);
  const due = dueOf(entry, now);
  const tabs = { issuer: "issuers", certificate: "certificates", account: "accounts" } as const;
  const tab = owner.type in tabs ? tabs[owner.type as keyof typeof tabs] : undefined;
  return (
    <li className="key">
      <span className="item-icon">
        <Icon size={16} strokeWidth={1.8} aria-hidden />
      </span>
      <div className="key-what">
        <h2>
          <Shown text={owner.name} /> <PracticeOf tenant={entry.tenant} />
        </h2>
        <p title={w.meaning[entry.kind]}>
          {entry.kind === "environment" && entry.name !== null
            ? w.variable(entry.name)
            : w.kind[entry.kind]}
          <span className="faint"> · {w.owner[owner.type]}</span>
        </p>
      </div>
      <div className="key-use">
        <p className="faint">{w.usedBy}</p>
        <p>
          {usedBy.length === 0 ? (
            <span className="faint">{w.unused}</span>
          ) : (
            <>
              <Shown text={usedBy.slice(0, NAMED).join(", ")} />
              {usedBy.length > NAMED && ` ${w.more(usedBy.length - NAMED)}`}
            </>
          )}
        </p>
      </div>
      <div className="key-due">
        <p className={`due due-${due.tone}`}>
          {due.tone !== "calm" && <TriangleAlert size={13} aria-hidden />} {due.text}
        </p>
        <p
          className="faint"
          title={entry.addedAt === null ? undefined : fullTime(Date.parse(entry.addedAt))}
        >
          {days === null ? w.ageUnknown : w.days(days)}
        </p>
      </div>
      <IconButton
        label={w.show(owner.name)}
        icon={ChevronRight}
        onClick={() => go(PLACE[owner.type], tab)}
      />
    </li>
  );
}
