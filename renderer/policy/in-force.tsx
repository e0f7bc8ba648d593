// Which policies decide now, by what hash, and what they say.
import { PenLine, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useState } from "react";
import { Button, IconButton } from "../parts/button.tsx";
import { ComplaintBox, Notice } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, OutputOf, OwnPolicyView } from "../types.ts";
import { words } from "../words.ts";
import { AddPolicy } from "./add-policy.tsx";
import { RegoSource } from "./rego/rego-source.tsx";
import { WritePolicy } from "./rego/write-policy.tsx";

type Now = OutputOf<"policy.inForce">;

export function PolicyInForce(): ReactNode {
  const bridge = useBridge();
  const [now, setNow] = useState<Now | null>(null);
  const [adding, setAdding] = useState(false);
  /** Null: a new one. */
  const [writing, setWriting] = useState<OwnPolicyView | null | false>(false);
  const [source, setSource] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.ownPolicy;
  const look = useCallback(
    () => void bridge.call("policy.inForce", {}).then((reply) => reply.ok && setNow(reply.value)),
    [bridge],
  );
  useEffect(() => {
    look();
    return bridge.watch((event) => {
      const decides = ["rules", "policies", "troubles"];
      if (event.type === "changed" && decides.includes(event.what)) look();
    });
  }, [bridge, look]);
  if (now === null) return null;
  const replaced = now.own.some(({ mode }) => mode === "replace");
  const sourceOf = (id: string): ReactNode => (
    <Button
      small
      look="quiet"
      aria-expanded={source === id}
      onClick={() => setSource(source === id ? null : id)}
    >
      {w.showSource}
    </Button>
  );
  const all = [{ id: "shipped", rego: now.shipped }, ...now.own];
  const shown = all.find(({ id }) => id === source)?.rego ?? null;
  return (
    <section aria-labelledby="policy-in-force">
      <h2 id="policy-in-force" className="policy-heading">
        {w.title}
      </h2>
      {now.trouble !== null && (
        <Notice
          tone="problem"
          title={w.trouble}
          text={`${now.trouble.sentence} ${now.trouble.advice}`}
        />
      )}
      <ul className="policy-list">
        <li className="policy-row">
          <span className="policy-what">
            <strong>{w.shipped}</strong>
            <small className="faint">{replaced ? w.replaced : w.shippedText}</small>
          </span>
          {sourceOf("shipped")}
        </li>
        {now.own.map((one) => (
          <li key={one.id} className="policy-row">
            <span className="policy-what">
              <strong>{one.name}</strong> {w.modes[one.mode][0]}
              <small className="faint">
                <Shown text={one.source.type === "bundle" ? one.source.origin : one.source.url} />
              </small>
            </span>
            {one.rego !== null && (
              <>
                {sourceOf(one.id)}
                <IconButton
                  label={words.rego.editNamed(one.name)}
                  icon={PenLine}
                  size={15}
                  onClick={() => setWriting(one)}
                />
              </>
            )}
            <IconButton
              label={w.removeNamed(one.name)}
              icon={Trash2}
              size={15}
              onClick={() => {
                setComplaint(null);
                void bridge.call("policy.remove", { id: one.id }).then((reply) => {
                  if (!reply.ok) setComplaint(reply.error);
                  look();
                });
              }}
            />
          </li>
        ))}
      </ul>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      {shown !== null && <RegoSource source={shown} />}
      {now.hash !== "" && (
        <p className="policy-hash faint">
          {w.hash} <code>{now.hash}</code>
        </p>
      )}
      <div className="policy-actions">
        <Button small icon={PenLine} onClick={() => setWriting(null)}>
          {words.rego.write}
        </Button>
        <Button small icon={Plus} onClick={() => setAdding(true)}>
          {w.add}
        </Button>
      </div>
      {writing !== false && (
        <WritePolicy
          policy={writing}
          shipped={now.shipped}
          onClose={() => {
            setWriting(false);
            look();
          }}
        />
      )}
      {adding && (
        <AddPolicy
          onClose={() => {
            setAdding(false);
            look();
          }}
        />
      )}
    </section>
  );
}
