// One theft: what is stolen, where it is used, what is shown besides; and what the practice server really answered.
import { ShieldCheck, ShieldX, VenetianMask } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useAnswer } from "../lib/hooks.ts";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Picker } from "../parts/picker.tsx";
import { Shown } from "../parts/shown.tsx";
import { useStore } from "../state/context.tsx";
import type { Besides, LabReplay, LabStatus } from "../types.ts";
import { words } from "../words.ts";

type LabServers = LabStatus["servers"];

const isCertificate = (pattern: string): boolean => pattern === "mtls" || pattern === "composite";

/** What can be shown there: a certificate needs a handshake for it, a proof needs a token. The lab refuses the rest. */
function possible(stolen: string, at: string): readonly Besides[] {
  const all: Besides[] = ["nothing"];
  if (isCertificate(at)) all.push("other-certificate");
  if (isCertificate(at) && isCertificate(stolen)) all.push("right-certificate");
  if (stolen !== "api-key" && at !== "api-key") all.push("other-proof");
  return all;
}

export function ThiefCard(props: { servers: LabServers }): ReactNode {
  const store = useStore();
  // The plain API takes no thief.
  const servers = props.servers.filter(({ name }) => name !== "inventory");
  const first = servers.find(({ pattern }) => pattern === "mtls")?.name ?? "";
  const [wish, setWish] = useState<{ stolen: string; at: string; besides: Besides }>({
    stolen: first,
    at: first,
    besides: "nothing",
  });
  const { busy, found, complaint, ask, forget } = useAnswer<LabReplay>();
  const w = words.lab.bench.thief;
  const patternOf = (name: string): string =>
    servers.find((one) => one.name === name)?.pattern ?? "";
  const choices = possible(patternOf(wish.stolen), patternOf(wish.at));
  const change = (part: Partial<typeof wish>): void => {
    const next = { ...wish, ...part };
    const still = possible(patternOf(next.stolen), patternOf(next.at)).includes(next.besides);
    setWish(still ? next : { ...next, besides: "nothing" });
    forget();
  };
  const thing = (name: string, pattern: string): string => {
    if (pattern === "api-key") return w.key(name);
    return isCertificate(pattern) || pattern === "dpop" ? w.boundToken(name) : w.token(name);
  };
  return (
    <section className="bench bench-thief" aria-labelledby="thief-title">
      <h2 id="thief-title">{w.title}</h2>
      <p>{w.text}</p>
      <div className="bench-form">
        <Field label={w.stolen}>
          {({ id }) => (
            <Picker
              id={id}
              label={w.stolen}
              value={wish.stolen}
              choices={servers.map(({ name, pattern }) => ({
                value: name,
                label: thing(name, pattern),
              }))}
              onChange={(stolen) => change({ stolen })}
            />
          )}
        </Field>
        <Field label={w.at}>
          {({ id }) => (
            <Picker
              id={id}
              label={w.at}
              value={wish.at}
              choices={servers.map(({ name }) => ({ value: name, label: name }))}
              onChange={(at) => change({ at })}
            />
          )}
        </Field>
        <Field label={w.besides}>
          {({ id }) => (
            <Picker
              id={id}
              label={w.besides}
              value={wish.besides}
              choices={choices.map((one) => ({ value: one, label: w.with[one] }))}
              onChange={(one) => {
                const besides = choices.find((choice) => choice === one);
                if (besides !== undefined) change({ besides });
              }}
            />
          )}
        </Field>
        <Button
          icon={VenetianMask}
          busy={busy}
          onClick={() => ask(store.bridge.call("lab.replay", wish))}
        >
          {w.go}
        </Button>
      </div>
      {complaint !== null && <ComplaintBox complaint={complaint} />}
      <div role="status">{found !== null && <Answer found={found} />}</div>
    </section>
  );
}

function Answer(props: { found: LabReplay }): ReactNode {
  const { found } = props;
  const w = words.lab.bench.thief;
  const Icon = found.accepted ? ShieldX : ShieldCheck;
  return (
    <div className="bench-found">
      <p className={`binding binding-${found.accepted ? "open" : "bound"}`}>
        <Icon size={15} aria-hidden />
        {found.accepted ? w.accepted(found.at) : w.refused(found.at)}
      </p>
      <p>{found.why}</p>
      <dl className="bench-facts">
        <div>
          <dt>{w.status}</dt>
          <dd>
            <code>{found.status}</code>
          </dd>
        </div>
        {found.error !== null && (
          <div>
            <dt>{w.error}</dt>
            <dd>
              <code>
                <Shown text={found.error} />
              </code>
            </dd>
          </div>
        )}
        {found.description !== null && (
          <div>
            <dt>{w.says}</dt>
            <dd>
              <Shown text={found.description} />
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
