// One step of a flow: one line closed; open, what was checked, sent and answered.
import { Check, ChevronRight, Minus, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { clockTime, duration } from "../lib/format.ts";
import { CopyIcon } from "../parts/copy.tsx";
import { Json } from "../parts/json.tsx";
import { Shown } from "../parts/shown.tsx";
import { exactly } from "../parts/when.tsx";
import type { FlowRule, FlowStep, MaskedExchange } from "../types.ts";
import { words } from "../words.ts";
import { curlOf, isMasked } from "./bundle.ts";

export function XrayStep(props: { step: FlowStep; openAtFirst: boolean }): ReactNode {
  const { step } = props;
  const [open, setOpen] = useState(props.openAtFirst);
  const id = useId();
  const w = words.xray;
  return (
    <li className={`xray-step xray-step-${step.state}`}>
      <button
        type="button"
        className="xray-head"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Mark state={step.state} />
        <span className="xray-name">
          {w.steps[step.id] ?? step.id}
          {step.request !== null && <code>{step.request.line}</code>}
        </span>
        <span className="xray-when">
          <time dateTime={new Date(step.at).toISOString()} title={exactly(step.at)}>
            {clockTime(step.at)}
          </time>
          <span>{duration(step.ms)}</span>
        </span>
        <ChevronRight size={15} aria-hidden className="xray-turn" />
      </button>
      {open && (
        <div className="xray-body" id={id}>
          <Rules rules={step.rules} />
          {step.request !== null && <Exchange exchange={step.request} ours />}
          {step.response !== null && <Exchange exchange={step.response} ours={false} />}
          {step.claims !== null && (
            <div className="xray-part">
              <h3>{w.claims}</h3>
              <div className="untrusted">
                <Json text={JSON.stringify(step.claims)} label={w.claims} />
                <p className="untrusted-note">{w.claimsNote}</p>
              </div>
            </div>
          )}
        </div>
      )}
    </li>
  );
}

const MARK = { ok: Check, remark: Minus, failed: X };

function Mark(props: { state: FlowStep["state"] }): ReactNode {
  const Icon = MARK[props.state];
  return (
    <span className="test-mark">
      <Icon size={13} strokeWidth={2.6} aria-hidden />
      <span className="visually-hidden">{words.xray.state[props.state]}: </span>
    </span>
  );
}

function Rules(props: { rules: readonly FlowRule[] }): ReactNode {
  const w = words.xray;
  return (
    <div className="xray-part">
      <h3>{w.rulesTitle}</h3>
      {props.rules.length === 0 && <p className="faint">{w.noRules}</p>}
      <ul className="rules">
        {props.rules.map((rule) => (
          <li key={rule.id} className={`rule rule-${rule.ok ? "ok" : "broken"}`}>
            <Mark state={rule.ok ? "ok" : "failed"} />
            <span className="rule-name" title={rule.id}>
              {w.rules[rule.id] ?? rule.id}
            </span>
            <span className="rule-source">{rule.source}</span>
            {!rule.ok && (
              <dl className="rule-why">
                <Value name={w.expected} text={rule.expected} />
                <Value name={w.found} text={rule.found} />
              </dl>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Value(props: { name: string; text: string | null }): ReactNode {
  if (props.text === null) return null;
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>
        <code>
          <Shown text={props.text} />
        </code>
      </dd>
    </div>
  );
}

function Exchange(props: { exchange: MaskedExchange; ours: boolean }): ReactNode {
  const { exchange, ours } = props;
  const w = words.xray;
  const fields = [...Object.entries(exchange.headers), ...Object.entries(exchange.body ?? {})];
  const headers = Object.keys(exchange.headers).length;
  return (
    <div className="xray-part">
      <h3>{ours ? w.request : w.response}</h3>
      <div className={ours ? "exchange" : "exchange exchange-theirs"}>
        <div className="exchange-line">
          <code>
            <Shown text={exchange.line} />
          </code>
          {ours ? (
            <CopyIcon text={curlOf(exchange)} label={w.copyCurl} />
          ) : (
            <span className="untrusted-name">{w.fromIssuer}</span>
          )}
        </div>
        {fields.length > 0 && (
          <dl className="exchange-fields">
            {fields.map(([name, value], index) => (
              // A header and a field of the body may have one name; the order never changes.
              // oxlint-disable-next-line react/no-array-index-key
              <div key={index} className={index === headers && index > 0 ? "first-of-body" : ""}>
                <dt>
                  <Shown text={name} />
                </dt>
                <dd>
                  <FieldValue value={value} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </div>
  );
}

function FieldValue(props: { value: unknown }): ReactNode {
  const { value } = props;
  if (isMasked(value)) return <span className="masked">{value.slice(1, -1)}</span>;
  return <Shown text={typeof value === "string" ? value : JSON.stringify(value)} />;
}
