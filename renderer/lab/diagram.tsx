// Draws who sends what to whom: a lane for each party, an arrow for each message. In a narrow window it is a numbered
// list; for whoever hears it, it is a list of sentences.
import type { CSSProperties, ReactNode } from "react";
import { words } from "../words.ts";
import { DIAGRAMS, type Diagram as Drawn, goesPast, lanesOf, type Message } from "./diagrams.ts";

/** Where a message lies in the grid, for the style sheet. */
type Place = CSSProperties & Readonly<Record<`--${string}`, number>>;

export function Diagram(props: { id: string; label: string }): ReactNode {
  const diagram = DIAGRAMS[props.id];
  if (diagram === undefined) return null;
  const lanes = lanesOf(diagram);
  const past = goesPast(diagram);
  const w = words.lab.diagrams;
  const size: Place = { "--lanes": lanes.length };
  return (
    <div className={`diagram diagram-${diagram.ends}`} style={size}>
      <div className="diagram-lanes" aria-hidden>
        {lanes.map((party) => (
          <div
            key={party}
            className={`lane lane-${party}${past && party === "countersign" ? " lane-passed" : ""}`}
          >
            <span>{w.parties[party]}</span>
          </div>
        ))}
      </div>
      <ol className="diagram-messages" aria-label={props.label}>
        {diagram.messages.map((message, index) => (
          <Arrow
            // The order of a diagram never changes, and one message may come twice.
            // oxlint-disable-next-line react/no-array-index-key
            key={index}
            message={message}
            number={index + 1}
            diagram={diagram}
            lanes={lanes}
          />
        ))}
      </ol>
      {past && <p className="diagram-note">{w.passed}</p>}
    </div>
  );
}

function Arrow(props: {
  message: Message;
  number: number;
  diagram: Drawn;
  lanes: readonly Message[0][];
}): ReactNode {
  const { message, number, diagram, lanes } = props;
  const [from, to, word] = message;
  const w = words.lab.diagrams;
  const what = w.messages[word];
  const alone = from === to;
  const at = [lanes.indexOf(from), lanes.indexOf(to)] as const;
  const first = Math.min(...at);
  const last = Math.max(...at);
  // What a party does by itself is written wider than its lane, and never wider than the drawing.
  const spread = alone && lanes.length > 2 ? 1 : 0;
  const begin = alone
    ? Math.max(0, Math.min(first - spread, lanes.length - 1 - 2 * spread))
    : first;
  const end = alone ? Math.min(lanes.length - 1, begin + 2 * spread) : last;
  const place: Place = {
    "--begin": begin + 1,
    "--end": end + 2,
    "--span": end - begin + 1,
  };
  const side =
    end === begin ? "middle" : first === begin ? "start" : first === end ? "end" : "middle";
  const direction = alone ? `alone message-${side}` : at[0] < at[1] ? "on" : "back";
  const tone = from === "thief" ? " message-thief" : to === "thief" ? " message-to-thief" : "";
  const final = number === diagram.messages.length ? " message-last" : "";
  return (
    <li className={`message message-${direction}${tone}${final}`} style={place}>
      <span className="visually-hidden">
        {alone ? w.alone(w.parties[from], what) : w.sends(w.parties[from], what, w.parties[to])}
      </span>
      <span className="message-number" aria-hidden>
        {number}
      </span>
      <span className="message-body" aria-hidden>
        <span className="message-who">
          {w.parties[from]}
          {!alone && <i className="message-to" />}
          {!alone && w.parties[to]}
        </span>
        <span className="message-what">{what}</span>
      </span>
      {!alone && <span className="message-line" aria-hidden />}
    </li>
  );
}
