// The same call once more: as a line for a shell, or, where it was one of the practice company, right away.
import { FlaskConical } from "lucide-react";
import type { ReactNode } from "react";
import { useAnswer } from "../lib/hooks.ts";
import { curlOfCall } from "../lib/shell.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { LAB_TENANT } from "../parts/practice.tsx";
import { useApp, useBridge } from "../state/context.tsx";
import type { CallDetail } from "../types.ts";
import { words } from "../words.ts";

export function Again(props: { call: CallDetail }): ReactNode {
  const { call } = props;
  const { status } = useApp();
  const w = words.log.again;
  const { serverName, tool, input, inputCut } = call;
  if (serverName === null || tool === null || status === null) return null;
  return (
    <section className="call-part" aria-labelledby="again-title">
      <h3 id="again-title">{w.title}</h3>
      {inputCut ? (
        <p className="faint">{w.cut}</p>
      ) : (
        <div className="again">
          <CopyButton
            text={curlOfCall(status.door, serverName, tool, input ?? "{}")}
            word={w.curl}
            label={w.curlLabel}
          />
          {call.tenant === LAB_TENANT && <InLab key={call.id} id={call.id} />}
          <p className="faint">{input?.includes(MASKED) === true ? w.fillIn : w.credential}</p>
        </div>
      )}
    </section>
  );
}

/** What the journal has in the place of a secret. */
const MASKED = "[redacted]";

function InLab(props: { id: string }): ReactNode {
  const bridge = useBridge();
  const { busy, found, complaint, ask, forget } = useAnswer<{ readonly outcome: string }>();
  const w = words.log.again;
  const run = (): void => {
    forget();
    ask(bridge.call("lab.again", { id: props.id }));
  };
  return (
    <>
      <Button small icon={FlaskConical} busy={busy} onClick={run}>
        {w.inLab}
      </Button>
      <p role="status" className={found === null ? "visually-hidden" : "again-outcome"}>
        {found !== null && w.done(found.outcome)}
      </p>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
    </>
  );
}
