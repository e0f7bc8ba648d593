// The accounts: people signed in at issuers, what they allowed, and the way out again.
import { LogIn, LogOut, User } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Claimed } from "../log/evidence.tsx";
import { Button } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { Empty } from "../parts/notice.tsx";
import { PracticeOf } from "../parts/practice.tsx";
import { Shown } from "../parts/shown.tsx";
import { When } from "../parts/when.tsx";
import { WaitingList } from "../parts/waiting-list.tsx";
import { useApp } from "../state/context.tsx";
import type { AccountView } from "../types.ts";
import { words } from "../words.ts";
import { whoIs } from "./account-face.ts";
import { SignIn } from "./sign-in.tsx";
import { SignOut } from "./sign-out.tsx";

type Open =
  | { readonly what: "in"; readonly account: AccountView | null }
  | { readonly what: "out"; readonly account: AccountView };

export function AccountsTab(props: { onIssuers: () => void }): ReactNode {
  const { accounts, issuers } = useApp();
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const w = words.identities.accounts;
  const registered = (issuers?.length ?? 0) > 0;
  const signIn = registered ? (
    <Button look="primary" icon={LogIn} onClick={() => setOpen({ what: "in", account: null })}>
      {w.signIn}
    </Button>
  ) : (
    <Button look="primary" onClick={props.onIssuers}>
      {words.identities.issuers.add}
    </Button>
  );
  return (
    <>
      {accounts === null && <WaitingList />}
      {accounts?.length === 0 ? (
        <Empty icon={User} title={w.emptyTitle} text={registered ? w.emptyText : w.emptyNoIssuer}>
          {signIn}
        </Empty>
      ) : (
        <div className="tab-actions">{signIn}</div>
      )}
      <ul className="cards">
        {accounts?.map((account) => (
          <AccountCard
            key={account.id}
            account={account}
            onAsk={(what) => setOpen({ what, account })}
          />
        ))}
      </ul>
      {open?.what === "in" && <SignIn account={open.account} onClose={close} />}
      {open?.what === "out" && <SignOut account={open.account} onClose={close} />}
    </>
  );
}

function AccountCard(props: {
  account: AccountView;
  onAsk: (what: "in" | "out") => void;
}): ReactNode {
  const { account, onAsk } = props;
  const { who, claimed } = whoIs(account);
  const w = words.identities.accounts;
  const signedIn = account.state === "signed-in";
  const other = [account.email, account.name].find((one) => one !== null && one !== who);
  return (
    <li className={`card item${signedIn ? "" : " item-paused"}`}>
      <header className="item-head">
        <span className="item-icon">
          <User size={18} strokeWidth={1.7} aria-hidden />
        </span>
        <div className="item-name">
          <h2 title={who}>{claimed ? <Claimed text={who} /> : <Shown text={who} />}</h2>
          {!signedIn && (
            <span className={`badge${account.state === "needs-sign-in" ? " badge-warn" : ""}`}>
              {w.state[account.state]}
            </span>
          )}
          <PracticeOf tenant={account.tenant} />
        </div>
        <div className="item-actions">
          {signedIn ? (
            <Button
              small
              icon={LogOut}
              onClick={() => onAsk("out")}
              aria-label={`${w.signOut} ${who}`}
            >
              {w.signOut}
            </Button>
          ) : (
            <Button
              small
              look="primary"
              icon={LogIn}
              onClick={() => onAsk("in")}
              aria-label={`${w.signInAgain} ${who}`}
            >
              {w.signInAgain}
            </Button>
          )}
        </div>
      </header>
      <dl className="item-facts">
        {other !== undefined && (
          <div>
            <dt>{w.name}</dt>
            <dd>{other !== null && <Claimed text={other} />}</dd>
          </div>
        )}
        <div>
          <dt>{w.sub}</dt>
          <dd>
            {account.sub === null ? (
              <span className="faint">{w.unnamed}</span>
            ) : (
              <>
                <code>
                  <Shown text={account.sub} />
                </code>
                <span className="faint">
                  {account.subFrom === "id-token" ? w.proven : w.readOnly}
                </span>
              </>
            )}
          </dd>
        </div>
        {account.idpTenant !== null && (
          <div>
            <dt>{w.organisation}</dt>
            <dd>
              <code>
                <Shown text={account.idpTenant} />
              </code>
            </dd>
          </div>
        )}
        <div>
          <dt>{w.issuer}</dt>
          <dd>
            <CopyLine text={account.issuer} label={words.identities.issuers.copyIssuer} />
            <span className="faint">
              <Shown text={words.servers.asClient(account.clientId)} />
            </span>
          </dd>
        </div>
        <div>
          <dt>{w.scopes}</dt>
          <dd>
            {account.scopes.length === 0 ? (
              <span className="faint">{w.noScopes}</span>
            ) : (
              <span className="codes">
                {account.scopes.map((scope) => (
                  <code key={scope}>
                    <Shown text={scope} />
                  </code>
                ))}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>{w.since}</dt>
          <dd>
            <When instant={account.signedInAt} />
          </dd>
        </div>
      </dl>
    </li>
  );
}
