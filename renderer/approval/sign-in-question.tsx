// Whether to sign in now, because an agent needs the account.
import type { ReactNode } from "react";
import { hostOf } from "../identities/account-face.ts";
import { Shown } from "../parts/shown.tsx";
import type { SignInMatter } from "../types.ts";
import { words } from "../words.ts";
import { Fact } from "./fact.tsx";

export function SignInQuestion(props: { matter: SignInMatter }): ReactNode {
  const { agent, server, wish } = props.matter;
  const w = words.consent.signIn;
  const c = words.approval.call;
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <p className="ask-text">{w.text(hostOf(wish.issuer))}</p>
      <dl className="facts ask-facts">
        <Fact name={c.agent}>
          <strong>
            <Shown text={agent.name} />
          </strong>
          <span className="faint">{c.proof[agent.authMethod]}</span>
        </Fact>
        <Fact name={c.server}>
          <strong>{server.name}</strong>
          <span className={`badge badge-${server.stage}`}>{words.servers.stage[server.stage]}</span>
          <span className="ask-target mono">
            <Shown text={server.target} />
          </span>
        </Fact>
        <Fact name={w.at}>
          <span className="mono ask-small">
            <Shown text={wish.issuer} />
          </span>
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
