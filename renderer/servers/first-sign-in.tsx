// The step between adding a server and calling it: the person signs in at the issuer that it named.
import { type ReactNode, useEffect, useState } from "react";
import { hostOf } from "../identities/account-face.ts";
import { type Begun, SignInWait, useSignIn } from "../identities/sign-in-wait.tsx";
import { Button } from "../parts/button.tsx";
import { Modal } from "../parts/dialog.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, Issuer } from "../types.ts";
import { words } from "../words.ts";

export interface SignInWish {
  readonly issuer: Issuer;
  readonly scopes: readonly string[];
  readonly resource: string | null;
}

export function FirstSignIn(props: {
  name: string;
  wish: SignInWish;
  onDone: () => void;
  onClose: () => void;
}): ReactNode {
  const { issuer, resource, scopes } = props.wish;
  const bridge = useBridge();
  const [busy, setBusy] = useState(false);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [begun, setBegun] = useState<Begun | null>(null);
  const w = words.finding;
  const begin = (): void => {
    setBusy(true);
    setComplaint(null);
    setBegun(null);
    const input = { issuer: issuer.id, scopes: [...scopes], resource };
    void bridge.call("accounts.signIn", input).then((reply) => {
      setBusy(false);
      if (reply.ok) setBegun({ ...reply.value, issuer });
      else setComplaint(reply.error);
    });
  };
  return (
    <Modal
      title={w.signInTitle(props.name)}
      text={w.signInText(hostOf(issuer.issuer))}
      onClose={props.onClose}
    >
      <div className="dialog-body">
        {begun !== null && <Waiting key={begun.flow} begun={begun} onDone={props.onDone} />}
        {complaint !== null && <ComplaintBox complaint={complaint} />}
      </div>
      <div className="dialog-foot">
        <Button onClick={props.onDone}>{w.later}</Button>
        <Button look={begun === null ? "primary" : "plain"} busy={busy} onClick={begin}>
          {begun === null ? w.signIn : words.common.tryAgain}
        </Button>
      </div>
    </Modal>
  );
}

function Waiting(props: { begun: Begun; onDone: () => void }): ReactNode {
  const state = useSignIn(props.begun.flow);
  const { onDone } = props;
  const done = state?.state === "done";
  useEffect(() => {
    if (done) onDone();
  }, [done, onDone]);
  return <SignInWait begun={props.begun} state={state} />;
}
