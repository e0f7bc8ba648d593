// One call in the list: what decides in one line, all of it behind that, and the choice.
import { type ReactNode, useId, useState } from "react";
import { spelledOut } from "../lib/hidden.ts";
import { Button } from "../parts/button.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { words } from "../words.ts";
import { argumentLine, callOf, needOf, type Row } from "./burst-rows.ts";
import type { RowChoice } from "./burst-store.ts";
import { CallDetails } from "./call-question.tsx";

const w = words.burst;
type Call = NonNullable<ReturnType<typeof callOf>>;

export function BurstRow(props: {
  row: Row;
  /** Counted from one. */
  place: number;
  choice: RowChoice | null;
  /** The rows come from different programs. */
  withProgram: boolean;
  onChoose: (choice: RowChoice | null) => void;
  onOpen: () => void;
}): ReactNode {
  const { row, place, choice, onChoose } = props;
  const { question, end, complaint } = row;
  const [isOpen, setOpen] = useState(false);
  const [looked, setLooked] = useState(false);
  const whole = useId();
  const call = callOf(question);
  if (call === null) return null;
  const { subject } = call;
  const need = needOf(question);
  const line = argumentLine(subject.argumentsText);
  const why = reasonOf(call, line.cut);
  const mayAllow = need === "nothing" || (need === "look" && (looked || choice === "allow"));
  return (
    <li className={`burst-row${end === null ? "" : " burst-row-over"}`}>
      <div className="burst-head">
        <div className="burst-what">
          <div className="burst-title">
            <span className="ask-tool">
              <Shown text={subject.tool} />
            </span>
            <span>
              {w.on}{" "}
              <strong>
                <Shown text={subject.server.name} />
              </strong>
              {subject.account !== null && (
                <>
                  {" "}
                  {w.for}{" "}
                  <strong>
                    <Shown text={subject.account.who} />
                  </strong>
                </>
              )}
              {props.withProgram && subject.program !== null && (
                <>
                  {" "}
                  {w.from}{" "}
                  <code>
                    <Shown text={subject.program.path} />
                  </code>
                </>
              )}
            </span>
            {question.waiting > 1 && <span className="badge">{w.same(question.waiting)}</span>}
          </div>
          <div className="burst-line" dir="ltr">
            {line.text === "" ? <span className="faint">{w.noArguments}</span> : null}
            <Shown text={line.text} />
            {line.cut && <span className="faint"> … {w.cut}</span>}
          </div>
          {why !== null && (
            <div
              className={`burst-note${need === "alone" && end === null ? " burst-note-grave" : ""}`}
            >
              {why}
            </div>
          )}
        </div>
        <div className="burst-side">
          {end === null ? (
            <>
              <Button
                small
                look="quiet"
                aria-expanded={isOpen}
                aria-controls={isOpen ? whole : undefined}
                onClick={() => {
                  setOpen(!isOpen);
                  setLooked(true);
                }}
              >
                {isOpen ? w.less : w.look}
              </Button>
              <div
                className="ask-effects"
                role="group"
                aria-label={w.choiceOf(spelledOut(subject.tool), place)}
              >
                {need === "alone" ? (
                  <button type="button" className="ask-effect" onClick={props.onOpen}>
                    {w.alone}
                  </button>
                ) : (
                  <Choice
                    one="allow"
                    choice={choice}
                    barred={mayAllow ? null : why}
                    onChoose={onChoose}
                  />
                )}
                <Choice one="deny" choice={choice} barred={null} onChoose={onChoose} />
              </div>
            </>
          ) : (
            <span className="burst-end">{w.ends[end]}</span>
          )}
        </div>
      </div>
      {isOpen && (
        <div className="burst-more" id={whole}>
          <CallDetails matter={call} />
          {end === null && need !== "alone" && (
            <div className="ask-edit">
              <Button small onClick={props.onOpen}>
                {w.alone}
              </Button>
            </div>
          )}
        </div>
      )}
      {complaint !== null && end === null && <ComplaintBox complaint={complaint} />}
    </li>
  );
}

function Choice(props: {
  one: RowChoice;
  choice: RowChoice | null;
  /** Why it cannot be chosen now. */
  barred: string | null;
  onChoose: (choice: RowChoice | null) => void;
}): ReactNode {
  const { one, choice, barred } = props;
  return (
    <button
      type="button"
      className={`ask-effect burst-choice ask-effect-${one}`}
      aria-pressed={choice === one}
      disabled={barred !== null}
      title={barred ?? undefined}
      onClick={() => props.onChoose(choice === one ? null : one)}
    >
      {w[one]}
    </button>
  );
}

function reasonOf({ subject, trifecta }: Call, cut: boolean): string | null {
  if (subject.destructive) return w.why.destructive;
  if (trifecta !== undefined) return w.why.trifecta;
  if (subject.toolStanding === "new") return w.why.new;
  if ((subject.claims?.flags.length ?? 0) > 0) return w.why.flagged;
  return cut ? w.why.cut : null;
}
