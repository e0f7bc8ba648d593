// The states in which there is nothing else to show.
import { LoaderCircle, LogIn, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import { Snippet } from "../parts/copy.tsx";
import { ComplaintBox, Empty } from "../parts/notice.tsx";
import { useApp, useBridge, useStore } from "../state/context.tsx";
import { words } from "../words.ts";

/** The session ended or never was. Only a fresh link helps, so that is all the page says. */
export function SignedOut(): ReactNode {
  return (
    <main className="full-page">
      <Empty
        level={1}
        icon={LogIn}
        title={words.link.signedOutTitle}
        text={words.link.signedOutText}
      >
        <Snippet text={words.link.signedOutCommand} label={words.common.command} />
        <p className="faint">{words.link.signedOutCheckout}</p>
      </Empty>
    </main>
  );
}

/** Nothing is known yet, or the link was lost before anything was. */
export function NoLink(props: { lost: boolean; onRetry: () => void }): ReactNode {
  return (
    <main className="full-page">
      {props.lost ? (
        <Empty level={1} icon={Unplug} title={words.link.lostTitle} text={words.link.lostFirst}>
          <Button onClick={props.onRetry}>{words.link.retry}</Button>
        </Empty>
      ) : (
        <p className="connecting" role="status">
          <LoaderCircle className="spin" size={18} aria-hidden /> {words.link.connecting}
        </p>
      )}
    </main>
  );
}

export function Connecting(): ReactNode {
  const { link, complaint } = useApp();
  const bridge = useBridge();
  const store = useStore();
  if (link === "lost" || complaint === null) {
    return <NoLink lost={link === "lost"} onRetry={() => bridge.retry()} />;
  }
  return (
    <main className="full-page">
      <div className="full-page-box">
        <ComplaintBox complaint={complaint}>
          <Button small onClick={() => store.refreshAll()}>
            {words.common.tryAgain}
          </Button>
        </ComplaintBox>
      </div>
    </main>
  );
}
