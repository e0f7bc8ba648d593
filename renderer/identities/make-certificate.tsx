// Making a key pair with a certificate, or with a request for an authority.
import { type ReactNode, useState } from "react";
import { Field, Segments, TextInput } from "../parts/field.tsx";
import { Picker } from "../parts/picker.tsx";
import { useStore } from "../state/context.tsx";
import type { CertificateView, InputOf } from "../types.ts";
import { words } from "../words.ts";
import { FormDialog } from "../parts/form-dialog.tsx";

type MadeKey = NonNullable<InputOf<"certificates.make">["key"]>;
const KEYS: readonly MadeKey[] = ["EC-P256", "RSA-3072", "Ed25519"];

export function MakeCertificate(props: {
  onClose: () => void;
  onMade: (made: CertificateView) => void;
}): ReactNode {
  const store = useStore();
  const [label, setLabel] = useState("");
  const [commonName, setCommonName] = useState("");
  const [key, setKey] = useState<MadeKey>("EC-P256");
  const [signedBy, setSignedBy] = useState<"itself" | "authority">("itself");
  const [days, setDays] = useState("365");
  const [tried, setTried] = useState(false);
  const w = words.identities.certificates.makeForm;
  const daysFit = /^\d{1,3}$/.test(days.trim()) && Number(days) >= 1 && Number(days) <= 825;
  const fits =
    label.trim() !== "" && commonName.trim() !== "" && (daysFit || signedBy === "authority");
  const told = (fault: boolean, words: string): string | null => (tried && fault ? words : null);
  return (
    <FormDialog
      title={w.title}
      text={w.text}
      submit={w.submit}
      submitting={w.submitting}
      fits={fits}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const reply = await store.bridge.call("certificates.make", {
          label: label.trim(),
          commonName: commonName.trim(),
          key,
          signedBy,
          ...(signedBy === "itself" ? { days: Number(days) } : {}),
        });
        if (reply.ok) {
          store.refresh("certificates");
          props.onMade(reply.value);
        }
        return reply;
      }}
    >
      <Field label={w.label} error={told(label.trim() === "", w.labelNeeded)}>
        {(ids) => (
          <TextInput
            {...ids}
            autoFocus
            dir="auto"
            maxLength={80}
            placeholder={w.labelPlaceholder}
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
        )}
      </Field>
      <Field
        label={w.commonName}
        hint={w.commonNameHint}
        error={told(commonName.trim() === "", w.commonNameNeeded)}
      >
        {(ids) => (
          <TextInput
            {...ids}
            className="mono"
            maxLength={64}
            placeholder={w.commonNamePlaceholder}
            value={commonName}
            onChange={(event) => setCommonName(event.target.value)}
          />
        )}
      </Field>
      <div className="field">
        <Segments
          label={w.signedBy}
          value={signedBy}
          options={[
            { value: "itself", label: w.itself },
            { value: "authority", label: w.authority },
          ]}
          onChange={setSignedBy}
        />
        <p className="field-hint">{signedBy === "itself" ? w.itselfHint : w.authorityHint}</p>
      </div>
      <div className="field-row">
        <Field label={w.key}>
          {({ id }) => (
            <Picker
              id={id}
              label={w.key}
              className="picker-field"
              value={key}
              choices={KEYS.map((value) => ({
                value,
                label: w.keys[value][0],
                text: w.keys[value][1],
              }))}
              onChange={(value) => setKey(value as MadeKey)}
            />
          )}
        </Field>
        {signedBy === "itself" && (
          <Field label={w.days} error={told(!daysFit, w.daysInvalid)}>
            {(ids) => (
              <TextInput
                {...ids}
                inputMode="numeric"
                maxLength={3}
                value={days}
                onChange={(event) => setDays(event.target.value)}
              />
            )}
          </Field>
        )}
      </div>
    </FormDialog>
  );
}
