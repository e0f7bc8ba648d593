// On whose behalf, and with which credential: what Countersign knows before anything is sent.
import type { ReactNode } from "react";
import { hostOf } from "../identities/account-face.ts";
import { spelledOut } from "../lib/hidden.ts";
import { Shown } from "../parts/shown.tsx";
import type { Subject } from "../types.ts";
import { words } from "../words.ts";
import { Address, HostWarning } from "./address.tsx";
import { Fact } from "./fact.tsx";

export function Whose(props: {
  pattern: Subject["server"]["pattern"];
  account: Subject["account"];
  acts: Subject["acts"];
  audience: string | null;
  scopes: readonly string[];
}): ReactNode {
  const { pattern, account, acts, audience, scopes } = props;
  const w = words.consent.whose;
  const hasToken = !["none", "api-key", "env"].includes(pattern);
  return (
    <>
      <Fact name={w.account}>
        {account === null ? (
          <span>{w.noAccount[pattern]}</span>
        ) : (
          <>
            <strong>
              <Shown text={account.who} />
            </strong>
            <span title={spelledOut(account.issuer)}>{w.at(hostOf(account.issuer))}</span>
            <HostWarning url={account.issuer} />
            <span className="ask-target faint">
              {[
                account.claimed ? w.claimed : null,
                account.sub === null ? null : w.subject(account.sub),
                account.tenant,
              ]
                .filter((text) => text !== null)
                .map((text, i) => (
                  <span key={text}>
                    {i > 0 && " · "}
                    <Shown text={text} />
                  </span>
                ))}
            </span>
          </>
        )}
        {acts !== null && <span className="ask-target">{w.acts[acts]}</span>}
      </Fact>
      <Fact name={w.credential}>{words.log.pattern[pattern]}</Fact>
      {audience !== null && (
        <Fact name={w.audience}>
          <Address url={audience} />
        </Fact>
      )}
      {hasToken && (
        <Fact name={w.scopes}>
          {scopes.length === 0 ? (
            <span className="faint">{w.noScopes}</span>
          ) : (
            scopes.map((scope) => (
              <code key={scope} className="ask-scope">
                <Shown text={scope} />
              </code>
            ))
          )}
        </Fact>
      )}
    </>
  );
}
