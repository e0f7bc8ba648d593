// Where getting a call's token went wrong: what was expected, what came, how to mend it, and the way to the X-ray.
import { ScanLine, Wrench } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { Shown } from "../parts/shown.tsx";
import type { CallDetail } from "../types.ts";
import { words } from "../words.ts";
import { XrayDialog } from "../xray/xray-dialog.tsx";

export function FailedStepPart(props: { failed: NonNullable<CallDetail["failed"]> }): ReactNode {
  const { flow, step, rule, mend } = props.failed;
  const [open, setOpen] = useState(false);
  const w = words.xray;
  return (
    <section className="call-part">
      <h3>
        {w.failed.title}
        <Button
          small
          icon={ScanLine}
          className="xray-open"
          title={w.failed.xrayHint}
          onClick={() => setOpen(true)}
        >
          {w.evidence.xray}
        </Button>
      </h3>
      <dl className="facts">
        <div>
          <dt>{w.failed.step}</dt>
          <dd>{w.steps[step] ?? <code>{step}</code>}</dd>
        </div>
        <div>
          <dt>{w.failed.rule}</dt>
          <dd>
            {rule === null ? (
              w.failed.noRule
            ) : (
              <>
                {w.rules[rule.id] ?? <code>{rule.id}</code>}{" "}
                <span className="rule-source">{rule.source}</span>
              </>
            )}
          </dd>
        </div>
        <Said name={w.expected} text={rule?.expected ?? null} />
        <Said name={w.found} text={rule?.found ?? null} />
      </dl>
      {mend !== null && (
        <p className="mend">
          <Wrench size={15} aria-hidden />
          {mend}
        </p>
      )}
      {open && <XrayDialog id={flow} onClose={() => setOpen(false)} />}
    </section>
  );
}

function Said(props: { name: string; text: string | null }): ReactNode {
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
