// Choosing a certificate that can be presented, or making the first one on the spot.
import { type ReactNode, useState } from "react";
import { spelledOut } from "../lib/hidden.ts";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Picker } from "../parts/picker.tsx";
import { LAB_TENANT } from "../parts/practice.tsx";
import { useApp } from "../state/context.tsx";
import { words } from "../words.ts";
import { expiryWords } from "./expiry.tsx";
import { MakeCertificate } from "./make-certificate.tsx";

export function CertificatePicker(props: {
  label: string;
  value: string;
  error: string | undefined;
  onChange: (id: string) => void;
}): ReactNode {
  const { certificates } = useApp();
  const [making, setMaking] = useState(false);
  const w = words.identities.certificates;
  const usable = (certificates ?? []).filter(
    (one) => one.state === "active" && one.tenant !== LAB_TENANT,
  );
  return (
    <>
      <Field label={props.label} error={props.error}>
        {({ id }) => (
          <div className="picker-line">
            <Picker
              id={id}
              label={props.label}
              className="picker-field"
              invalid={props.error !== undefined}
              value={props.value}
              placeholder={usable.length === 0 ? w.emptyTitle : words.common.choose}
              choices={usable.map((one) => ({
                value: one.id,
                label: spelledOut(one.label),
                text: [spelledOut(one.subject), expiryWords(one)]
                  .filter((part) => part !== "")
                  .join(" · "),
              }))}
              onChange={props.onChange}
            />
            <Button onClick={() => setMaking(true)}>{w.make}</Button>
          </div>
        )}
      </Field>
      {making && (
        <MakeCertificate
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            if (made.state === "active") props.onChange(made.id);
          }}
        />
      )}
    </>
  );
}
