// Agents that prove themselves by a certificate: which one is whose, and the door that they come in by.
import { type ReactNode, useEffect, useState } from "react";
import { FormDialog } from "../parts/form-dialog.tsx";
import { fullTime } from "../lib/format.ts";
import { CopyLine, Snippet } from "../parts/copy.tsx";
import { Field, TextArea } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge, useStore } from "../state/context.tsx";
import type { AgentView, OutputOf } from "../types.ts";
import { words } from "../words.ts";

export function CertificateFacts(props: { agent: AgentView }): ReactNode {
  const { certificate } = props.agent;
  const w = words.agents.certificate;
  if (certificate === undefined) return null;
  return (
    <dl className="item-facts">
      <div>
        <dt>{w.title}</dt>
        <dd>
          <code>
            <Shown text={certificate.subject} />
          </code>
        </dd>
      </div>
      <div>
        <dt>{w.thumbprint}</dt>
        <dd>
          <CopyLine text={certificate.thumbprint} label={w.copyThumbprint} />
        </dd>
      </div>
      <div>
        <dt>{w.until}</dt>
        <dd>{fullTime(Date.parse(certificate.notAfter))}</dd>
      </div>
    </dl>
  );
}

/** Takes the public certificate only. A private key pasted by mistake never leaves this form. */
export function SetCertificate(props: { agent: AgentView; onClose: () => void }): ReactNode {
  const { agent } = props;
  const store = useStore();
  const [pem, setPem] = useState("");
  const [tried, setTried] = useState(false);
  const w = words.agents.certificate;
  const holdsKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem);
  const isCertificate = /^\s*-----BEGIN CERTIFICATE-----/.test(pem);
  const fault = holdsKey ? w.holdsKey : tried && !isCertificate ? w.needed : null;
  return (
    <FormDialog
      title={<Shown text={w.setFor(agent.name)} />}
      text={w.setText}
      submit={w.submit}
      submitting={w.submitting}
      fits={isCertificate && !holdsKey}
      onTried={() => setTried(true)}
      onClose={props.onClose}
      run={async () => {
        const input = { id: agent.id, certificate: pem.trim() };
        const reply = await store.bridge.call("agents.setCertificate", input);
        if (reply.ok) {
          store.refresh("agents");
          props.onClose();
        }
        return reply;
      }}
    >
      <Field label={w.pem} error={fault}>
        {(ids) => (
          <TextArea
            {...ids}
            rows={8}
            autoFocus
            placeholder="-----BEGIN CERTIFICATE-----"
            value={pem}
            onChange={(event) => setPem(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}

/** The door for agents with certificates, once there is one. Asks when mounted: give it a key that changes. */
export function CertificateDoor(): ReactNode {
  const bridge = useBridge();
  const [status, setStatus] = useState<OutputOf<"mtls.status"> | null>(null);
  const w = words.agents.certificate;
  useEffect(() => {
    let wanted = true;
    void bridge.call("mtls.status", {}).then((reply) => {
      if (wanted && reply.ok) setStatus(reply.value);
    });
    return () => {
      wanted = false;
    };
  }, [bridge]);
  if (status === null || (status.door === null && status.trouble === null)) return null;
  return (
    <section className="about actors" aria-labelledby="mtls-title">
      <h2 id="mtls-title">{w.doorTitle}</h2>
      <p>{w.doorText}</p>
      {status.trouble !== null && <ComplaintBox complaint={status.trouble} />}
      {status.door !== null && (
        <>
          <dl className="item-facts">
            <div>
              <dt>{w.doorAddress}</dt>
              <dd>
                <CopyLine text={status.door.origin} label={w.copyDoor} />
              </dd>
            </div>
          </dl>
          <details className="item-more">
            <summary>{w.doorCertificate}</summary>
            <Snippet text={status.door.certificate} label={w.doorCertificate} />
          </details>
        </>
      )}
    </section>
  );
}
