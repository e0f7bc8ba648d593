// What a call was authenticated with: who is asked for, who acts, and what the token can be used for.
import { ArrowLeft, Bot, ScanLine, ShieldAlert, ShieldCheck, ShieldOff, User } from "lucide-react";
import { type ReactNode, useState } from "react";
import { fullTime } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { Shown } from "../parts/shown.tsx";
import type { CallEvidence, LogRow } from "../types.ts";
import { words } from "../words.ts";
import { methodWords } from "../words/xray.ts";
import { XrayDialog } from "../xray/xray-dialog.tsx";

/** Nothing where neither an issuer nor a certificate took part. */
export function Evidence(props: { row: LogRow; failed: boolean }): ReactNode {
  const { evidence, agentCertificate, agentName } = props.row;
  const [open, setOpen] = useState(false);
  const w = words.xray.evidence;
  if (evidence === null && agentCertificate === null) return null;
  const flow = evidence?.flow ?? null;
  return (
    <section className="call-part">
      <h3>
        {w.title}
        {flow !== null && !props.failed && (
          <Button
            small
            icon={ScanLine}
            className="xray-open"
            title={w.xrayHint}
            onClick={() => setOpen(true)}
          >
            {w.xray}
          </Button>
        )}
      </h3>
      {evidence !== null && <Binding binding={evidence.binding} />}
      {evidence !== null && <ActChain evidence={evidence} agentName={agentName} />}
      <dl className="facts">
        {agentCertificate !== null && (
          <>
            <Fact name={w.agentCertificate}>
              <code>
                <Shown text={agentCertificate.subject} />
              </code>
            </Fact>
            <Fact name={w.agentThumbprint}>
              <CopyLine text={agentCertificate.thumbprint} label={w.copyAgentThumbprint} />
            </Fact>
          </>
        )}
        {evidence !== null && <TokenFacts evidence={evidence} />}
      </dl>
      {evidence !== null && flow === null && <p className="evidence-note">{w.noFlow}</p>}
      {open && flow !== null && <XrayDialog id={flow} onClose={() => setOpen(false)} />}
    </section>
  );
}

function TokenFacts(props: { evidence: CallEvidence }): ReactNode {
  const { evidence } = props;
  const { account, certificate, binding, tokenExpiresAt } = evidence;
  const w = words.xray.evidence;
  return (
    <>
      <Fact name={w.issuer}>
        <CopyLine text={evidence.issuer} label={w.copyIssuer} />
      </Fact>
      <Fact name={w.registeredAs}>
        <code>
          <Shown text={evidence.clientId} />
        </code>
      </Fact>
      <Fact name={w.provedBy}>
        <span title={evidence.clientAuth}>
          {methodWords[evidence.clientAuth] ?? evidence.clientAuth}
        </span>
      </Fact>
      {account !== null && (
        <Fact name={w.account}>
          <Claimed text={account.who} />
          {account.sub !== null && (
            <code className="evidence-sub">
              {w.sub} <Shown text={account.sub} />
            </code>
          )}
        </Fact>
      )}
      {evidence.subject !== null && evidence.subject !== account?.sub && (
        <Fact name={w.subject}>
          <code>
            <Shown text={evidence.subject} />
          </code>
        </Fact>
      )}
      {binding !== null && (
        <>
          <Fact name={w.scopes}>
            <Codes all={evidence.scope} none={w.noScopes} />
          </Fact>
          <Fact name={w.audience}>
            <Codes all={evidence.audience} none={w.noAudience} />
          </Fact>
        </>
      )}
      {evidence.jkt !== undefined && (
        <Fact name={w.jkt}>
          <CopyLine text={evidence.jkt} label={w.copyJkt} />
        </Fact>
      )}
      {certificate !== null && (
        <>
          <Fact name={w.certificate}>
            <code>
              <Shown text={certificate.subject} />
            </code>
          </Fact>
          <Fact name={w.thumbprint}>
            <CopyLine text={certificate.thumbprint} label={w.copyThumbprint} />
          </Fact>
          <Fact name={w.certificateUntil}>{fullTime(Date.parse(certificate.notAfter))}</Fact>
        </>
      )}
      {tokenExpiresAt !== null && (
        <Fact name={w.expires}>{fullTime(Date.parse(tokenExpiresAt))}</Fact>
      )}
    </>
  );
}

function Fact(props: { name: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

/** A name that somebody else gave: it looks like a claim wherever it stands. */
export function Claimed(props: { text: string }): ReactNode {
  const w = words.xray.evidence;
  return (
    <span className="claimed">
      <Shown text={props.text} />
      <span className="claimed-mark" title={w.claimedHint}>
        {w.claimed}
      </span>
    </span>
  );
}

function Codes(props: { all: readonly string[]; none: string }): ReactNode {
  if (props.all.length === 0) return <span className="faint">{props.none}</span>;
  return (
    <span className="codes">
      {props.all.map((text) => (
        <code key={text}>
          <Shown text={text} />
        </code>
      ))}
    </span>
  );
}

/** The one fact that decides what a thief could do, so it stands first. */
function Binding(props: { binding: CallEvidence["binding"] }): ReactNode {
  const { binding } = props;
  if (binding === null) {
    return (
      <p className="binding binding-none">
        <ShieldOff size={15} aria-hidden />
        {words.xray.evidence.noToken}
      </p>
    );
  }
  const bound = binding !== "none";
  const Icon = bound ? ShieldCheck : ShieldAlert;
  return (
    <p className={`binding binding-${bound ? "bound" : "open"}`}>
      <Icon size={15} aria-hidden />
      {words.xray.evidence.bindings[binding]}
    </p>
  );
}

/**
 * Person ⇐ earlier agent ⇐ the one who acts now: each one acts for the one on its left. Claims come the other
 * way round, the outermost being the present actor (RFC 8693 section 4.1).
 */
function ActChain(props: { evidence: CallEvidence; agentName: string | null }): ReactNode {
  const { account, subject, actors, actorOutcome } = props.evidence;
  const w = words.xray.evidence;
  const who = account?.who ?? subject;
  if (actorOutcome === null && actors.length === 0) return null;
  const inOrder = [...actors].reverse();
  const last = inOrder.length - 1;
  // Our agent's own name stands for its claim only where the token was found to name it.
  const nameOf = (actor: string, index: number): string =>
    index === last && actorOutcome === "confirmed" ? (props.agentName ?? actor) : actor;
  return (
    <div className="chain-box">
      {who !== null && (
        <ol className="chain" aria-label={w.chain}>
          <li className="chain-link">
            <User size={14} aria-hidden />
            <span>
              <Shown text={who} />
              <small>{w.thePerson}</small>
            </span>
          </li>
          {inOrder.map((actor, index) => (
            // The same actor may stand twice in a chain, and the chain never changes.
            // oxlint-disable-next-line react/no-array-index-key
            <li key={index} className="chain-step">
              <ArrowLeft size={14} role="img" aria-label={w.actsFor} className="chain-arrow" />
              <span className="chain-link" title={actor}>
                <Bot size={14} aria-hidden />
                <span>
                  <Shown text={nameOf(actor, index)} />
                  <small>{index === last ? w.actsNow : w.actedBefore}</small>
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
      {actorOutcome !== null && (
        <p className={`chain-word chain-${actorOutcome}`}>{w.actorOutcome[actorOutcome]}</p>
      )}
    </div>
  );
}
