// The list of calls: a grid with one focus, of which only the rows in sight exist. It follows the newest
// row while the person is there, and otherwise keeps what is being read where it is.
import { ArrowDown } from "lucide-react";
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import { differentDay } from "../lib/format.ts";
import type { Feed, FeedView } from "../state/feed.ts";
import { indexOfSeq, MAX_ROWS } from "../state/rows.ts";
import { AT_TAIL, arrived, picked, scrolled, type Tail } from "../state/tail.ts";
import { words } from "../words.ts";
import { COLUMNS, HEAD_HEIGHT, TOP_SLOT } from "./columns.ts";
import { clickedIndex, LogHead, useLogFrame } from "./frame.tsx";
import { keyInLog } from "./keys.ts";
import { placeFor, useRowKeys, useRowWindow } from "./row-window.ts";
import { LogRowView, rowId } from "./row.tsx";

/** Older rows are asked for when fewer than this many lie above the ones in sight. */
const AHEAD = 60;

interface GridProps {
  readonly feed: Feed;
  readonly view: FeedView;
  readonly tail: Tail;
  readonly onTail: (change: (tail: Tail) => Tail) => void;
  /** Journal position of the active row. */
  readonly active: number | null;
  readonly openId: string | null;
  readonly onActive: (seq: number, open: boolean) => void;
  readonly onClose: () => void;
}

export function LogGrid(props: GridProps): ReactNode {
  const { feed, view, tail, onTail, active, openId, onActive } = props;
  const { rows } = view;
  const { scroller, attach, layout, height } = useLogFrame();
  const above = HEAD_HEIGHT[layout] + TOP_SLOT;
  const activeIndex = active === null ? -1 : exactIndex(rows, active);

  const { facts, shown, moved } = useRowWindow(scroller, {
    count: rows.length,
    height,
    above,
    following: tail.following,
  });
  useStayInPlace(scroller, rows, height, above, tail.following, moved);

  // How many came since the last look.
  const arrivals = useRef(view.arrivals);
  useEffect(() => {
    const fresh = view.arrivals - arrivals.current;
    arrivals.current = view.arrivals;
    if (fresh > 0) onTail((now) => arrived(now, fresh));
  }, [view.arrivals, onTail]);

  const { olderFailed } = view;
  const wantOlder = useCallback(() => {
    if (!tail.following && shown.first < AHEAD && !olderFailed) void feed.loadOlder();
  }, [tail.following, shown.first, olderFailed, feed]);
  // A page may be shorter than what lies ahead.
  useEffect(wantOlder, [wantOlder, rows.length]);

  const lastTop = useRef(0);
  const onScroll = (): void => {
    const node = scroller.current;
    if (node === null) return;
    const before = lastTop.current;
    const place = { top: node.scrollTop, height: node.clientHeight, content: node.scrollHeight };
    lastTop.current = place.top;
    moved(place.top);
    onTail((now) => scrolled(now, before, place));
  };

  const toTail = (): void => {
    onTail(() => AT_TAIL);
    const node = scroller.current;
    node?.scrollTo({ top: node.scrollHeight });
    node?.focus();
  };

  const pick = (index: number, open: boolean): void => {
    const row = rows[index];
    if (row === undefined) return;
    onTail((now) => picked(now, index === rows.length - 1));
    onActive(row.seq, open);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const node = scroller.current;
    const page =
      node === null ? 10 : Math.floor((node.clientHeight - HEAD_HEIGHT[layout]) / height);
    const key = keyInLog(event.key, activeIndex, rows.length, page);
    if (key === null) return;
    event.preventDefault();
    if (key.do === "close") return props.onClose();
    if (key.do === "open") return pick(activeIndex, true);
    pick(key.to, openId !== null);
    // The oldest and newest rows bring what lies beyond them into sight.
    if (key.to === 0) node?.scrollTo({ top: 0 });
    else if (key.to === rows.length - 1) node?.scrollTo({ top: node.scrollHeight });
    else {
      const top = node?.scrollTop ?? facts.top;
      node?.scrollTo({ top: placeFor(key.to, { ...facts, top }, HEAD_HEIGHT[layout]) });
    }
  };

  const onClick = (event: MouseEvent): void => {
    const index = clickedIndex(event);
    if (index !== null) pick(index, true);
  };

  const indices = Array.from({ length: shown.until - shown.first }, (_, i) => shown.first + i);
  // aria-activedescendant must name an element that exists.
  if (activeIndex >= 0 && activeIndex < shown.first) indices.unshift(activeIndex);
  if (activeIndex >= shown.until) indices.push(activeIndex);
  const keys = useRowKeys(indices.flatMap((index) => rows[index]?.seq ?? []));
  return (
    <div className={`log-grid-box log-${layout}`}>
      <div
        ref={attach}
        role="grid"
        className="log-grid"
        tabIndex={0}
        aria-label={words.log.grid}
        aria-rowcount={view.hasOlder ? -1 : rows.length + 1}
        aria-colcount={COLUMNS[layout].length}
        aria-activedescendant={activeIndex < 0 ? undefined : rowId(rows[activeIndex]?.seq ?? 0)}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <LogHead layout={layout} />
        <div className="log-top" aria-hidden>
          {topLine(view)}
        </div>
        <div role="rowgroup" className="log-rows" style={{ height: rows.length * height }}>
          {indices.map((index) => {
            const row = rows[index];
            if (row === undefined) return null;
            const previous = rows[index - 1];
            return (
              <LogRowView
                key={keys.get(row.seq)}
                row={row}
                index={index}
                top={index * height}
                layout={layout}
                active={index === activeIndex}
                open={row.id === openId}
                newDay={previous !== undefined && differentDay(previous.at, row.at)}
              />
            );
          })}
        </div>
      </div>
      {!tail.following && tail.unseen > 0 && (
        <button type="button" className="new-pill" onClick={toTail}>
          {words.log.newCalls(tail.unseen)} <ArrowDown size={14} aria-hidden />
        </button>
      )}
    </div>
  );
}

function topLine(view: FeedView): string {
  if (view.loadingOlder) return words.log.loadingOlder;
  if (view.olderFailed) return words.log.failedOlder;
  if (!view.hasOlder) return words.log.beginning;
  return view.rows.length + 1 > MAX_ROWS - 200 ? words.log.capped : words.log.loadingOlder;
}

function exactIndex(rows: FeedView["rows"], seq: number): number {
  const index = indexOfSeq(rows, seq);
  return rows[index]?.seq === seq ? index : -1;
}

/**
 * After the rows changed: at the tail, go to the new end; elsewhere, put the row that was topmost back
 * where it was, whatever was added or dropped above it.
 */
function useStayInPlace(
  scroller: React.RefObject<HTMLDivElement | null>,
  rows: FeedView["rows"],
  height: number,
  above: number,
  following: boolean,
  moved: (top: number) => void,
): void {
  const before = useRef(rows);
  useLayoutEffect(() => {
    const node = scroller.current;
    const old = before.current;
    before.current = rows;
    if (node === null) return;
    if (following) {
      node.scrollTo({ top: node.scrollHeight });
      return;
    }
    const top = Math.max(0, Math.floor((node.scrollTop - above) / height));
    const seq = old[top]?.seq;
    if (old === rows || seq === undefined) return;
    const shift = indexOfSeq(rows, seq) - top;
    if (shift === 0) return;
    node.scrollBy({ top: shift * height });
    // Before anything is drawn: a page of older rows would leave a hole until the scroll is told.
    moved(node.scrollTop);
  }, [scroller, rows, height, above, following, moved]);

  // A smaller window must not push the newest row out of sight.
  useEffect(() => {
    const node = scroller.current;
    if (node === null || !following) return undefined;
    const observer = new ResizeObserver(() => {
      node.scrollTo({ top: node.scrollHeight });
    });
    observer.observe(node);
    return () => observer.disconnect();
  }, [scroller, following]);
}
