// What a change of policy would have meant for the calls of the past: shown before it is saved.
import { Dialog } from "@base-ui/react/dialog";
import { type ReactNode, useEffect, useState } from "react";
import { CallPane } from "../log/call-pane.tsx";
import { clockTime, dayName } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { Shown } from "../parts/shown.tsx";
import { useBridge } from "../state/context.tsx";
import type { Complaint, InputOf, Rehearsal } from "../types.ts";
import { words } from "../words.ts";
import { EffectMark } from "./effect-mark.tsx";

export type Change = InputOf<"policy.rehearse">["change"];

/** Milliseconds without a key before a change that is being typed is tried. */
const SETTLE = 400;

export interface Tried {
  readonly rehearsal: Rehearsal | null;
  readonly complaint: Complaint | null;
}

/** Tries a change on the calls of the past, anew whenever it changes; null tries nothing. */
export function useRehearsal(change: Change | null): Tried {
  const bridge = useBridge();
  const key = change === null ? "" : JSON.stringify(change);
  const [tried, setTried] = useState<Tried & { readonly key: string }>({
    key: "",
    rehearsal: null,
    complaint: null,
  });
  useEffect(() => {
    if (key === "") return undefined;
    let wanted = true;
    let id = "";
    const put = (rehearsal: Rehearsal | null, complaint: Complaint | null): void => {
      if (wanted) setTried({ key, rehearsal, complaint });
    };
    const look = async (): Promise<void> => {
      const reply = await bridge.call("policy.rehearsal", { id });
      if (reply.ok) put(reply.value, reply.value.complaint);
      else put(null, reply.error);
    };
    const stopEvents = bridge.watch((event) => {
      if (event.type === "rehearsal" && event.id === id) void look();
    });
    const timer = setTimeout(() => {
      void bridge
        .call("policy.rehearse", { change: JSON.parse(key) as Change })
        .then(async (reply) => {
          if (!reply.ok) return put(null, reply.error);
          ({ id } = reply.value);
          put(reply.value, null);
          // It may have ended before its id was known here.
          await look();
          if (!wanted) await bridge.call("policy.cancelRehearsal", { id });
        });
    }, SETTLE);
    return () => {
      wanted = false;
      clearTimeout(timer);
      stopEvents();
      if (id !== "") void bridge.call("policy.cancelRehearsal", { id });
    };
  }, [bridge, key]);
  return tried.key === key ? tried : { rehearsal: null, complaint: null };
}

/** How many calls are listed before a person asks for all of them. */
const FEW = 4;

export function RehearsalResult(props: { tried: Tried }): ReactNode {
  const { rehearsal, complaint } = props.tried;
  const bridge = useBridge();
  const [all, setAll] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const w = words.rehearsal;
  if (complaint !== null) return <p className="field-hint">{complaint.sentence}</p>;
  if (rehearsal === null) return <p className="field-hint">{w.soon}</p>;
  const { counts, changed, state } = rehearsal;
  const unjudged = counts.unjudged.unknown + counts.unjudged.arguments + counts.unjudged.failed;
  const shown = all ? changed : changed.slice(0, FEW);
  return (
    <section className="rehearsal" aria-label={w.title}>
      <p className="rehearsal-sum" role="status">
        {state === "running" ? w.running(rehearsal.done, rehearsal.of) : w.sum(counts)}
        {state === "cancelled" && ` ${w.cancelled}`}
      </p>
      {state === "running" && rehearsal.done > 0 && (
        <Button
          small
          onClick={() => void bridge.call("policy.cancelRehearsal", { id: rehearsal.id })}
        >
          {words.common.cancel}
        </Button>
      )}
      {shown.length > 0 && (
        <ul className="rehearsal-calls">
          {shown.map((one) => (
            <li key={one.call}>
              <EffectMark effect={one.from} />
              <span aria-label={w.becomes}>→</span>
              <EffectMark effect={one.to} />
              <button type="button" className="rehearsal-call" onClick={() => setOpenId(one.call)}>
                <code>
                  <Shown text={one.tool ?? "?"} />
                </code>{" "}
                <span className="faint">
                  {one.server ?? "?"} · {dayName(one.at)} {clockTime(one.at)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {!all && changed.length > FEW && (
        <Button small look="quiet" onClick={() => setAll(true)}>
          {w.more(changed.length - FEW)}
        </Button>
      )}
      {unjudged > 0 && state !== "running" && (
        <p className="field-hint">{w.unjudged(counts.unjudged)}</p>
      )}
      {openId !== null && (
        <Dialog.Root open onOpenChange={(open) => !open && setOpenId(null)}>
          <Dialog.Portal>
            <Dialog.Popup className="call-sheet" aria-label={words.log.detail.label}>
              <CallPane
                id={openId}
                row={null}
                onClose={() => setOpenId(null)}
                onStep={(by) => {
                  const at = changed.findIndex(({ call }) => call === openId) + by;
                  setOpenId(changed[at]?.call ?? openId);
                }}
              />
            </Dialog.Popup>
          </Dialog.Portal>
        </Dialog.Root>
      )}
    </section>
  );
}
