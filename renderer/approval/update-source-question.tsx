// Whether updates are looked for at an address, and believed of a publisher.
import type { ReactNode } from "react";
import { grouped } from "../lib/fingerprint.ts";
import type { Question } from "../types.ts";
import { words } from "../words.ts";
import { Address } from "./address.tsx";
import { Fact } from "./fact.tsx";
import { Grave } from "./grave.tsx";

type SourceMatter = Extract<Question["matter"], { readonly kind: "update-source" }>;

export function UpdateSourceQuestion(props: { matter: SourceMatter }): ReactNode {
  const { source, replaces } = props.matter;
  const w = words.updates.question;
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <p className="ask-text">{w.text}</p>
      <Grave>
        <p>{w.grave}</p>
      </Grave>
      <dl className="facts ask-facts">
        <Fact name={w.address}>
          <Address url={source.url} />
        </Fact>
        <Fact name={w.key}>
          <code className="mono ask-small">{grouped(source.fingerprint)}</code>
        </Fact>
        {source.ownAuthority && <Fact name={w.authority}>{w.ownAuthority}</Fact>}
        {replaces !== null && (
          <Fact name={w.replaces}>
            <Address url={replaces.url} />
            <span className="ask-target">
              {replaces.fingerprint === source.fingerprint ? w.sameKey : w.newKey}
            </span>
          </Fact>
        )}
      </dl>
    </>
  );
}
