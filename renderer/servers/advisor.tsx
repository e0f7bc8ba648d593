// Help with the choice of a pattern: a few questions, one suggestion, why, and what a thief could still do. What is
// advised is decided by the app, for the stage that the server is to have.
import { type ReactNode, useEffect, useId, useState } from "react";
import { Button } from "../parts/button.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, InputOf, OutputOf, PatternType, ServerView } from "../types.ts";
import { words } from "../words.ts";

type Answers = InputOf<"patterns.advise">;
type Advice = OutputOf<"patterns.advise">;

const STAKES = ["low", "standard", "critical", "regulated"] as const;
const TENANTS = ["one", "several"] as const;
const BEHALVES = ["agent", "person"] as const;

export function Advisor(props: {
  chosen: PatternType;
  stage: ServerView["stage"];
  onUse: (pattern: PatternType) => void;
}): ReactNode {
  const [stakes, setStakes] = useState<Answers["stakes"] | null>(null);
  const [tenants, setTenants] = useState<Answers["tenants"] | null>(null);
  const [behalf, setBehalf] = useState<(typeof BEHALVES)[number] | null>(null);
  const w = words.patterns.advisor;
  return (
    <section className="advisor" aria-label={w.title}>
      <Question
        title={w.stakes}
        options={STAKES}
        names={w.stakesNames}
        value={stakes}
        onPick={setStakes}
      />
      <Question
        title={w.tenants}
        options={TENANTS}
        names={w.tenantsNames}
        value={tenants}
        onPick={setTenants}
      />
      <Question
        title={w.behalf}
        options={BEHALVES}
        names={w.behalves}
        value={behalf}
        onPick={setBehalf}
      />
      {stakes !== null && tenants !== null && behalf !== null && (
        <Suggestion
          {...props}
          answers={{ stakes, tenants, onBehalf: behalf === "person", stage: props.stage }}
        />
      )}
    </section>
  );
}

const intoSight = (node: HTMLElement | null): void => node?.scrollIntoView({ block: "nearest" });

function Suggestion(props: {
  answers: Answers;
  chosen: PatternType;
  onUse: (pattern: PatternType) => void;
}): ReactNode {
  const bridge = useBridge();
  const [advice, setAdvice] = useState<Advice | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.patterns.advisor;
  const { stakes, tenants, onBehalf, stage } = props.answers;
  useEffect(() => {
    let wanted = true;
    const answers = { stakes, tenants, onBehalf, stage };
    void bridge.call("patterns.advise", answers).then((reply) => {
      if (!wanted) return;
      setComplaint(reply.ok ? null : reply.error);
      if (reply.ok) setAdvice(reply.value);
    });
    return () => {
      wanted = false;
    };
  }, [bridge, stakes, tenants, onBehalf, stage]);
  if (complaint !== null) return <ComplaintBox complaint={complaint} />;
  const type = advice?.pattern.type;
  return (
    <div role="status">
      {advice !== null && type !== undefined && type !== "env" && (
        <>
          <div className="advice">
            <div>
              <p>
                {w.advice}: <strong>{words.patterns.name[type]}</strong>
              </p>
              <ul className="advice-why">
                {advice.why.map((reason) => (
                  <li key={reason}>{reason}</li>
                ))}
              </ul>
            </div>
            {type === props.chosen ? (
              <span className="faint">{w.inUse}</span>
            ) : (
              <Button small look="primary" onClick={() => props.onUse(type)}>
                {w.use}
              </Button>
            )}
          </div>
          {/* The answer to the last question stands below the edge: it comes into sight by itself. */}
          <dl className="advice-thief" ref={intoSight}>
            <div>
              <dt>{w.thiefCan}</dt>
              <dd>{advice.thief.can}</dd>
            </div>
            <div>
              <dt>{w.thiefUntil}</dt>
              <dd>{advice.thief.until}</dd>
            </div>
            <div>
              <dt>{w.thiefStop}</dt>
              <dd>{advice.thief.stop}</dd>
            </div>
          </dl>
          {type !== "api-key" && <p className="advice-why">{w.caveat}</p>}
        </>
      )}
    </div>
  );
}

function Question<V extends string>(props: {
  title: string;
  options: readonly V[];
  names: Readonly<Record<V, string>>;
  value: V | null;
  onPick: (value: V) => void;
}): ReactNode {
  const name = useId();
  return (
    <fieldset className="question">
      <legend>{props.title}</legend>
      {props.options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={option === props.value}
            onChange={() => props.onPick(option)}
          />
          <span>{props.names[option]}</span>
        </label>
      ))}
    </fieldset>
  );
}
