// Whether a policy of the person's own shall decide about calls, or shall not any more.
import type { ReactNode } from "react";
import { bytes } from "../lib/format.ts";
import { RegoSource } from "../policy/rego/rego-source.tsx";
import { Shown } from "../parts/shown.tsx";
import type { Question } from "../types.ts";
import { words } from "../words.ts";
import { Address } from "./address.tsx";
import { Fact } from "./fact.tsx";
import { Grave } from "./grave.tsx";

type PolicyMatter = Extract<Question["matter"], { readonly kind: "policy" }>;

export function PolicyQuestion(props: { matter: PolicyMatter }): ReactNode {
  const { change, policy, rehearsal, replaces } = props.matter;
  const { source, mode } = policy;
  const w = words.ownPolicy;
  return (
    <>
      <h1 id="ask-heading">{w.asks[change]}</h1>
      <p className="ask-text">{change === "remove" ? w.removeText : w.modes[mode][1]}</p>
      <Grave>
        <p>{change === "remove" ? w.removeGrave : w.grave}</p>
      </Grave>
      <dl className="facts ask-facts">
        <Fact name={w.name}>
          <strong>
            <Shown text={policy.name} />
          </strong>{" "}
          {w.modes[mode][0]}
        </Fact>
        {replaces !== undefined && (
          <Fact name={words.rego.replaces}>
            <strong>
              <Shown text={replaces} />
            </strong>
          </Fact>
        )}
        {source.type === "bundle" ? (
          <>
            <Fact name={w.file}>
              <Shown text={source.origin} /> {bytes(source.bytes)}
            </Fact>
            <Fact name={w.hash}>
              <code className="ask-target">{source.hash}</code>
            </Fact>
          </>
        ) : (
          <Fact name={w.server}>
            <Address url={source.url} />
            <span className="ask-target">{w.serverText}</span>
          </Fact>
        )}
        <Fact name={w.past}>
          {rehearsal === null ? w.notTried : words.rehearsal.sum(rehearsal)}
        </Fact>
      </dl>
      {source.type === "bundle" &&
        (policy.rego === null ? (
          <p className="ask-text">{w.compiledOnly}</p>
        ) : (
          <RegoSource source={policy.rego} />
        ))}
    </>
  );
}
