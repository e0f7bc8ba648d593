// The three things that must work, always in sight: the door, the place of the secrets, the journal.
import type { ReactNode } from "react";
import { CopyIcon } from "../parts/copy.tsx";
import { useApp } from "../state/context.tsx";
import type { VaultStatus } from "../types.ts";
import { words } from "../words.ts";

type Tone = "good" | "warn" | "bad";

/** `Keychain`, `Sealed file, locked`, `Not chosen yet`. */
export function vaultText(vault: VaultStatus): string {
  const kind = vault.kind === null ? "" : words.status.vaultKind[vault.kind];
  return [kind, words.status.vaultState[vault.state]].filter((part) => part !== "").join(", ");
}

export function StatusFooter(): ReactNode {
  const { status, link } = useApp();
  if (status === null) return null;
  const journalTrouble = status.troubles.some((trouble) => trouble.code === "journal_unwritable");
  const vaultTone: Tone =
    status.vault.state === "ready" ? "good" : status.vault.state === "unavailable" ? "bad" : "warn";
  const up = link === "open";
  return (
    <section className="status" aria-label={words.status.label}>
      <div className="status-row" title={words.status.doorHint}>
        <Dot tone={up ? "good" : "bad"} />
        <span className="status-name">{words.status.door}</span>
        <code className="status-value">{status.door.replace(/^http:\/\//, "")}</code>
        <CopyIcon text={status.door} label={words.status.copyDoor} />
      </div>
      <div className="status-row" title={`${words.status.vault}: ${vaultText(status.vault)}`}>
        <Dot tone={vaultTone} />
        <span className="status-name">{words.status.vault}</span>
        <span className="status-value" title={status.vault.reason ?? undefined}>
          {vaultText(status.vault)}
        </span>
      </div>
      <div className="status-row">
        <Dot tone={journalTrouble ? "bad" : "good"} />
        <span className="status-name">{words.status.journal}</span>
        <span className="status-value">
          {journalTrouble
            ? words.status.journalBroken
            : words.status.journalFine(status.counts.calls)}
        </span>
      </div>
    </section>
  );
}

function Dot(props: { tone: Tone }): ReactNode {
  return <span className={`dot dot-${props.tone}`} aria-hidden />;
}
