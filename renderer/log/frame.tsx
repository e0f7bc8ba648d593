// What both forms of the log are laid in: the list that scrolls, its head, and which row was clicked.
import {
  type MouseEvent,
  type ReactNode,
  type RefCallback,
  type RefObject,
  useCallback,
  useRef,
} from "react";
import { useWidth } from "../lib/hooks.ts";
import { words } from "../words.ts";
import { COLUMNS, layoutFor, type LogLayout, ROW_HEIGHT } from "./columns.ts";

/** `attach` goes onto the list that scrolls; the layout follows its width. `height` is a row's, in CSS pixels. */
export function useLogFrame(): {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly attach: RefCallback<HTMLDivElement>;
  readonly layout: LogLayout;
  readonly height: number;
} {
  const scroller = useRef<HTMLDivElement | null>(null);
  const [measure, width] = useWidth<HTMLDivElement>();
  const attach = useCallback(
    (node: HTMLDivElement | null) => {
      scroller.current = node;
      measure(node);
    },
    [measure],
  );
  const layout = layoutFor(width);
  return { scroller, attach, layout, height: ROW_HEIGHT[layout] };
}

export function LogHead(props: { layout: LogLayout }): ReactNode {
  return (
    <div role="rowgroup" className="log-head">
      <div role="row" aria-rowindex={1} className="log-head-row">
        {COLUMNS[props.layout].map((column) => (
          <div key={column} role="columnheader" className={`cell cell-${column}`}>
            {words.log.columns[column]}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The place in the list that was clicked. Selecting text with the mouse is not opening a call: that is null. */
export function clickedIndex(event: MouseEvent): number | null {
  const target = event.target instanceof Element ? event.target.closest("[data-index]") : null;
  if (target === null || (document.getSelection()?.toString() ?? "") !== "") return null;
  return Number(target.getAttribute("data-index"));
}
