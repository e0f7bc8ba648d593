// Whether to sign in now, because an agent needs the account.
import type { ReactNode } from "react";
import { hostOf } from "../identities/account-face.ts";
import { Shown } from "../parts/shown.tsx";
import type { SignInMatter } from "../types.ts";
import { words } from "../words.ts";
import { Address } from "./address.tsx";
import { Fact } from "./fact.tsx";
import { AgentFact, ServerFact } from "./parties.tsx";

export function SignInQuestion(props: { matter: SignInMatter }): ReactNode {
  const { agent, server, wish } = props.matter;
  const w = words.consent.signIn;
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <p className="ask-text">{w.text(hostOf(wish.issuer))}</p>
      <dl className="facts ask-facts">
        <AgentFact agent={agent} />
        <ServerFact server={server} />
        <Fact name={w.at}>
          <Address url={wish.issuer} />
        </Fact>
        <Fact name={w.as}>
          {wish.account === null ? w.anyone : <Shown text={wish.account.who} />}
        </Fact>
        <Fact name={words.consent.whose.scopes}>
          {wish.scopes.map((scope) => (
            <code key={scope} className="ask-scope">
              <Shown text={scope} />
            </code>
          ))}
        </Fact>
      </dl>
    </>
  );
}
