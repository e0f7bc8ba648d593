// One call in the log.
import { memo, type ReactNode } from "react";
import { clockTime, dayName, duration, number } from "../lib/format.ts";
import { OutcomeMark } from "../parts/outcome.tsx";
import { Marked } from "../parts/shown.tsx";
import { exactly } from "../parts/when.tsx";
import type { LogRow } from "../types.ts";
import { words } from "../words.ts";
import { type Column, COLUMNS, type LogLayout } from "./columns.ts";

export const rowId = (seq: number): string => `call-${seq}`;

interface RowProps {
  readonly row: LogRow;
  readonly index: number;
  /** Pixels from the top of the rows. */
  readonly top: number;
  readonly layout: LogLayout;
  readonly active: boolean;
  readonly open: boolean;
  /** The first row of another day than the one above: it tells its date. */
  readonly newDay: boolean;
}

/** Re-rendered only when the call itself, its place or its marks change: events come in bursts. */
export const LogRowView = memo(function LogRowView(props: RowProps): ReactNode {
  const { row, index, layout, active, open } = props;
  return (
    <div
      role="row"
      id={rowId(row.seq)}
      // The heading is row 1.
      aria-rowindex={index + 2}
      aria-selected={open}
      data-index={index}
      className={`log-row log-row-${row.outcome}${active ? " is-active" : ""}${open ? " is-open" : ""}`}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      {COLUMNS[layout].map((column) => (
        <div key={column} role="gridcell" className={`cell cell-${column}`}>
          <Cell column={column} row={row} newDay={props.newDay} />
        </div>
      ))}
    </div>
  );
});

function Cell(props: { column: Column; row: LogRow; newDay: boolean }): ReactNode {
  const { row } = props;
  switch (props.column) {
    case "time":
      return (
        // The element of a row is used again for another one: its title must not be.
        <time
          key={row.seq}
          dateTime={new Date(row.at).toISOString()}
          // Wording an instant in two zones costs more than all else of a row, and few are ever pointed at.
          onMouseEnter={(event) => {
            event.currentTarget.title = exactly(row.at);
          }}
        >
          {clockTime(row.at)}
          {props.newDay && <span className="cell-day">{dayName(row.at)}</span>}
        </time>
      );
    case "outcome":
      return (
        <>
          <OutcomeMark outcome={row.outcome} />
          {row.count > 1 && (
            <span className="repeat" title={words.log.repeatedLong(number(row.count))}>
              {words.log.repeated(row.count)}
            </span>
          )}
        </>
      );
    case "agent":
      return row.agentName === null ? (
        <span className="faint">{words.log.unknownAgent}</span>
      ) : (
        <Cut text={row.agentName} />
      );
    case "server":
      return row.serverName === null ? <Nothing /> : <Cut text={row.serverName} />;
    case "tool": {
      const text = row.tool ?? row.method;
      return text === null ? <Nothing /> : <Cut text={text} />;
    }
    case "auth":
      return row.pattern === null ? <Nothing /> : words.log.pattern[row.pattern];
    case "decision":
      return words.log.decision[row.decision];
    case "duration":
      break;
  }
  return row.totalMs === null ? <Nothing /> : duration(row.totalMs);
}

/**
 * A name may be long, run the other way, or hide something: it is cut at its own end, never wrapped.
 * `dir` isolates it and looks at the text itself; an inner `bdi` would hide the text from it.
 */
function Cut(props: { text: string }): ReactNode {
  return (
    <span
      className="cut"
      dir="auto"
      title={props.text.length > 24 ? props.text.slice(0, 500) : undefined}
    >
      <Marked text={props.text.slice(0, 200)} layout={false} />
    </span>
  );
}

const Nothing = (): ReactNode => <span className="faint">{words.log.none}</span>;
