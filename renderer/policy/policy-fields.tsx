// What a policy of one's own is called and how it counts, wherever one is added or written.
import type { ReactNode } from "react";
import { Field, TextInput } from "../parts/field.tsx";
import { Picker } from "../parts/picker.tsx";
import { words } from "../words.ts";

export type PolicyMode = "join" | "replace";
const MODES: readonly PolicyMode[] = ["join", "replace"];

export function PolicyFields(props: {
  name: string;
  mode: PolicyMode;
  onName: (name: string) => void;
  onMode: (mode: PolicyMode) => void;
}): ReactNode {
  const { name, mode, onName, onMode } = props;
  const w = words.ownPolicy;
  return (
    <>
      <Field label={w.name} hint={w.form.nameHint}>
        {(ids) => (
          <TextInput
            {...ids}
            className="mono"
            maxLength={48}
            value={name}
            onChange={(event) => onName(event.target.value)}
          />
        )}
      </Field>
      <Field label={w.form.mode}>
        {({ id }) => (
          <Picker
            id={id}
            label={w.form.mode}
            value={mode}
            choices={MODES.map((one) => ({
              value: one,
              label: w.modes[one][0],
              text: w.modes[one][1],
            }))}
            onChange={(value) => onMode(value as PolicyMode)}
          />
        )}
      </Field>
    </>
  );
}
