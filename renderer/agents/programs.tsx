// The programs that an agent's credential is known from. One that a yes was too quick for can be forgotten again.
import { type ReactNode, useState } from "react";
import { Button } from "../parts/button.tsx";
import { ComplaintBox } from "../parts/notice.tsx";
import { Shown } from "../parts/shown.tsx";
import { When } from "../parts/when.tsx";
import { useStore } from "../state/context.tsx";
import type { AgentView, Complaint } from "../types.ts";
import { words } from "../words.ts";

export function Programs(props: { agent: AgentView }): ReactNode {
  const { id, programs } = props.agent;
  const store = useStore();
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const w = words.agents;
  if (programs.length === 0) return null;
  const forget = (path: string | null): void => {
    void store.bridge.call("agents.forgetProgram", { id, path }).then((reply) => {
      setComplaint(reply.ok ? null : reply.error);
      store.refresh("agents");
    });
  };
  return (
    <dl className="item-facts programs">
      <div>
        <dt>{programs.length === 1 ? w.program : w.programs}</dt>
        <dd>
          <ul>
            {programs.map(({ path, since }) => (
              <li key={path ?? ""}>
                {path === null ? (
                  <span className="faint">{w.unknownProgram}</span>
                ) : (
                  // Never cut: the end of it is the program's name.
                  <code>
                    <Shown text={path} />
                  </code>
                )}
                <span className="faint">
                  <When instant={since} />
                </span>
                {/* The only one stays: the next would be learned unasked. */}
                {programs.length > 1 && (
                  <Button
                    small
                    look="quiet"
                    aria-label={w.forgetNamed(path ?? w.unknownProgram)}
                    onClick={() => forget(path)}
                  >
                    {w.forget}
                  </Button>
                )}
              </li>
            ))}
          </ul>
          {complaint !== null && <ComplaintBox complaint={complaint} />}
        </dd>
      </div>
    </dl>
  );
}
