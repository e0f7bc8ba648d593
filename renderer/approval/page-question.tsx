// A server wants a page opened, through the agent. Nothing of it was fetched: its address is all that is known.
import type { ReactNode } from "react";
import { hostFacts } from "../lib/host.ts";
import { Shown } from "../parts/shown.tsx";
import type { PageMatter } from "../types.ts";
import { words } from "../words.ts";
import { Address } from "./address.tsx";
import { Fact } from "./fact.tsx";
import { Grave } from "./grave.tsx";
import { AgentFact, ServerFact } from "./parties.tsx";

export function PageQuestion({ matter }: { matter: PageMatter }): ReactNode {
  const { agent, server, tool, message, url, tricks } = matter;
  const w = words.account.page;
  const plain = /^http:/i.test(url);
  return (
    <>
      <h1 id="ask-heading">{w.heading}</h1>
      <p className="ask-text">{w.text}</p>
      {tricks.length > 0 && (
        <Grave>
          <p>{w.tricks}</p>
        </Grave>
      )}
      <dl className="facts ask-facts">
        <Fact name={w.host}>
          <span className="ask-tool">
            <Shown text={hostFacts(url)?.goesTo ?? url} />
          </span>
        </Fact>
        <Fact name={w.address}>
          <Address url={url} />
          {plain && <span className="ask-target">{w.plain}</span>}
        </Fact>
        <ServerFact server={server} />
        <AgentFact agent={agent} />
        {tool !== null && (
          <Fact name={words.approval.call.tool}>
            <span className="mono ask-small">
              <Shown text={tool} />
            </span>
          </Fact>
        )}
      </dl>
      {message !== "" && (
        <section className="untrusted ask-said-box">
          <div className="untrusted-bar">{w.says}</div>
          <pre className="ask-said" dir="ltr" tabIndex={0} aria-label={w.says}>
            <Shown text={message} layout />
          </pre>
        </section>
      )}
    </>
  );
}
