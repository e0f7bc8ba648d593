// One call that an agent wants to make. What Countersign knows stands apart from what others wrote, and nothing that
// decides is left out or cut.
import { type ReactNode, useMemo } from "react";
import { countHidden } from "../lib/hidden.ts";
import { ClaimsBox } from "../parts/claims.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { Flags } from "../parts/flags.tsx";
import { Json } from "../parts/json.tsx";
import { Shown } from "../parts/shown.tsx";
import type { CallMatter, Subject } from "../types.ts";
import { words } from "../words.ts";
import { Fact } from "./fact.tsx";
import { Grave } from "./grave.tsx";
import { AgentFact, ServerFact } from "./parties.tsx";
import { ProgramView } from "./program.tsx";
import { Trifecta } from "./trifecta.tsx";
import { Whose } from "./whose.tsx";

export function CallQuestion(props: { matter: CallMatter; waiting: number }): ReactNode {
  const { matter, waiting } = props;
  const w = words.approval.call;
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <CallDetails matter={matter} />
      {waiting > 1 && <p className="ask-waiting">{w.waiting(waiting)}</p>}
    </>
  );
}

/** Everything about a call that is not its heading: also behind each row of a list. */
export function CallDetails(props: { matter: CallMatter }): ReactNode {
  const { subject, rules, trifecta } = props.matter;
  const w = words.approval.call;
  const notes: Partial<Record<Subject["toolStanding"], string>> = words.tools.standingNote;
  const note = notes[subject.toolStanding] ?? null;
  const text = subject.argumentsText;
  const hidden = useMemo(() => countHidden(text, true), [text]);
  return (
    <>
      {trifecta !== undefined && <Trifecta brought={trifecta} />}
      {subject.destructive && (
        <Grave>
          <div>
            <strong>{w.destructive}</strong>
            <p>{w.destructiveText}</p>
          </div>
        </Grave>
      )}
      <dl className="facts ask-facts">
        <AgentFact agent={subject.agent} />
        <Fact name={words.asking.program.name}>
          <ProgramView program={subject.program} />
        </Fact>
        <Fact name={w.tool}>
          <span className="ask-tool" title={w.toolHint}>
            <Shown text={subject.tool} />
          </span>
        </Fact>
        <ServerFact server={subject.server} />
        <Whose {...subject} pattern={subject.server.pattern} />
        <Fact name={w.reason}>
          <Shown text={rules.map((rule) => w.rules[rule] ?? `${w.ownRule} (${rule})`).join("; ")} />
        </Fact>
      </dl>
      {note !== null && <p className="ask-text">{note}</p>}
      {subject.claims !== null && <Flags flags={subject.claims.flags} />}
      <section className="untrusted ask-arguments">
        <div className="untrusted-bar">
          <span className="untrusted-name">
            {w.arguments} · {w.untrusted}
          </span>
          {hidden > 0 && <span className="untrusted-alarm">{w.hidden(hidden)}</span>}
        </div>
        <Json text={text} label={w.arguments} />
      </section>
      <div className="ask-hash">
        <span title={w.hashHint}>{w.hash}</span>
        <CopyLine text={subject.argumentsHash} label={words.common.copy} />
      </div>
      {subject.claims !== null && <ClaimsBox claims={subject.claims} />}
    </>
  );
}
