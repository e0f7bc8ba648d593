// The arguments of a call, as the journal has them: masked, laid out, and marked as what they are, a
// text that the agent wrote.
import { type ReactNode, useMemo } from "react";
import { countHidden } from "../lib/hidden.ts";
import { CopyIcon } from "../parts/copy.tsx";
import { Json } from "../parts/json.tsx";
import type { CallDetail } from "../types.ts";
import { words } from "../words.ts";

export function Arguments(props: { call: CallDetail }): ReactNode {
  const { input, inputCut, inputBytes } = props.call;
  const w = words.log.detail;
  const hidden = useMemo(() => (input === null ? 0 : countHidden(input, true)), [input]);
  return (
    <section className="call-part">
      <h3>{w.arguments}</h3>
      {input === null ? (
        <p className="faint">{w.noArguments}</p>
      ) : (
        <div className="untrusted">
          <div className="untrusted-bar">
            <span className="untrusted-name" title={w.untrustedHint}>
              {w.untrusted}
            </span>
            {hidden > 0 && <span className="untrusted-alarm">{w.hidden(hidden)}</span>}
            <CopyIcon text={input} label={w.copyArguments} />
          </div>
          <Json text={input} label={w.arguments} />
          <p className="untrusted-note">
            {w.redacted} {inputCut && w.cut(inputBytes)}
          </p>
        </div>
      )}
    </section>
  );
}
