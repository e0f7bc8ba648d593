// What was found out about a server: the steps while it is asked, what went wrong, or what is proposed and why.
import { Check, LoaderCircle, ScanLine, TriangleAlert, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { CopyLine } from "../parts/copy.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import type { Choice, IssuerProposal, Proposal } from "../types.ts";
import { words } from "../words.ts";
import { XrayDialog } from "../xray/xray-dialog.tsx";
import type { Finding, FindingStep } from "./finding.ts";

export function FindingPanel(props: {
  finding: Finding;
  /** Asks the issuer that waits for the person's word. */
  onConfirm: (issuer: string) => void;
  changing: boolean;
  onChange: (changing: boolean) => void;
}): ReactNode {
  const { finding } = props;
  const { complaint, proposal, state } = finding;
  const w = words.finding;
  if (state === "asking") {
    return (
      <div className="finding">
        <Steps steps={finding.steps} busy={w.asking} />
        <div className="finding-actions">
          <Button small onClick={finding.cancel}>
            {w.cancel}
          </Button>
        </div>
      </div>
    );
  }
  if (complaint !== null) {
    const flow = complaint.facts["flow"];
    return (
      <ComplaintBox complaint={complaint}>
        <p className="complaint-advice">{w.failedHint}</p>
        {typeof flow === "string" && <XrayButton flow={flow} />}
      </ComplaintBox>
    );
  }
  if (proposal === null) return null;
  const { issuer } = proposal;
  if (issuer?.unconfirmed === true && issuer.lies !== null) {
    return (
      <section className="finding finding-warn" aria-label={w.proposal}>
        <p className="finding-title">
          <TriangleAlert size={15} aria-hidden /> {w.confirmTitle[issuer.lies]}
        </p>
        <p>
          <code className="finding-issuer">
            <Shown text={issuer.issuer} />
          </code>
        </p>
        <p className="faint">{w.confirmText}</p>
        <div className="finding-actions">
          <Button small onClick={finding.forget}>
            {words.common.cancel}
          </Button>
          <Button small look="primary" onClick={() => props.onConfirm(issuer.issuer)}>
            {w.confirm}
          </Button>
        </div>
      </section>
    );
  }
  return <Proposed proposal={proposal} changing={props.changing} onChange={props.onChange} />;
}

/** The steps that have ended, and what goes on now. */
export function Steps(props: { steps: readonly FindingStep[]; busy: string }): ReactNode {
  return (
    <>
      <ol className="finding-steps" aria-label={words.finding.steps}>
        {props.steps.map(({ id, ok }, index) => (
          // Steps only come at the end, and one id may come twice.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index} className={ok ? "finding-ok" : "finding-no"}>
            {ok ? <Check size={13} aria-hidden /> : <X size={13} aria-hidden />}
            {words.xray.steps[id] ?? id}
          </li>
        ))}
      </ol>
      <p className="finding-busy" role="status">
        <LoaderCircle className="spin" size={14} aria-hidden /> {props.busy}
      </p>
    </>
  );
}

function XrayButton(props: { flow: string }): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small look="quiet" icon={ScanLine} onClick={() => setOpen(true)}>
        {words.finding.xray}
      </Button>
      {open && <XrayDialog id={props.flow} onClose={() => setOpen(false)} />}
    </>
  );
}

function Proposed(props: {
  proposal: Proposal;
  changing: boolean;
  onChange: (changing: boolean) => void;
}): ReactNode {
  const { proposal } = props;
  const { issuer, pattern } = proposal;
  const chosen: Choice | undefined = proposal.choices.find((one) => one.pattern === pattern);
  const w = words.finding;
  return (
    <section className="finding" aria-label={w.proposal} role="status">
      <p className="finding-title">
        {pattern === null ? w.nothing : `${w.proposed}: ${words.patterns.name[pattern]}`}
      </p>
      <dl className="finding-facts">
        {proposal.name !== null && (
          <Fact name={w.callsItself}>
            <Shown text={proposal.name} />
          </Fact>
        )}
        <Fact name={w.why}>
          {proposal.why.map((why) => (
            <p key={why}>{why}</p>
          ))}
        </Fact>
        {chosen !== undefined && (
          <>
            <Fact name={w.thief}>{chosen.thief.can}</Fact>
            <Fact name={w.until}>{chosen.thief.until}</Fact>
            <Fact name={w.stop}>{chosen.thief.stop}</Fact>
          </>
        )}
        {issuer !== null && <IssuerFacts issuer={issuer} redirectUri={proposal.redirectUri} />}
        {issuer !== null && (
          <Fact name={w.scopes}>
            {proposal.scopes.length === 0 ? w.noScopes : <code>{proposal.scopes.join(" ")}</code>}
          </Fact>
        )}
      </dl>
      <div className="finding-actions">
        <XrayButton flow={proposal.flow} />
        <Button
          small
          aria-expanded={props.changing}
          onClick={() => props.onChange(!props.changing)}
        >
          {props.changing ? w.keep : w.change}
        </Button>
      </div>
    </section>
  );
}

function IssuerFacts(props: { issuer: IssuerProposal; redirectUri: string | null }): ReactNode {
  const { issuer, redirectUri } = props;
  const w = words.finding;
  return (
    <>
      <Fact name={w.issuer}>
        <code className="finding-issuer">
          <Shown text={issuer.issuer} />
        </code>
        {issuer.lies !== null && <Mark text={w.lies[issuer.lies]} />}
        {issuer.elsewhere && <Mark text={w.elsewhere} />}
        {issuer.hosts.length > 0 && <Mark text={w.hosts(issuer.hosts)} />}
      </Fact>
      {issuer.way !== null && (
        <Fact name={w.registration}>
          <p>{w.ways[issuer.way]}</p>
          {issuer.way === "ask" && redirectUri !== null && (
            <CopyLine text={redirectUri} label={w.copyRedirect} />
          )}
        </Fact>
      )}
    </>
  );
}

const Fact = (props: { name: string; children: ReactNode }): ReactNode => (
  <div>
    <dt>{props.name}</dt>
    <dd>{props.children}</dd>
  </div>
);

const Mark = (props: { text: string }): ReactNode => (
  <p className="finding-mark">
    <TriangleAlert size={12} aria-hidden /> <Shown text={props.text} />
  </p>
);
