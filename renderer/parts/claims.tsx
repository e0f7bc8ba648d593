// What a tool says of itself. Its server wrote it: it stands in the box of what others wrote, folded where it is long.
import { type ReactNode, useState } from "react";
import { countHidden } from "../lib/hidden.ts";
import type { Claims } from "../types.ts";
import { words } from "../words.ts";
import { Button } from "./button.tsx";
import { Json } from "./json.tsx";
import { Shown } from "./shown.tsx";

/** Characters that are shown before the rest is folded away. */
const FOLD = 480;

export function ClaimsBox(props: { claims: Claims }): ReactNode {
  const { title, description, annotations } = props.claims;
  const w = words.tools;
  const [open, setOpen] = useState(false);
  const text = description ?? "";
  const long = text.length > FOLD || text.split("\n").length > 8;
  const cut = long && !open ? text.split("\n").slice(0, 8).join("\n").slice(0, FOLD) : text;
  const hidden = countHidden(`${title ?? ""}${text}`, true);
  return (
    <section className="untrusted claims">
      <div className="untrusted-bar">
        <span className="untrusted-name">
          {w.claims} · {w.claimed}
        </span>
        {hidden > 0 && (
          <span className="untrusted-alarm">{words.approval.call.hidden(hidden)}</span>
        )}
      </div>
      <div className="claims-text">
        {title !== null && (
          <p className="claims-title">
            <Shown text={title} />
          </p>
        )}
        {description === null ? (
          <p className="faint">{w.noDescription}</p>
        ) : (
          <p className="claims-description">
            <Shown text={cut} layout />
            {long && !open && "…"}
          </p>
        )}
        {long && (
          <Button look="quiet" onClick={() => setOpen(!open)}>
            {open ? w.less : w.more}
          </Button>
        )}
        {annotations !== null && <Json text={annotations} label={w.annotations} />}
      </div>
    </section>
  );
}
