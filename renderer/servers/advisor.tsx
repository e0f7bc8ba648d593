// Help with the choice of a pattern: two questions, one suggestion, and why.
import { type ReactNode, useId, useState } from "react";
import { Button } from "../parts/button.tsx";
import type { PatternType } from "../types.ts";
import { words } from "../words.ts";
import { advise, type Behalf, BEHALVES, type Reach, REACHES } from "./advice.ts";

export function Advisor(props: {
  chosen: PatternType;
  onUse: (pattern: PatternType) => void;
}): ReactNode {
  const [reach, setReach] = useState<Reach | null>(null);
  const [behalf, setBehalf] = useState<Behalf | null>(null);
  const w = words.patterns.advisor;
  const advice = reach === null || behalf === null ? null : advise(reach, behalf);
  return (
    <section className="advisor" aria-label={w.title}>
      <Question
        title={w.reach}
        options={REACHES}
        names={w.reaches}
        value={reach}
        onPick={setReach}
      />
      <Question
        title={w.behalf}
        options={BEHALVES}
        names={w.behalves}
        value={behalf}
        onPick={setBehalf}
      />
      <div role="status">
        {advice !== null && (
          <div className="advice">
            <div>
              <p>
                {w.advice}: <strong>{words.patterns.name[advice]}</strong>
              </p>
              <p className="advice-why">
                {w.because[advice]} {advice === "api-key" ? "" : w.caveat}
              </p>
            </div>
            {advice === props.chosen ? (
              <span className="faint">{w.inUse}</span>
            ) : (
              <Button small look="primary" onClick={() => props.onUse(advice)}>
                {w.use}
              </Button>
            )}
          </div>
        )}
      </div>
    </section>
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
