// What is odd about a tool's definition, each in one line.
import { Flag as FlagIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { Flag } from "../types.ts";
import { words } from "../words.ts";
import { Shown } from "./shown.tsx";

export function Flags(props: { flags: readonly Flag[] }): ReactNode {
  if (props.flags.length === 0) return null;
  return (
    <ul className="flags">
      {props.flags.map((flag) => (
        <li key={`${flag.kind} ${flag.found}`}>
          <FlagIcon size={13} aria-hidden />
          <span>
            {words.tools.flag[flag.kind]}
            {flag.found !== "" && (
              <>
                {": "}
                <span className="flag-found">
                  <Shown text={flag.found} />
                </span>
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
