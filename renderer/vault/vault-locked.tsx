// The place of the secrets is there but closed, or does not answer: a bar above the screen, because the
// log and the lists work without it.
import { Lock, RefreshCw } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Field, SecretInput } from "../parts/field.tsx";
import { useStore } from "../state/context.tsx";
import type { Complaint, VaultStatus } from "../types.ts";
import { words } from "../words.ts";

export function VaultLocked(props: { vault: VaultStatus }): ReactNode {
  const { vault } = props;
  if (vault.state === "locked") {
    return vault.kind === "file" ? (
      <Unlock />
    ) : (
      <Recheck
        title={words.vault.locked.titleKeychain}
        text={words.vault.locked.keychainText}
        vault={vault}
      />
    );
  }
  if (vault.state === "unavailable") {
    return (
      <Recheck
        title={words.vault.unavailableTitle}
        text={words.vault.unavailableText}
        vault={vault}
      />
    );
  }
  return null;
}

function Unlock(): ReactNode {
  const store = useStore();
  const w = words.vault.locked;
  const [passphrase, setPassphrase] = useState("");
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy || passphrase === "") return;
    setBusy(true);
    setComplaint(null);
    void store.bridge.call("vault.unlock", { passphrase }).then((reply) => {
      setBusy(false);
      setPassphrase("");
      if (reply.ok) store.refresh("status");
      else setComplaint(reply.error);
    });
  };
  return (
    <form className="unlock" onSubmit={submit} aria-label={w.titleFile}>
      <div className="unlock-text">
        <Lock size={16} aria-hidden />
        <div>
          <strong>{w.titleFile}</strong>
          <p>{w.text}</p>
        </div>
      </div>
      <div className="unlock-form">
        <Field
          label={w.passphrase}
          error={complaint === null ? null : `${complaint.sentence} ${complaint.advice}`}
        >
          {(ids) => (
            <SecretInput
              {...ids}
              value={passphrase}
              onChange={(e) => setPassphrase(e.target.value)}
            />
          )}
        </Field>
        <Button type="submit" look="primary" busy={busy}>
          {busy ? w.working : w.action}
        </Button>
      </div>
    </form>
  );
}

function Recheck(props: { title: string; text: string; vault: VaultStatus }): ReactNode {
  const store = useStore();
  const [busy, setBusy] = useState(false);
  const recheck = (): void => {
    setBusy(true);
    void store.bridge.call("doctor.run", {}).then(() => {
      setBusy(false);
      store.refresh("status");
    });
  };
  return (
    <div className="unlock">
      <div className="unlock-text">
        <Lock size={16} aria-hidden />
        <div>
          <strong>{props.title}</strong>
          <p>
            {props.text} {props.vault.reason !== null && <code>{props.vault.reason}</code>}
          </p>
        </div>
      </div>
      <Button small icon={RefreshCw} busy={busy} onClick={recheck}>
        {words.vault.recheck}
      </Button>
    </div>
  );
}
