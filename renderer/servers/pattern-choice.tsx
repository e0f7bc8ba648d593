// Choosing the pattern, with what a thief of it could still do said where the choice is made.
import { CircleHelp } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Picker } from "../parts/picker.tsx";
import type { PatternType, ServerView } from "../types.ts";
import { words } from "../words.ts";
import { Advisor } from "./advisor.tsx";

const PATTERNS: readonly PatternType[] = [
  "api-key",
  "client-credentials",
  "account",
  "token-exchange",
  "mtls",
  "composite",
  "none",
];

export function PatternChoice(props: {
  value: PatternType;
  /** The token is bound to a key by DPoP. */
  bound: boolean;
  stage: ServerView["stage"];
  onChange: (pattern: PatternType) => void;
}): ReactNode {
  const [helping, setHelping] = useState(false);
  const w = words.patterns;
  return (
    <>
      <Field label={w.label} hint={props.bound ? w.thiefOfBound : w.thief[props.value]}>
        {({ id }) => (
          <div className="picker-line">
            <Picker
              id={id}
              label={w.label}
              className="picker-field"
              value={props.value}
              choices={PATTERNS.map((value) => ({
                value,
                label: w.name[value],
                text: w.thief[value],
              }))}
              onChange={(value) => props.onChange(value as PatternType)}
            />
            <Button
              icon={CircleHelp}
              look="quiet"
              aria-expanded={helping}
              onClick={() => setHelping(!helping)}
            >
              {helping ? w.helpClose : w.help}
            </Button>
          </div>
        )}
      </Field>
      {helping && <Advisor chosen={props.value} stage={props.stage} onUse={props.onChange} />}
    </>
  );
}
