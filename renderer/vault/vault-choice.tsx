// Where secrets shall live: asked once, with what each choice means. Nothing is preselected, because
// nothing here may be chosen by accident.
import { Check, FileLock2, KeyRound, MemoryStick, RefreshCw, X } from "lucide-react";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Field, SecretInput } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { useStore } from "../state/context.tsx";
import type { Complaint, InputOf, VaultStatus } from "../types.ts";
import { words } from "../words.ts";
import { Strength, strengthOf } from "./strength.tsx";

export function VaultChoice(props: { vault: VaultStatus }): ReactNode {
  const { vault } = props;
  const store = useStore();
  const [busy, setBusy] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const choose = (choice: InputOf<"vault.choose">): void => {
    setBusy(choice.kind);
    setComplaint(null);
    void store.bridge.call("vault.choose", choice).then((reply) => {
      setBusy(null);
      if (reply.ok) store.refresh("status");
      else setComplaint(reply.error);
    });
  };
  const w = words.vault;
  const keychainReady = vault.keychain === "ready";
  return (
    <section className="vault" aria-labelledby="vault-title">
      <div className="vault-intro">
        <span className="empty-icon">
          <KeyRound size={22} strokeWidth={1.6} aria-hidden />
        </span>
        <h1 id="vault-title">{w.title}</h1>
        <p>{keychainReady ? w.text : w.noKeychainText}</p>
        {!keychainReady && <p>{w.text}</p>}
      </div>
      {!keychainReady && <WhyNot vault={vault} />}
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      <div className={keychainReady ? "vault-choices vault-three" : "vault-choices"}>
        {keychainReady && (
          <article className="card vault-card">
            <h2>
              <KeyRound size={17} aria-hidden /> {w.keychain.name}
              <span className="badge badge-accent">{w.keychain.recommended}</span>
            </h2>
            <p>{w.keychain.text}</p>
            <Button
              look="primary"
              busy={busy === "keychain"}
              onClick={() => choose({ kind: "keychain" })}
            >
              {w.keychain.action}
            </Button>
          </article>
        )}
        <FileChoice vault={vault} busy={busy === "file"} onChoose={choose} />
        <article className="card vault-card">
          <h2>
            <MemoryStick size={17} aria-hidden /> {w.memory.name}
          </h2>
          <p>{w.memory.text}</p>
          <Points good={[w.memory.points[0]]} bad={w.memory.points.slice(1)} />
          <Button busy={busy === "memory"} onClick={() => choose({ kind: "memory" })}>
            {w.memory.action}
          </Button>
        </article>
      </div>
    </section>
  );
}

function WhyNot(props: { vault: VaultStatus }): ReactNode {
  const store = useStore();
  const [checking, setChecking] = useState(false);
  const recheck = (): void => {
    setChecking(true);
    // The doctor tries the keychain anew; the status then tells what it found.
    void store.bridge.call("doctor.run", {}).then(() => {
      setChecking(false);
      store.refresh("status");
    });
  };
  return (
    <div className="why-not">
      <div>
        <strong>{words.vault.why}</strong>
        <p>
          {words.vault.keychainState[props.vault.keychain]}
          {props.vault.reason !== null && (
            <>
              {" "}
              <code>{props.vault.reason}</code>
            </>
          )}
        </p>
      </div>
      <Button small icon={RefreshCw} busy={checking} onClick={recheck}>
        {checking ? words.vault.checking : words.vault.recheck}
      </Button>
    </div>
  );
}

function FileChoice(props: {
  vault: VaultStatus;
  busy: boolean;
  onChoose: (choice: InputOf<"vault.choose">) => void;
}): ReactNode {
  const w = words.vault.file;
  const existing = props.vault.sealedFile;
  const [passphrase, setPassphrase] = useState("");
  const [repeat, setRepeat] = useState("");
  const [tried, setTried] = useState(false);
  const differs = !existing && passphrase !== repeat;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (passphrase !== "" && !differs) props.onChoose({ kind: "file", passphrase });
  };
  return (
    <form className="card vault-card" onSubmit={submit}>
      <h2>
        <FileLock2 size={17} aria-hidden /> {w.name}
      </h2>
      <p>{existing ? w.existing : w.text}</p>
      {!existing && <Points good={[w.points[0]]} bad={w.points.slice(1)} />}
      <Field
        label={w.passphrase}
        {...(existing ? {} : { hint: <Strength passphrase={passphrase} /> })}
      >
        {(ids) => (
          <SecretInput
            {...ids}
            value={passphrase}
            onChange={(e) => setPassphrase(e.target.value)}
          />
        )}
      </Field>
      {!existing && (
        <Field label={w.repeat} error={tried && differs ? w.differs : null}>
          {(ids) => (
            <SecretInput {...ids} value={repeat} onChange={(e) => setRepeat(e.target.value)} />
          )}
        </Field>
      )}
      <Button
        type="submit"
        look={existing || strengthOf(passphrase) !== "empty" ? "primary" : "plain"}
        busy={props.busy}
      >
        {props.busy ? w.working : existing ? w.actionExisting : w.action}
      </Button>
    </form>
  );
}

/** What speaks for a choice, and what it costs. */
function Points(props: { good: readonly string[]; bad: readonly string[] }): ReactNode {
  return (
    <ul className="points">
      {props.good.map((point) => (
        <li key={point}>
          <Check size={14} aria-hidden className="point-good" /> {point}
        </li>
      ))}
      {props.bad.map((point) => (
        <li key={point}>
          <X size={14} aria-hidden className="point-bad" /> {point}
        </li>
      ))}
    </ul>
  );
}
