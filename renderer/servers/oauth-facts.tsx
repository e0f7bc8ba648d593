// What a server's tokens rest on: the registration, the account, the certificate and how long it lives.
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { accountsOf, whoIs } from "../identities/account-face.ts";
import { Expiry } from "../identities/expiry.tsx";
import { Claimed } from "../log/evidence.tsx";
import { Shown } from "../parts/shown.tsx";
import { useApp } from "../state/context.tsx";
import type { AccountView, Issuer, OAuthPattern } from "../types.ts";
import { words } from "../words.ts";

export function PatternName(props: { pattern: OAuthPattern }): ReactNode {
  const { pattern } = props;
  const w = words.servers;
  const name = words.patterns.name[pattern.type];
  const limit = "perUserPerMinute" in pattern ? pattern.perUserPerMinute : null;
  const bound = "bound" in pattern && pattern.bound === "dpop";
  return (
    <>
      <span title={bound ? words.patterns.thiefOfBound : words.patterns.thief[pattern.type]}>
        {name}
        {pattern.type === "composite" &&
          `: ${w.compositeOf[pattern.exchange ? "exchange" : "credentials"]}`}
      </span>
      {bound && <span className="faint">· {w.boundByDpop}</span>}
      {limit !== null && <span className="faint">· {w.perUser(limit)}</span>}
    </>
  );
}

export function OAuthFacts(props: { pattern: OAuthPattern }): ReactNode {
  const { pattern } = props;
  const { agents, issuers, certificates, accounts } = useApp();
  const narrowed = Object.entries(pattern.agentScopes ?? {}).map(([id, scopes]) => {
    const name = agents?.find((one) => one.id === id)?.name ?? id;
    return `${name} (${scopes.join(" ")})`;
  });
  const w = words.servers;
  const issuer = issuers?.find(({ id }) => id === pattern.issuer);
  const homeId = "home" in pattern ? pattern.home : null;
  const home = homeId === null ? null : issuers?.find(({ id }) => id === homeId);
  const withPerson = "account" in pattern && (pattern.type !== "composite" || pattern.exchange);
  const certificate =
    "certificate" in pattern ? certificates?.find(({ id }) => id === pattern.certificate) : null;
  return (
    <>
      {/* Until the lists are there nothing is known to be gone. */}
      {issuers !== null && (
        <Line name={w.issuer}>
          {issuer === undefined ? (
            <Gone text={w.registrationGone} />
          ) : (
            <>
              <code className="cut" title={issuer.issuer}>
                {issuer.issuer}
              </code>
              <span className="faint">
                <Shown text={w.asClient(issuer.clientId)} />
              </span>
            </>
          )}
        </Line>
      )}
      {pattern.scopes.length > 0 && (
        <Line name={w.scopes}>
          <span className="codes">
            {pattern.scopes.map((scope) => (
              <code key={scope}>{scope}</code>
            ))}
          </span>
        </Line>
      )}
      {agents !== null && narrowed.length > 0 && (
        <Line name={w.agentScopes.narrowed}>
          <Shown text={narrowed.join(", ")} />
        </Line>
      )}
      {issuers !== null && home !== null && (
        <Line name={w.home}>
          {home === undefined ? (
            <Gone text={w.registrationGone} />
          ) : (
            <code className="cut" title={home.issuer}>
              {home.issuer}
            </code>
          )}
        </Line>
      )}
      {withPerson && accounts !== null && issuer !== undefined && (
        <Line name={w.account}>
          <AccountName wanted={pattern.account} accounts={accounts} issuer={home ?? issuer} />
        </Line>
      )}
      {certificate !== null && certificates !== null && (
        <Line name={w.certificate}>
          {certificate === undefined ? (
            <Gone text={w.certificateGone} />
          ) : (
            <>
              <Shown text={certificate.label} />
              <Expiry certificate={certificate} />
            </>
          )}
        </Line>
      )}
    </>
  );
}

function Line(props: { name: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

function Gone(props: { text: string }): ReactNode {
  return (
    <span className="item-warn">
      <TriangleAlert size={13} aria-hidden /> {props.text}
    </span>
  );
}

function AccountName(props: {
  wanted: string | null;
  accounts: readonly AccountView[];
  issuer: Issuer;
}): ReactNode {
  const { wanted, accounts, issuer } = props;
  const w = words.servers;
  if (wanted === null) {
    const ready = accountsOf(accounts, issuer).some(({ state }) => state === "signed-in");
    return ready ? w.anyAccount : <Gone text={w.nobody} />;
  }
  const account = accounts.find(({ id }) => id === wanted);
  if (account === undefined) return <Gone text={w.accountGone} />;
  const { who, claimed } = whoIs(account);
  return (
    <>
      {claimed ? <Claimed text={who} /> : <Shown text={who} />}
      {account.state !== "signed-in" && (
        <Gone text={words.identities.accounts.state[account.state]} />
      )}
    </>
  );
}
