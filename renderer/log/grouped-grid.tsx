// The log under its runs: a head for each, with its rows below it. Only what is in sight exists.
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useDeferredValue,
  useLayoutEffect,
  useMemo,
  useState,
} from "react";
import { clockTime, dayName } from "../lib/format.ts";
import { Button } from "../parts/button.tsx";
import { Marked } from "../parts/shown.tsx";
import type { Feed, FeedView } from "../state/feed.ts";
import { isAtEnd } from "../state/tail.ts";
import { words } from "../words.ts";
import { COLUMNS, HEAD_HEIGHT } from "./columns.ts";
import { groupByRun, type RunHead } from "./groups.ts";
import { clickedIndex, LogHead, useLogFrame } from "./frame.tsx";
import { keyInLog } from "./keys.ts";
import { bringInSight, itemsIn, useRowKeys, useRowWindow } from "./row-window.ts";
import { LogRowView, rowId } from "./row.tsx";

/** CSS pixels; `.log-run` says the same. */
const RUN_HEIGHT = 44;

export function GroupedGrid(props: {
  feed: Feed;
  view: FeedView;
  /** Journal position of the active row. */
  active: number | null;
  openId: string | null;
  onActive: (seq: number, open: boolean) => void;
  onClose: () => void;
}): ReactNode {
  const { feed, view, active, openId, onActive } = props;
  // Grouping all that is held takes some milliseconds: a burst of calls must not hold up typing and scrolling.
  const rows = useDeferredValue(view.rows);
  const { scroller, attach, layout, height } = useLogFrame();
  const items = useMemo(() => groupByRun(rows), [rows]);
  // Where the rows stand in the list, in the order in which arrow keys go through them.
  const places = useMemo(
    () => items.flatMap((item, place) => (item.kind === "row" ? [place] : [])),
    [items],
  );
  const activePlace = items.findIndex((item) => item.kind === "row" && item.row.seq === active);

  const tops = useMemo(() => {
    const places = [0];
    let top = 0;
    for (const { kind } of items) places.push((top += kind === "head" ? RUN_HEIGHT : height));
    return places;
  }, [items, height]);

  const above = HEAD_HEIGHT[layout];
  const [following, setFollowing] = useState(true);
  const { facts, moved } = useRowWindow(scroller, {
    count: items.length,
    height,
    above,
    following,
  });
  const { first, until } = itemsIn(tops, facts);
  const shown = Array.from({ length: until - first }, (_, i) => first + i);
  // aria-activedescendant must name an element that exists.
  if (activePlace >= 0 && activePlace < first) shown.unshift(activePlace);
  if (activePlace >= until) shown.push(activePlace);

  useLayoutEffect(() => {
    const node = scroller.current;
    if (node !== null && following) node.scrollTo({ top: above + (tops.at(-1) ?? 0) });
  }, [scroller, tops, above, following]);
  const onScroll = (): void => {
    const node = scroller.current;
    if (node === null) return;
    const { scrollTop: top, clientHeight, scrollHeight: content } = node;
    moved(top);
    setFollowing(isAtEnd({ top, height: clientHeight, content }));
    if (top < 400 && !view.olderFailed) void feed.loadOlder();
  };

  const seqAt = (place: number | undefined): number | null => {
    const item = place === undefined ? undefined : items[place];
    return item?.kind === "row" ? item.row.seq : null;
  };
  const pick = (place: number | undefined, open: boolean): void => {
    const seq = seqAt(place);
    if (seq === null || place === undefined) return;
    setFollowing(place === items.length - 1);
    onActive(seq, open);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target instanceof Element && event.target.closest("button") !== null) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / height) - 2);
    const key = keyInLog(event.key, places.indexOf(activePlace), places.length, page);
    if (key === null) return;
    event.preventDefault();
    if (key.do === "close") return props.onClose();
    if (key.do === "open") return pick(activePlace, true);
    const to = places[key.to];
    pick(to, openId !== null);
    const node = scroller.current;
    if (to === undefined || node === null) return;
    const [begin, end] = [above + (tops[to] ?? 0), above + (tops[to + 1] ?? 0)];
    node.scrollTo({ top: bringInSight(begin, end, node.scrollTop, node.clientHeight, above) });
  };
  const onClick = (event: MouseEvent): void => {
    const index = clickedIndex(event);
    if (index !== null) pick(index, true);
  };

  const keys = useRowKeys(shown.flatMap((place) => seqAt(place) ?? []));
  return (
    <div className={`log-grid-box log-${layout}`}>
      <div
        ref={attach}
        role="grid"
        className="log-grid"
        tabIndex={0}
        aria-label={words.log.groupedGrid}
        aria-rowcount={items.length + 1}
        aria-colcount={COLUMNS[layout].length}
        aria-activedescendant={activePlace < 0 ? undefined : rowId(active ?? 0)}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <LogHead layout={layout} />
        <div role="rowgroup" className="log-rows" style={{ height: tops.at(-1) }}>
          {shown.map((place) => {
            const item = items[place];
            const top = tops[place] ?? 0;
            if (item === undefined) return null;
            if (item.kind === "head") {
              return (
                <RunHeadView
                  key={`run ${item.head.run ?? ""}`}
                  head={item.head}
                  index={place}
                  top={top}
                  span={COLUMNS[layout].length}
                  onOnly={(run) => feed.setFilter({ ...view.filter, run })}
                />
              );
            }
            return (
              <LogRowView
                key={keys.get(item.row.seq)}
                row={item.row}
                index={place}
                top={top}
                layout={layout}
                active={place === activePlace}
                open={item.row.id === openId}
                newDay={false}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function RunHeadView(props: {
  head: RunHead;
  index: number;
  top: number;
  span: number;
  onOnly: (run: string) => void;
}): ReactNode {
  const { head } = props;
  const { run } = head;
  const w = words.log.run;
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      className="log-run"
      style={{ transform: `translateY(${props.top}px)` }}
    >
      <div role="gridcell" aria-colspan={props.span} className="log-run-cell">
        <strong className="cut" dir="auto">
          {run === null ? w.none : <Marked text={head.agent ?? w.noAgent} layout={false} />}
        </strong>
        <span className="log-run-span" title={run ?? undefined}>
          {dayName(head.from)} {w.span(clockTime(head.from), clockTime(head.until))}
        </span>
        <span className="log-run-counts">
          {w.calls(head.calls)}
          {head.denied > 0 && <span className="log-run-denied">{w.denied(head.denied)}</span>}
        </span>
        {run !== null && (
          <Button small look="quiet" onClick={() => props.onOnly(run)}>
            {w.only}
          </Button>
        )}
      </div>
    </div>
  );
}
