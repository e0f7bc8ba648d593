// The card around a plot: its name, what the pointed-at part says, and the same figures as a table.
import { ChartColumn, Table } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { IconButton } from "../parts/button.tsx";
import { words } from "../words.ts";

export interface PlotTable {
  readonly head: readonly string[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly string[])[];
}

export function PlotCard(props: {
  title: string;
  /** One line under the title; it keeps its place while empty. */
  readout: ReactNode;
  actions?: ReactNode;
  table: PlotTable;
  className?: string;
  children: ReactNode;
}): ReactNode {
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const w = words.overview;
  return (
    <section className={`card plot ${props.className ?? ""}`} aria-labelledby={id}>
      <header className="plot-head">
        <div className="plot-titles">
          <h2 id={id}>{props.title}</h2>
          <p className="plot-readout" aria-hidden>
            {props.readout}
          </p>
        </div>
        {props.actions}
        <IconButton
          label={asTable ? w.asPlot(props.title) : w.asTable(props.title)}
          icon={asTable ? ChartColumn : Table}
          onClick={() => setAsTable(!asTable)}
        />
      </header>
      {asTable ? <DataTable title={props.title} table={props.table} /> : props.children}
    </section>
  );
}

function DataTable(props: { title: string; table: PlotTable }): ReactNode {
  const { head, rows } = props.table;
  return (
    // A region that scrolls can be reached and scrolled by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div
      className="plot-table"
      role="region"
      aria-label={words.overview.figures(props.title)}
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells], i) => (
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={i}>
              <th scope="row" dir="auto">
                {name}
              </th>
              {cells.map((cell, n) => (
                // oxlint-disable-next-line react/no-array-index-key
                <td key={n}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
