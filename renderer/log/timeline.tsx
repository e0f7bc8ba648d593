// Where the time went: at the door, waiting for the server, receiving the answer.
import type { ReactNode } from "react";
import { duration } from "../lib/format.ts";
import type { LogRow } from "../types.ts";
import { words } from "../words.ts";

export interface Phase {
  readonly name: "door" | "person" | "wait" | "stream";
  readonly ms: number;
}

type Times = Pick<LogRow, "doorMs" | "firstByteMs" | "totalMs">;

/** The phases that there were. They add up to the total; a call that never left has only the door. */
export function phasesOf(row: Times & { permit?: LogRow["permit"] }): Phase[] {
  const person = Math.min(row.permit?.waitedMs ?? 0, row.totalMs ?? Infinity);
  if (person <= 0) return withoutPerson(row);
  // The person's time lies between the door's and the server's.
  const later = (ms: number | null): number | null =>
    ms === null ? null : Math.max(0, ms - person);
  const [door, ...rest] = withoutPerson({
    doorMs: row.doorMs,
    firstByteMs: later(row.firstByteMs),
    totalMs: later(row.totalMs),
  });
  return [...(door === undefined ? [] : [door]), { name: "person", ms: person }, ...rest];
}

function withoutPerson({ doorMs, firstByteMs, totalMs }: Times): Phase[] {
  if (totalMs === null) return [{ name: "door", ms: doorMs }];
  const door = Math.min(doorMs, totalMs);
  if (firstByteMs === null) {
    const rest = totalMs - door;
    // What is left of a refused call is rounding and writing, not a server.
    return rest < 1
      ? [{ name: "door", ms: totalMs }]
      : [
          { name: "door", ms: door },
          { name: "wait", ms: rest },
        ];
  }
  const first = Math.min(Math.max(firstByteMs, door), totalMs);
  return [
    { name: "door", ms: door },
    { name: "wait", ms: first - door },
    { name: "stream", ms: totalMs - first },
  ];
}

export function Timeline(props: { row: LogRow }): ReactNode {
  const { row } = props;
  const w = words.log.detail;
  const phases = phasesOf(row);
  const sum = phases.reduce((all, { ms }) => all + ms, 0);
  // Shares that add up to less than 1 would leave the bar open at its end.
  const share = (ms: number): number => (sum === 0 ? 1 : Math.max((ms / sum) * 100, 0.01));
  return (
    <section className="call-part">
      <h3>
        {w.timeline}
        <span className="call-total">
          {row.totalMs === null ? w.running : `${w.total} ${duration(row.totalMs)}`}
        </span>
      </h3>
      <div className="timeline" aria-hidden>
        {phases.map(({ name, ms }) => (
          <span key={name} className={`phase phase-${name}`} style={{ flexGrow: share(ms) }} />
        ))}
        {row.totalMs === null && <span className="phase phase-running" />}
      </div>
      <ul className="phases">
        {phases.map(({ name, ms }) => (
          <li key={name}>
            <span className={`phase-dot phase-${name}`} aria-hidden />
            {w.phases[name]}
            <span className="phase-ms">{duration(ms)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
