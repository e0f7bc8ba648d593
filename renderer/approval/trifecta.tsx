// Why a call is asked about that rules allow: what its run has read, and that it sends something out.
import { Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { clockTime } from "../lib/format.ts";
import { Shown } from "../parts/shown.tsx";
import type { Brought } from "../types.ts";
import { words } from "../words.ts";
import { Grave } from "./grave.tsx";

export function Trifecta(props: { brought: readonly Brought[] }): ReactNode {
  const w = words.approval.trifecta;
  return (
    <Grave icon={Unplug}>
      <div>
        <strong>{w.title}</strong>
        <p>{w.text}</p>
        <ul className="ask-brought">
          {props.brought.map(({ label, by }) => (
            <li key={label}>
              <span className="ask-brought-name">{w.names[label]}</span>
              <span>
                {by === null ? (
                  w.thisCall
                ) : (
                  <>
                    <code>
                      <Shown text={by.tool} />
                    </code>{" "}
                    {w.on}{" "}
                    <strong>
                      <Shown text={by.server} />
                    </strong>{" "}
                    <span className="faint">{w.at(clockTime(Date.parse(by.at)))}</span>
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Grave>
  );
}
