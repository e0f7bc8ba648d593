// One thing that is allowed for a while: what it covers, how often, and when it ends.
import type { ReactNode } from "react";
import { clockTime } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge, useStore } from "../state/context.tsx";
import type { Grant } from "../types.ts";
import { words } from "../words.ts";
import { EffectMark } from "./effect-mark.tsx";

export function GrantRow(props: { grant: Grant }): ReactNode {
  const { grant } = props;
  const bridge = useBridge();
  const store = useStore();
  const w = words.policy;
  const end = grant.endsAt < grant.idleEndsAt ? grant.endsAt : grant.idleEndsAt;
  const facts = [
    ...(grant.scope === "fields" ? [] : [w.grantScope[grant.scope]]),
    grant.atMost === null ? w.uses(grant.uses) : w.usesOf(grant.uses, grant.atMost),
    ...(grant.run === null ? [] : [w.endsWithRun]),
    ...(grant.lifetime === "until-lock" ? [w.endsWithLock] : []),
    w.ends(clockTime(Date.parse(end))),
  ];
  return (
    <li className="policy-row">
      <EffectMark effect="allow" />
      <span className="policy-what">
        <strong>
          <Shown text={grant.agent.name} />
        </strong>{" "}
        →{" "}
        <code>
          <Shown text={grant.tool} />
        </code>{" "}
        {w.on} <strong>{grant.server.name}</strong>
        {grant.account !== null && (
          <>
            {" "}
            {w.onBehalfOf} <Shown text={grant.account.who} />
          </>
        )}
        {grant.conditions.length > 0 && (
          <span className="grant-only">
            {w.onlyFor}{" "}
            {grant.conditions.map(({ pointer, equals }) => (
              <code key={pointer}>
                <Shown text={nameOf(pointer)} /> = <Shown text={equals.slice(0, 120)} />
              </code>
            ))}
          </span>
        )}
        <small className="faint">{facts.join(" · ")}</small>
      </span>
      <Button
        small
        aria-label={w.revokeNamed(grant.tool)}
        onClick={() =>
          void bridge.call("grants.revoke", { id: grant.id }).then(() => store.refresh("grants"))
        }
      >
        {w.revoke}
      </Button>
    </li>
  );
}

/** RFC 6901 as people write it: `/filter/owner` is `filter.owner`. */
const nameOf = (pointer: string): string =>
  pointer.slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~");
