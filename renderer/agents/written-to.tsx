// Where an agent's credential stands, and whether what stands there still holds.
import type { ReactNode } from "react";
import { Button } from "../parts/button.tsx";
import type { ConnectTarget } from "../types.ts";
import { words } from "../words.ts";
import { StateBadge } from "./assistants.tsx";

const w = words.connect;

export function WrittenTo(props: {
  targets: readonly ConnectTarget[];
  onUpdate: (target: ConnectTarget) => void;
}): ReactNode {
  if (props.targets.length === 0) return null;
  return (
    <dl className="item-facts written-to">
      {props.targets.map((target) => (
        <div key={target.id}>
          <dt>{w.writtenTo}</dt>
          <dd>
            <span>
              {target.name} <code>{target.file}</code>
            </span>
            {target.state !== "ours" && <StateBadge state={target.state} />}
            {target.state === "outdated" && (
              <Button
                small
                aria-label={w.updateNamed(target.name)}
                onClick={() => props.onUpdate(target)}
              >
                {w.update}
              </Button>
            )}
            {target.because !== null && <p>{w.because[target.because]}</p>}
            {target.trouble !== null && <p>{target.trouble.sentence}</p>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
