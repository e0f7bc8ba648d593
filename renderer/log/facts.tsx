// Who, where and how: what Countersign itself knows about a call. Facts without a value are left out.
import type { ReactNode } from "react";
import { bytes, number } from "../lib/format.ts";
import { Shown } from "../parts/shown.tsx";
import type { LogRow } from "../types.ts";
import { words } from "../words.ts";

export function Facts(props: { row: LogRow }): ReactNode {
  const { row } = props;
  const w = words.log.detail;
  const rules = row.rules.length === 0 ? w.noRules : row.rules.join(", ");
  const text = (value: string | null): ReactNode => value !== null && <Shown text={value} />;
  const code = (value: string | null): ReactNode =>
    value !== null && (
      <code>
        <Shown text={value} />
      </code>
    );
  const count = words.log.repeatedLong(number(row.count));
  // By name; what is not known is false and left out.
  const facts: Record<string, ReactNode> = {
    [w.decision]: `${words.log.decision[row.decision]} · ${rules}`,
    [w.agent]: text(row.agentName),
    [w.provedBy]: row.authMethod !== null && code(w.agentAuth[row.authMethod]),
    [w.account]: text(row.account),
    [w.server]: text(row.serverName),
    [w.pattern]: row.pattern !== null && words.log.pattern[row.pattern],
    [w.method]: code(row.method),
    [w.via]: row.via !== null && w.viaName[row.via],
    [w.generation]: row.generation !== null && w.generationName[row.generation],
    [w.tenant]: text(row.tenant),
    [words.log.run.name]: row.run !== null && code(row.run),
    [w.http]: row.httpStatus !== null && String(row.httpStatus),
    [w.rpc]: row.rpcCode !== null && String(row.rpcCode),
    [w.received]: bytes(row.inputBytes),
    [w.sentBack]: row.outcome !== "pending" && bytes(row.resultBytes),
    [w.count]: row.count > 1 && count,
  };
  return (
    <section className="call-part">
      <h3>{w.facts}</h3>
      <dl className="facts">
        {Object.entries(facts).map(([name, value]) =>
          value === false ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}
