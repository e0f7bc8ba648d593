// A tool that is not what the person agreed to: what became of it, and whether it may be used as it is now.
import type { ReactNode } from "react";
import { CopyLine } from "../parts/copy.tsx";
import { Flags } from "../parts/flags.tsx";
import { Shown } from "../parts/shown.tsx";
import type { Question } from "../types.ts";
import { words } from "../words.ts";
import { Address } from "./address.tsx";
import { Fact } from "./fact.tsx";
import { Grave } from "./grave.tsx";
import { ToolDiff } from "./tool-diff.tsx";

type ChangeMatter = Extract<Question["matter"], { readonly kind: "tool-changed" }>;

export function ChangeQuestion({ matter }: { matter: ChangeMatter }): ReactNode {
  const { agent, server, change } = matter;
  const w = words.approval.change;
  const c = words.approval.call;
  const changed = change.before !== null;
  return (
    <>
      <h1 id="ask-heading">{changed ? w.heading : w.headingNew}</h1>
      <Grave>
        <p>{changed ? w.text : w.textNew}</p>
      </Grave>
      <dl className="facts ask-facts">
        <Fact name={c.tool}>
          <span className="ask-tool">
            <Shown text={change.tool} />
          </span>
        </Fact>
        <Fact name={c.server}>
          <strong>
            <Shown text={server.name} />
          </strong>
          <span className="ask-target">
            <Address url={server.target} />
          </span>
        </Fact>
        {agent !== null && (
          <Fact name={c.agent}>
            <strong>
              <Shown text={agent.name} />
            </strong>
            <span className="faint">{w.waits}</span>
          </Fact>
        )}
      </dl>
      <Flags flags={change.flags} />
      <ToolDiff
        before={change.before?.definition ?? null}
        after={change.after.definition}
        agreed={changed}
      />
      <div className="ask-hash">
        <span title={w.hashHint}>{w.hash}</span>
        <CopyLine text={change.after.fingerprint} label={words.common.copy} />
      </div>
    </>
  );
}
