// Whether an agent may use a server: both, on whose behalf, and what changed since it was agreed to before.
import { History, List } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Shown } from "../parts/shown.tsx";
import type { ConsentOffer, Terms } from "../types.ts";
import { words } from "../words.ts";
import { Address, HostWarning } from "./address.tsx";
import { Fact } from "./fact.tsx";
import { AgentFact, ServerFact } from "./parties.tsx";
import type { QuestionStore } from "./question-store.ts";
import { type Choices, ToolChoices } from "./tool-choices.tsx";
import { Whose } from "./whose.tsx";

export function ConsentQuestion(props: {
  offer: ConsentOffer;
  store: QuestionStore;
  choices: Choices;
  onChoices: (next: (now: Choices) => Choices) => void;
}): ReactNode {
  const { offer } = props;
  const { agent, server, terms, before } = offer;
  const w = words.consent.question;
  return (
    <>
      <h1 id="ask-heading">{before === null ? w.heading : w.again}</h1>
      <p className="ask-text">{w.text}</p>
      {before !== null && <Changed before={before} />}
      <dl className="facts ask-facts">
        <AgentFact agent={agent} />
        <ServerFact
          server={server}
          note={server.kind === "stdio" && <span className="faint">{w.local}</span>}
        />
        {offer.account === null && terms.issuer !== null && (
          <Fact name={w.terms.issuer}>
            <Address url={terms.issuer} />
          </Fact>
        )}
        <Whose
          pattern={server.pattern}
          account={offer.account}
          acts={offer.acts}
          audience={terms.audience}
          scopes={terms.scopes}
        />
      </dl>
      {offer.tools === null ? (
        <LookUp store={props.store} />
      ) : (
        <ToolChoices tools={offer.tools} choices={props.choices} onChange={props.onChoices} />
      )}
    </>
  );
}

function LookUp(props: { store: QuestionStore }): ReactNode {
  const [busy, setBusy] = useState(false);
  const w = words.consent.tools;
  return (
    <div className="ask-lookup">
      <p>{w.unknown}</p>
      <Button
        small
        busy={busy}
        icon={List}
        onClick={() => {
          setBusy(true);
          void props.store.lookUp().finally(() => setBusy(false));
        }}
      >
        {busy ? w.lookingUp : w.lookUp}
      </Button>
    </div>
  );
}

function Changed(props: { before: NonNullable<ConsentOffer["before"]> }): ReactNode {
  const { before } = props;
  const w = words.consent.question;
  return (
    <div className="ask-changed">
      <History size={16} aria-hidden />
      <div>
        <strong>{before.changed.length === 0 ? w.changedSince : w.changed}</strong>
        <ul>
          {before.changed.map((term) => (
            <li key={term}>
              {w.terms[term]}
              {/* A digest says nothing to anybody. */}
              {term !== "setup" && (
                <span className="ask-was mono">
                  <Shown text={w.was(textOf(before.terms[term]))} />
                  <HostWarning url={textOf(before.terms[term])} />
                </span>
              )}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function textOf(value: Terms[keyof Terms]): string {
  if (value === null) return words.consent.question.nothing;
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.join(" ") || words.consent.question.nothing;
  const { issuer, sub, tenant } = value;
  return [sub, tenant, issuer].filter((part) => part !== null).join(" · ");
}
