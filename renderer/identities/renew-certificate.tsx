// Making the successor of a certificate: a new key, the same names.
import { type ReactNode, useState } from "react";
import { Field, Segments, TextInput } from "../parts/field.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { CertificateView } from "../types.ts";
import { words } from "../words.ts";
import { FormDialog } from "../parts/form-dialog.tsx";

export function RenewCertificate(props: {
  certificate: CertificateView;
  onClose: () => void;
}): ReactNode {
  const { certificate } = props;
  const store = useStore();
  const own = certificate.state !== "csr-pending" && certificate.selfSigned;
  const [signedBy, setSignedBy] = useState<"itself" | "authority">(own ? "itself" : "authority");
  const [days, setDays] = useState("365");
  const [tried, setTried] = useState(false);
  const w = words.renewal.certificate;
  const form = words.identities.certificates.makeForm;
  const daysFit = /^\d{1,3}$/.test(days.trim()) && Number(days) >= 1 && Number(days) <= 825;
  return (
    <FormDialog
      title={<Shown text={w.title(certificate.label)} />}
      text={w.text}
      submit={w.submit}
      submitting={w.submitting}
      fits={daysFit || signedBy === "authority"}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const reply = await store.bridge.call("certificates.renew", {
          id: certificate.id,
          signedBy,
          ...(signedBy === "itself" ? { days: Number(days) } : {}),
        });
        if (reply.ok) {
          for (const what of ["certificates", "issuers", "servers"] as const) store.refresh(what);
          props.onClose();
        }
        return reply;
      }}
    >
      <div className="field">
        <Segments
          label={form.signedBy}
          value={signedBy}
          options={[
            { value: "itself", label: form.itself },
            { value: "authority", label: form.authority },
          ]}
          onChange={setSignedBy}
        />
        <p className="field-hint">{signedBy === "itself" ? w.itselfHint : w.authorityHint}</p>
      </div>
      {signedBy === "itself" && (
        <Field label={form.days} error={tried && !daysFit ? form.daysInvalid : null}>
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
    </FormDialog>
  );
}
