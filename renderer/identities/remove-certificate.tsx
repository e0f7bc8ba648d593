// Giving a certificate up. Here it ends at once; that whoever copied its key cannot use it is its authority's to say
// (RFC 5280 §5), so what the authority has to be told stands ready.
import { type ReactNode, useState } from "react";
import { fullTime } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton, CopyLine } from "../parts/copy.tsx";
import { Confirm, Modal } from "../parts/dialog.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { CertificateView } from "../types.ts";
import { words } from "../words.ts";

type Issued = Exclude<CertificateView, { state: "csr-pending" }>;

export function RemoveCertificate(props: {
  certificate: CertificateView;
  onClose: () => void;
}): ReactNode {
  const { certificate, onClose } = props;
  const store = useStore();
  const [gone, setGone] = useState(false);
  const w = words.identities.certificates;
  const issued = certificate.state === "csr-pending" ? null : certificate;
  if (gone && issued !== null) return <Revoke certificate={issued} onClose={onClose} />;
  return (
    <Confirm
      title={<Shown text={w.removeTitle(certificate.label)} />}
      text={w.removeText}
      action={w.removeAction}
      onClose={onClose}
      // What is left to do at the authority comes after it.
      stays={issued !== null}
      run={async () => {
        const reply = await store.bridge.call("certificates.remove", { id: certificate.id });
        if (reply.ok) {
          store.refresh("certificates");
          setGone(true);
        }
        return reply;
      }}
    />
  );
}

function Revoke(props: { certificate: Issued; onClose: () => void }): ReactNode {
  const { certificate, onClose } = props;
  const { serial, issuer, thumbprint, selfSigned, notAfter } = certificate;
  const w = words.identities.certificates;
  const r = w.revoke;
  return (
    <Modal title={<Shown text={r.title(certificate.label)} />} onClose={onClose}>
      <div className="dialog-body">
        <p>{selfSigned ? r.selfSigned : r.text(fullTime(Date.parse(notAfter)))}</p>
        <dl className="item-facts">
          <div>
            <dt>{w.serial}</dt>
            <dd>
              <CopyLine text={serial} label={w.copySerial} />
            </dd>
          </div>
          <div>
            <dt>{w.signedBy}</dt>
            <dd>{selfSigned ? w.itself : <Shown text={issuer} />}</dd>
          </div>
          <div>
            <dt>{w.thumbprint}</dt>
            <dd>
              <CopyLine text={thumbprint} label={w.copyThumbprint} />
            </dd>
          </div>
        </dl>
      </div>
      <div className="dialog-foot">
        <CopyButton text={r.request({ serial, issuer, thumbprint })} word={r.copy} label={r.copy} />
        <Button look="primary" onClick={onClose}>
          {words.common.done}
        </Button>
      </div>
    </Modal>
  );
}
