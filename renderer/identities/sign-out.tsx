// Signing out, and saying exactly what the issuer took back and what it did not (RFC 7009).
import { Check, Minus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Confirm, Modal } from "../parts/dialog.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { AccountView, SignedOut } from "../types.ts";
import { words } from "../words.ts";
import { whoIs } from "./account-face.ts";

export function SignOut(props: { account: AccountView; onClose: () => void }): ReactNode {
  const store = useStore();
  const [result, setResult] = useState<SignedOut | null>(null);
  const w = words.identities.accounts.out;
  const { who } = whoIs(props.account);
  if (result !== null) return <Result who={who} result={result} onClose={props.onClose} />;
  return (
    <Confirm
      title={<Shown text={w.title(who)} />}
      text={w.text}
      action={w.action}
      // Success leads on to the result, not away.
      onClose={props.onClose}
      stays
      run={async () => {
        const reply = await store.bridge.call("accounts.signOut", { id: props.account.id });
        if (reply.ok) {
          store.refresh("accounts");
          setResult(reply.value);
        }
        return reply;
      }}
    />
  );
}

function Result(props: { who: string; result: SignedOut; onClose: () => void }): ReactNode {
  const { revoked, notRevoked } = props.result;
  const w = words.identities.accounts.out;
  return (
    <Modal title={<Shown text={w.doneTitle(props.who)} />} onClose={props.onClose}>
      <div className="dialog-body">
        {revoked.length + notRevoked.length === 0 && <p>{w.nothing}</p>}
        {revoked.length > 0 && (
          <div className="signed-out">
            <h3>{w.revoked}</h3>
            <ul>
              {revoked.map((what) => (
                <li key={what}>
                  <Check size={14} aria-hidden className="point-good" /> <Shown text={what} />
                </li>
              ))}
            </ul>
          </div>
        )}
        {notRevoked.length > 0 && (
          <div className="signed-out">
            <h3>{w.notRevoked}</h3>
            <ul>
              {notRevoked.map(({ what, why }) => (
                <li key={what}>
                  <Minus size={14} aria-hidden className="point-warn" />
                  <span>
                    <Shown text={what} />
                    <small>
                      <Shown text={why} />
                    </small>
                  </span>
                </li>
              ))}
            </ul>
          </div>
        )}
        <p className="faint">{w.left}</p>
      </div>
      <div className="dialog-foot">
        <Button look="primary" onClick={props.onClose}>
          {words.common.done}
        </Button>
      </div>
    </Modal>
  );
}
