// Why a call was let through or not: the policy's rules, and the person's answer.
import type { ReactNode } from "react";
import { duration } from "../lib/format.ts";
import { CopyLine } from "../parts/copy.tsx";
import { Shown } from "../parts/shown.tsx";
import type { LogRow } from "../types.ts";
import { words } from "../words.ts";

export function Permit(props: { row: LogRow }): ReactNode {
  const { permit, decision } = props.row;
  if (permit === null) return null;
  const w = words.log.permit;
  const by =
    permit.question !== null
      ? decision === "allow"
        ? w.byPerson
        : w.deniedByPerson
      : permit.grant !== null
        ? w.byGrant
        : w.byRules;
  return (
    <section className="call-part">
      <h3>{w.title}</h3>
      <dl className="facts">
        <div>
          <dt>{w.by}</dt>
          <dd>
            {by}
            {permit.lifetime !== null && `, ${w.lifetime[permit.lifetime]}`}
            {permit.waitedMs !== null && ` (${w.after(duration(permit.waitedMs))})`}
          </dd>
        </div>
        {permit.program !== undefined && (
          <div>
            <dt>{words.asking.program.name}</dt>
            <dd>
              {permit.program === null ? (
                words.asking.program.unknown
              ) : (
                <>
                  <span className="mono">
                    <Shown text={permit.program.path} />
                  </span>{" "}
                  <span className="faint">{words.asking.program.pid(permit.program.pid)}</span>
                </>
              )}
            </dd>
          </div>
        )}
        {permit.edited === true && (
          <div>
            <dt>{words.asking.edit.original}</dt>
            <dd>
              <CopyLine text={permit.originalHash ?? ""} label={words.common.copy} />
            </dd>
          </div>
        )}
        <div>
          <dt>{w.hash}</dt>
          <dd>
            <CopyLine text={permit.argumentsHash} label={words.common.copy} />
          </dd>
        </div>
        <div>
          <dt>{w.policy}</dt>
          <dd>
            <CopyLine text={permit.policy} label={words.common.copy} />
          </dd>
        </div>
        {permit.decisions?.map(({ policy, decisionId, revision }) => (
          <div key={`${policy} ${decisionId ?? ""}`}>
            <dt>{w.elsewhere(policy)}</dt>
            <dd>
              {decisionId !== null && <CopyLine text={decisionId} label={words.common.copy} />}
              {revision !== null && (
                <small className="faint">
                  {w.revision} <Shown text={revision} />
                </small>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
