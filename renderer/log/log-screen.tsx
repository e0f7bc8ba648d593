// The live log: every call as it happens, and one of them in full beside it.
import { Dialog } from "@base-ui/react/dialog";
import { type ReactNode, useCallback, useState } from "react";
import { useMedia } from "../lib/hooks.ts";
import { useFeed } from "../state/context.tsx";
import { indexOfSeq, isFiltered } from "../state/rows.ts";
import { AT_TAIL, picked, type Tail } from "../state/tail.ts";
import { words } from "../words.ts";
import { CallPane } from "./call-pane.tsx";
import { LogEmpty } from "./empty.tsx";
import { LogGrid } from "./grid.tsx";
import { GroupedGrid } from "./grouped-grid.tsx";
import { RunsToggle } from "./runs-toggle.tsx";
import { LogToolbar, PauseButton } from "./toolbar.tsx";

export function LogScreen(): ReactNode {
  const [feed, view] = useFeed();
  const [tail, setTail] = useState<Tail>(AT_TAIL);
  const [active, setActive] = useState<number | null>(null);
  const [grouped, setGrouped] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const sheet = useMedia("(max-width: 859.98px)");
  const { rows, filter } = view;

  // Another question, another list: begin at its end.
  const [asked, setAsked] = useState(filter);
  if (asked !== filter) {
    setAsked(filter);
    setTail(AT_TAIL);
    setActive(null);
  }

  const onTail = useCallback((change: (tail: Tail) => Tail) => setTail(change), []);
  const idAt = (seq: number): string | null => {
    const row = rows[indexOfSeq(rows, seq)];
    return row?.seq === seq ? row.id : null;
  };
  const onActive = (seq: number, open: boolean): void => {
    setActive(seq);
    if (open) setOpenId(idAt(seq));
  };
  const close = (): void => {
    setOpenId(null);
    document.querySelector<HTMLElement>("[role=grid]")?.focus();
  };
  const step = (by: 1 | -1): void => {
    const index = active === null ? -1 : indexOfSeq(rows, active) + by;
    const row = rows[index];
    if (row === undefined) return;
    setTail((now) => picked(now, index === rows.length - 1));
    onActive(row.seq, true);
  };

  const openRow = openId === null ? null : (rows.find((row) => row.id === openId) ?? null);
  const pane =
    openId === null ? null : <CallPane id={openId} row={openRow} onClose={close} onStep={step} />;
  const quiet = rows.length === 0 && !isFiltered(filter) && !view.paused;
  return (
    <div className={`log${quiet ? " log-quiet" : ""}`}>
      <div className="log-main">
        <header className="log-bar">
          <h1>{words.log.title}</h1>
          {!quiet && (
            <span className="log-count" aria-live="off">
              {view.paused
                ? words.log.pausedHeld(view.held)
                : view.matchedIsFloor
                  ? words.log.floor(view.matched)
                  : words.log.shown(view.matched)}
            </span>
          )}
          <div className="log-bar-end">
            {!quiet && <RunsToggle on={grouped} onChange={setGrouped} />}
            {!quiet && <PauseButton feed={feed} paused={view.paused} />}
          </div>
        </header>
        {!quiet && <LogToolbar feed={feed} filter={filter} />}
        {rows.length === 0 ? (
          <div className="log-blank">
            <LogEmpty feed={feed} view={view} />
          </div>
        ) : grouped ? (
          <GroupedGrid
            feed={feed}
            view={view}
            active={active}
            openId={openId}
            onActive={onActive}
            onClose={close}
          />
        ) : (
          <LogGrid
            feed={feed}
            view={view}
            tail={tail}
            onTail={onTail}
            active={active}
            openId={openId}
            onActive={onActive}
            onClose={close}
          />
        )}
      </div>
      {pane !== null && !sheet && (
        <aside className="call-aside" aria-label={words.log.detail.label}>
          {pane}
        </aside>
      )}
      {pane !== null && sheet && (
        <Dialog.Root open onOpenChange={(open) => !open && close()}>
          <Dialog.Portal>
            <Dialog.Popup className="call-sheet" aria-label={words.log.detail.label}>
              {pane}
            </Dialog.Popup>
          </Dialog.Portal>
        </Dialog.Root>
      )}
    </div>
  );
}
