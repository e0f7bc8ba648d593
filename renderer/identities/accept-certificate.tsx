// Taking in what an authority made of a request.
import { type ReactNode, useState } from "react";
import { Field, TextArea } from "../parts/field.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { CertificateView } from "../types.ts";
import { words } from "../words.ts";
import { FormDialog } from "../parts/form-dialog.tsx";

export function AcceptCertificate(props: {
  certificate: CertificateView;
  onClose: () => void;
}): ReactNode {
  const store = useStore();
  const [chain, setChain] = useState("");
  const [tried, setTried] = useState(false);
  const w = words.identities.certificates;
  const fits = /-----BEGIN CERTIFICATE-----/.test(chain);
  return (
    <FormDialog
      title={<Shown text={w.acceptFor(props.certificate.label)} />}
      text={w.acceptForm.text}
      submit={w.acceptForm.submit}
      submitting={w.acceptForm.submitting}
      fits={fits}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const reply = await store.bridge.call("certificates.accept", {
          id: props.certificate.id,
          chain,
        });
        if (reply.ok) {
          store.refresh("certificates");
          props.onClose();
        }
        return reply;
      }}
    >
      <Field label={w.acceptForm.chain} error={tried && !fits ? w.acceptForm.chainNeeded : null}>
        {(ids) => (
          <TextArea
            {...ids}
            rows={10}
            autoFocus
            placeholder="-----BEGIN CERTIFICATE-----"
            value={chain}
            onChange={(event) => setChain(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
