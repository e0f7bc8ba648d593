// A practice credential, looked into: what each part of it means, and never the credential itself.
import { ScanSearch } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAnswer } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { LabDecoded, LabStatus, ToldClaim } from "../types.ts";
import { words } from "../words.ts";

export function DecodeCard(props: { servers: LabStatus["servers"] }): ReactNode {
  const store = useStore();
  const [server, setServer] = useState(
    () => props.servers.find(({ pattern }) => pattern === "mtls")?.name ?? "",
  );
  const { busy, found, complaint, ask, forget } = useAnswer<LabDecoded>();
  const w = words.lab.bench.decode;
  return (
    <section className="bench" aria-labelledby="decode-title">
      <h2 id="decode-title">{w.title}</h2>
      <p>{w.text}</p>
      <div className="bench-form">
        <Field label={w.server}>
          {({ id }) => (
            <Picker
              id={id}
              label={w.server}
              value={server}
              choices={props.servers.map(({ name }) => ({ value: name, label: name }))}
              onChange={(next) => {
                setServer(next);
                forget();
              }}
            />
          )}
        </Field>
        <Button
          icon={ScanSearch}
          busy={busy}
          onClick={() => ask(store.bridge.call("lab.decode", { server }))}
        >
          {w.go}
        </Button>
      </div>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      <div role="status">{found !== null && <Decoded found={found} />}</div>
    </section>
  );
}

function Decoded(props: { found: LabDecoded }): ReactNode {
  const { found } = props;
  const w = words.lab.bench.decode;
  return (
    <div className="bench-found">
      <p className={`binding binding-${found.binding === "none" ? "open" : "bound"}`}>
        {w.binding[found.binding]}
      </p>
      <dl className="bench-facts">
        <div>
          <dt>{w.sentAs}</dt>
          <dd>
            <code>{found.sentAs}</code>
          </dd>
        </div>
        {found.signatureBytes !== null && (
          <div>
            <dt>{w.signature}</dt>
            <dd>{w.bytes(found.signatureBytes)}</dd>
          </div>
        )}
      </dl>
      {found.kind === "opaque" ? (
        <p>
          <strong>{w.opaque}</strong>. {w.opaqueText}
        </p>
      ) : (
        <>
          <ClaimList title={w.header} claims={found.header} />
          <ClaimList title={w.claims} claims={found.payload} />
        </>
      )}
    </div>
  );
}

function ClaimList(props: { title: string; claims: readonly ToldClaim[] }): ReactNode {
  const w = words.lab.bench.decode;
  return (
    <>
      <h3>{props.title}</h3>
      <dl className="told-claims">
        {props.claims.map(({ name, value, meaning, source }) => (
          <div key={name}>
            <dt>
              <code>
                <Shown text={name} />
              </code>
            </dt>
            <dd>
              <code>
                <Shown text={value} />
              </code>
              <p>
                {meaning ?? w.unknown}
                {source !== null && <small>{source}</small>}
              </p>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
