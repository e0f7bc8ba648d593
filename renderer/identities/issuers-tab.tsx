// The registrations: what Countersign is at each issuer, and what issuers need to believe its agents.
import { FileKey2, KeyRound, Landmark, Pencil, Plus, Trash2, TriangleAlert } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { Button } from "../parts/button.tsx";
import { CopyLine, Snippet } from "../parts/copy.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Empty } from "../parts/notice.tsx";
import { type Action, MoreMenu } from "../parts/picker.tsx";
import { PracticeOf } from "../parts/practice.tsx";
import { Shown } from "../parts/shown.tsx";
import { When } from "../parts/when.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { useApp, useBridge, useStore } from "../state/context.tsx";
import type { Issuer, OutputOf } from "../types.ts";
import { words } from "../words.ts";
import { methodWords } from "../words/xray.ts";
import { ChangeIssuer, type IssuerChange } from "./change-issuer.tsx";
import { EMPTY_ISSUER, issuerFaults, toIssuerInput } from "./issuer-draft.ts";
import { FormDialog } from "../parts/form-dialog.tsx";
import { IssuerFields } from "./issuer-fields.tsx";

export function IssuersTab(): ReactNode {
  const store = useStore();
  const { issuers } = useApp();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Issuer | null>(null);
  const [changing, setChanging] = useState<{ what: IssuerChange; issuer: Issuer } | null>(null);
  const w = words.identities.issuers;
  const add = (
    <Button look="primary" icon={Plus} onClick={() => setAdding(true)}>
      {w.add}
    </Button>
  );
  return (
    <>
      {issuers === null && <WaitingList />}
      {issuers?.length === 0 ? (
        <Empty icon={Landmark} title={w.emptyTitle} text={w.emptyText}>
          {add}
        </Empty>
      ) : (
        <div className="tab-actions">{add}</div>
      )}
      <ul className="cards">
        {issuers?.map((issuer) => (
          <IssuerCard
            key={issuer.id}
            issuer={issuer}
            onChange={(what) => setChanging({ what, issuer })}
            onRemove={() => setRemoving(issuer)}
          />
        ))}
      </ul>
      <Actors />
      {adding && <AddIssuer onClose={() => setAdding(false)} />}
      {changing !== null && <ChangeIssuer {...changing} onClose={() => setChanging(null)} />}
      {removing !== null && (
        <Confirm
          title={w.removeTitle(removing.name)}
          text={w.removeText}
          action={w.removeAction}
          onClose={() => setRemoving(null)}
          run={async () => {
            const reply = await store.bridge.call("issuers.remove", { id: removing.id });
            if (reply.ok) store.refresh("issuers");
            return reply;
          }}
        />
      )}
    </>
  );
}

function AddIssuer(props: { onClose: () => void }): ReactNode {
  const store = useStore();
  const [draft, setDraft] = useState(EMPTY_ISSUER);
  const [tried, setTried] = useState(false);
  const w = words.identities.issuers.form;
  const faults = issuerFaults(draft);
  return (
    <FormDialog
      title={w.title}
      text={w.text}
      submit={w.submit}
      submitting={w.submitting}
      fits={Object.keys(faults).length === 0}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const reply = await store.bridge.call("issuers.add", toIssuerInput(draft));
        if (reply.ok) {
          store.refresh("issuers");
          props.onClose();
        }
        return reply;
      }}
    >
      <IssuerFields
        draft={draft}
        faults={tried ? faults : {}}
        onChange={(part) => setDraft((now) => ({ ...now, ...part }))}
        autoFocus
      />
    </FormDialog>
  );
}

/** What may be changed of it, by how it proves itself. */
function changesOf(auth: Issuer["auth"], ask: (what: IssuerChange) => void): Action[] {
  const r = words.renewal.issuer;
  const edit = { label: r.edit, icon: Pencil, run: () => ask("edit") };
  const keySet = { label: r.keySet, icon: FileKey2, run: () => ask("key-set") };
  if (auth.method === "private_key_jwt") {
    const newKey = { label: r.newKey, icon: KeyRound, run: () => ask("new-key") };
    return [edit, ...(auth.next === undefined ? [newKey] : []), keySet];
  }
  if (auth.method === "self_signed_tls_client_auth") return [edit, keySet];
  if (!("secret" in auth)) return [edit];
  return [edit, { label: r.replaceSecret, icon: KeyRound, run: () => ask("replace-secret") }];
}

function IssuerCard(props: {
  issuer: Issuer;
  onChange: (what: IssuerChange) => void;
  onRemove: () => void;
}): ReactNode {
  const { issuer } = props;
  const { auth } = issuer;
  const { certificates } = useApp();
  const w = words.identities.issuers;
  return (
    <li className="card item">
      <header className="item-head">
        <span className="item-icon">
          <Landmark size={18} strokeWidth={1.7} aria-hidden />
        </span>
        <div className="item-name">
          <h2 title={issuer.name}>{issuer.name}</h2>
          <PracticeOf tenant={issuer.tenant} />
        </div>
        <div className="item-actions">
          <MoreMenu
            name={issuer.name}
            actions={[
              ...changesOf(auth, props.onChange),
              { label: words.common.remove, icon: Trash2, danger: true, run: props.onRemove },
            ]}
          />
        </div>
      </header>
      <dl className="item-facts">
        <div>
          <dt>{w.issuer}</dt>
          <dd>
            <CopyLine text={issuer.issuer} label={w.copyIssuer} />
            {issuer.allowPlainHttpOnLoopback && issuer.issuer.startsWith("http:") && (
              <span className="item-warn">
                <TriangleAlert size={13} aria-hidden /> {w.plainHttp}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>{w.registeredAs}</dt>
          <dd>
            <CopyLine text={issuer.clientId} label={w.copyId} />
          </dd>
        </div>
        <div>
          <dt>{w.provedBy}</dt>
          <dd>
            {methodWords[auth.method]}
            {"secretAddedAt" in auth && (
              <span className="faint">
                · {w.secretAge} <When instant={auth.secretAddedAt} />
              </span>
            )}
          </dd>
        </div>
        {"certificate" in auth && (
          <div>
            <dt>{w.certificate}</dt>
            <dd>
              {certificates?.find(({ id }) => id === auth.certificate)?.label ?? (
                <span className="item-warn">{w.gone}</span>
              )}
            </dd>
          </div>
        )}
      </dl>
      {issuer.trustPem !== null && <p className="item-note">{w.trust}</p>}
      {auth.method === "private_key_jwt" && auth.next !== undefined && (
        <div className="item-more">
          <p className="field-hint">{words.renewal.issuer.waiting}</p>
          <div className="item-choice">
            <Button small look="primary" onClick={() => props.onChange("keep-new")}>
              {words.renewal.issuer.keepNew}
            </Button>
            <Button small onClick={() => props.onChange("keep-old")}>
              {words.renewal.issuer.dropNew}
            </Button>
          </div>
        </div>
      )}
      {auth.method === "private_key_jwt" && (
        <details className="item-more">
          <summary>{w.publicKey}</summary>
          <p className="field-hint">{w.publicKeyText}</p>
          <Snippet
            text={JSON.stringify(
              { keys: [auth.publicJwk, ...(auth.next === undefined ? [] : [auth.next.publicJwk])] },
              null,
              2,
            )}
            label={w.jwks}
          />
        </details>
      )}
    </li>
  );
}

/** Issuers that name actors must know the agents' keys, and under whose name they come. */
function Actors(): ReactNode {
  const { agents } = useApp();
  // An agent that was added or removed changes the set: it is asked for anew.
  return <ActorKeys key={agents?.length ?? 0} />;
}

function ActorKeys(): ReactNode {
  const bridge = useBridge();
  const [jwks, setJwks] = useState<OutputOf<"actors.jwks">>([]);
  useEffect(() => {
    let wanted = true;
    void bridge.call("actors.jwks", {}).then((reply) => {
      if (wanted && reply.ok) setJwks(reply.value);
    });
    return () => {
      wanted = false;
    };
  }, [bridge]);
  // Those without any agent that ever acted are left out, as long as there is one to show.
  const used = jwks.filter(({ keys }) => keys.length > 0);
  const shown = used.length > 0 ? used : jwks.slice(0, 1);
  return shown.map((set) => <KeySet key={set.tenant} set={set} />);
}

function KeySet(props: { set: OutputOf<"actors.jwks">[number] }): ReactNode {
  const { tenant, issuer, keys } = props.set;
  const id = useId();
  const w = words.identities.issuers.actors;
  return (
    <section className="about actors" aria-labelledby={id}>
      <h2 id={id}>
        {w.title} <PracticeOf tenant={tenant} />
      </h2>
      <p>{w.text}</p>
      <dl className="item-facts">
        <div>
          <dt>{w.issuer}</dt>
          <dd>
            <CopyLine text={issuer} label={w.copyIssuer} />
          </dd>
        </div>
        <div>
          <dt>{w.keys}</dt>
          <dd>
            {keys.length === 0 ? (
              <span className="faint">{w.none}</span>
            ) : (
              <Shown text={w.count(keys.length)} />
            )}
          </dd>
        </div>
      </dl>
      {keys.length > 0 && <Snippet text={JSON.stringify({ keys }, null, 2)} label={w.keys} />}
    </section>
  );
}
