// For how long a yes holds, for which arguments, and how often: folded away until somebody wants more than one call.
import { type ReactNode, useMemo } from "react";
import { Picker } from "../parts/picker.tsx";
import { Shown } from "../parts/shown.tsx";
import type { CallMatter, Lifetime, Scope } from "../types.ts";
import { words } from "../words.ts";
import { fieldsOf } from "./fields.ts";

/** What the person chose. The beginning is the narrowest: this call, in these bytes. */
export interface Choice {
  readonly lifetime: Lifetime;
  readonly scope: Scope;
  readonly fields: readonly string[];
  /** Null: not counted. */
  readonly atMost: number | null;
}
export const NARROWEST: Choice = { lifetime: "once", scope: "arguments", fields: [], atMost: null };

const LIFETIMES: readonly Lifetime[] = [
  "once",
  "this-run",
  "5-minutes",
  "1-hour",
  "until-lock",
  "always",
];
const COUNTS = [1, 5, 20, 100];

export const isGrant = ({ lifetime }: Choice): boolean =>
  lifetime !== "once" && lifetime !== "always";
/** Whether everything is said that the choice needs. */
export const isComplete = (choice: Choice): boolean =>
  !isGrant(choice) || choice.scope !== "fields" || choice.fields.length > 0;

export function Longer(props: {
  matter: CallMatter;
  choice: Choice;
  onChange: (choice: Choice) => void;
}): ReactNode {
  const { matter, choice } = props;
  const { subject } = matter;
  const w = words.approval.answer;
  const fields = useMemo(() => fieldsOf(subject.argumentsText), [subject.argumentsText]);
  const change = (part: Partial<Choice>): void => props.onChange({ ...choice, ...part });
  const offered = LIFETIMES.filter(
    (one) =>
      (one !== "always" || !subject.destructive) && (one !== "this-run" || subject.run != null),
  );
  const scopes = (["arguments", "fields", "tool"] as const).filter(
    (one) => one !== "fields" || fields.length > 0,
  );
  return (
    <div className="ask-longer">
      <div className="ask-choices">
        <Picker
          label={w.lifetime}
          value={choice.lifetime}
          choices={offered.map((one) => ({
            value: one,
            label: w.lifetimes[one],
            text: w.lifetimeHints[one],
          }))}
          onChange={(value) => change({ lifetime: value as Lifetime })}
        />
        {isGrant(choice) && (
          <>
            <Picker
              label={w.scope}
              value={choice.scope}
              choices={scopes.map((one) => ({ value: one, label: w.scopes[one] }))}
              onChange={(value) => change({ scope: value as Scope })}
            />
            <Picker
              label={w.count}
              value={String(choice.atMost ?? "")}
              choices={[
                { value: "", label: w.anyCount },
                ...COUNTS.map((n) => ({ value: String(n), label: w.counted(n) })),
              ]}
              onChange={(value) => change({ atMost: value === "" ? null : Number(value) })}
            />
          </>
        )}
      </div>
      {isGrant(choice) && choice.scope === "fields" && (
        <fieldset className="ask-fields">
          <legend>{w.fields}</legend>
          {fields.map(({ pointer, name, value }) => (
            <label key={pointer}>
              <input
                type="checkbox"
                checked={choice.fields.includes(pointer)}
                onChange={(event) =>
                  change({
                    fields: event.target.checked
                      ? [...choice.fields, pointer]
                      : choice.fields.filter((one) => one !== pointer),
                  })
                }
              />
              <code>
                <Shown text={name} /> = <Shown text={value} />
              </code>
            </label>
          ))}
        </fieldset>
      )}
      {choice.lifetime === "always" && <p className="ask-note">{w.alwaysNote}</p>}
    </div>
  );
}
