// Waiting for a sign-in: in this machine's browser, or with a code on another device. And how it ended.
import { CircleCheck, ExternalLink, LoaderCircle, ScanLine } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { countdown } from "../lib/format.ts";
import { useNow, usePolling } from "../lib/hooks.ts";
import { isHttpUrl } from "../lib/names.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton, CopyLine } from "../parts/copy.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp, useBridge } from "../state/context.tsx";
import type { Complaint, DeviceCode, Issuer, SignInState } from "../types.ts";
import { words } from "../words.ts";
import { XrayDialog } from "../xray/xray-dialog.tsx";
import { hostOf, whoIs } from "./account-face.ts";

/** A sign-in that was begun: at an address of the issuer, or with a code. */
export type Begun = (
  | { readonly url: string; readonly flow: string }
  | (DeviceCode & { readonly url?: undefined })
) & { readonly issuer: Issuer };

/** Events are hints: asked for again now and then all the same. */
const LOOK_MS = 2000;

/** How a sign-in is doing; null until it is known. */
export function useSignIn(flow: string): SignInState | null {
  const bridge = useBridge();
  const [state, setState] = useState<SignInState | null>(null);
  const look = (): void => {
    if (state !== null && state.state !== "waiting") return;
    void bridge.call("accounts.signInState", { flow }).then((reply) => {
      setState(reply.ok ? reply.value : { state: "failed", complaint: reply.error });
    });
  };
  usePolling(look, LOOK_MS);
  useEffect(() =>
    bridge.watch((event) => {
      if (event.type === "changed" && event.what === "sign-ins") look();
    }),
  );
  return state;
}

export function SignInWait(props: { begun: Begun; state: SignInState | null }): ReactNode {
  const { begun, state } = props;
  if (state?.state === "failed") return <Failed complaint={state.complaint} flow={begun.flow} />;
  if (state?.state === "done") return <Back account={state.account} />;
  if (state?.state === "waiting" && state.asks === true) {
    return <Waits text={words.account.asks} />;
  }
  return begun.url === undefined ? (
    <Code code={begun} device={state?.device ?? null} />
  ) : (
    <Away url={begun.url} issuer={begun.issuer} />
  );
}

/**
 * In the desktop form the main process has opened the browser already. In a browser the person follows a link:
 * a window opened by script after an answer would be stopped as a pop-up.
 */
function Away(props: { url: string; issuer: Issuer }): ReactNode {
  const { url, issuer } = props;
  const bridge = useBridge();
  const w = words.identities.accounts.form;
  // Whatever the app answered, nothing but a web address is ever put into a link.
  return (
    <div className="away">
      {bridge.form === "browser" && isHttpUrl(url) ? (
        <>
          <Outside url={url} primary>
            {w.continue(hostOf(issuer.issuer))}
          </Outside>
          <p className="faint">{w.openHere}</p>
        </>
      ) : (
        <>
          <p className="away-title">{w.opened}</p>
          <p className="faint">{w.openedText}</p>
          <CopyButton text={url} word={w.copyUrl} />
        </>
      )}
      <Waits text={w.waiting} />
    </div>
  );
}

/** What is typed on the other device, with the time that is left for it. */
function Code(props: {
  code: DeviceCode;
  device: (SignInState & { state: "waiting" })["device"];
}): ReactNode {
  const { code, device } = props;
  const bridge = useBridge();
  const now = useNow(1000);
  const w = words.identities.accounts.form.device;
  const here = code.verificationUriComplete ?? code.verificationUri;
  const openHere = (): void => void bridge.call("accounts.signInPage", { flow: code.flow });
  return (
    <div className="device">
      <ol className="device-steps">
        <li>
          <p>{w.open}</p>
          <CopyLine text={code.verificationUri} label={w.copyAddress} />
          {bridge.form === "browser" && isHttpUrl(here) ? (
            <Outside url={here}>{w.openHere}</Outside>
          ) : (
            <Button small icon={ExternalLink} onClick={openHere}>
              {w.openHere}
            </Button>
          )}
        </li>
        <li>
          <p>{w.type}</p>
          <div className="device-code">
            <strong className="mono">
              <Shown text={code.userCode} />
            </strong>
            <CopyButton text={code.userCode} label={w.copyCode} />
          </div>
        </li>
      </ol>
      <p className="device-left" role="timer">
        {w.left(countdown(code.expiresAt - now))}
      </p>
      <Waits
        text={
          device?.slowed === true
            ? w.slowed(device.everySeconds)
            : device?.trouble == null
              ? w.waiting
              : w.trouble
        }
      />
      {device?.trouble != null && (
        <p className="faint">
          <Shown text={device.trouble.sentence} />
        </p>
      )}
    </div>
  );
}

function Outside(props: { url: string; primary?: boolean; children: string }): ReactNode {
  return (
    <a
      className={`button ${props.primary === true ? "button-primary" : "button-plain button-small"}`}
      href={props.url}
      target="_blank"
      rel="noreferrer noopener"
      autoFocus={props.primary}
    >
      <ExternalLink size={props.primary === true ? 15 : 14} aria-hidden />
      <span>{props.children}</span>
    </a>
  );
}

function Waits(props: { text: string }): ReactNode {
  return (
    <p className="away-wait" role="status">
      <LoaderCircle className="spin" size={15} aria-hidden /> {props.text}
    </p>
  );
}

function Back(props: { account: string }): ReactNode {
  const { accounts } = useApp();
  const account = accounts?.find(({ id }) => id === props.account);
  const w = words.identities.accounts.form;
  return (
    <div role="status">
      <p className="test-head test-good">
        <CircleCheck size={18} aria-hidden />
        <Shown text={account === undefined ? w.doneSomebody : w.done(whoIs(account).who)} />
      </p>
      <p className="faint away-done">{w.doneText}</p>
    </div>
  );
}

function Failed(props: { complaint: Complaint; flow: string }): ReactNode {
  const [open, setOpen] = useState(false);
  const w = words.identities.flows;
  return (
    <>
      <ComplaintBox complaint={props.complaint}>
        <Button small icon={ScanLine} onClick={() => setOpen(true)}>
          {w.open}
        </Button>
      </ComplaintBox>
      {open && <XrayDialog id={props.flow} onClose={() => setOpen(false)} />}
    </>
  );
}
