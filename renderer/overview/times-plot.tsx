// How long calls took: the middle one and the slow ones over time, and whose time it was. Times lie on a scale of
// powers, since a person takes a thousand times as long as a server.
import { type ReactNode, useId, useState } from "react";
import { duration } from "../lib/format.ts";
import type { CallStatistics, TimePart } from "../types.ts";
import { words } from "../words.ts";
import { BucketPlot } from "./bucket-plot.tsx";
import { innerHeight, innerWidth, type PlotSize } from "./columns.tsx";
import { PlotCard } from "./plot-card.tsx";
import { bucketName, logPlace, timeName, timeTicks } from "./scale.ts";

const HEIGHT = 170;
const PARTS = ["total", "server", "person", "ours"] as const satisfies readonly TimePart[];

export function TimesPlot(props: {
  figures: CallStatistics;
  onPick: (from: number, until: number) => void;
}): ReactNode {
  const { buckets, bucketMs, times } = props.figures;
  const [part, setPart] = useState<TimePart>("total");
  const [active, setActive] = useState<number | null>(null);
  const id = useId();
  const w = words.overview;
  const values = buckets.map(({ times: one }) => one[part]);
  const ticks = timeTicks(values.flatMap((one) => (one === null ? [] : [one.p50, one.p95])));
  const say = (i: number): string => {
    const bucket = buckets[i];
    if (bucket === undefined) return "";
    const name = bucketName(bucket.at, bucketMs);
    const one = bucket.times[part];
    return one === null ? w.noTimes(name) : w.times(name, duration(one.p50), duration(one.p95));
  };
  return (
    <PlotCard
      title={w.timesTitle}
      readout={active === null ? w.timesReadout : say(active)}
      actions={
        <ul className="legend" aria-hidden>
          <li>
            <span className="legend-line" /> {w.p50}
          </li>
          <li>
            <span className="legend-line legend-line-95" /> {w.p95}
          </li>
        </ul>
      }
      table={{
        head: [w.when, ...PARTS.flatMap((one) => [w.partP50(one), w.partP95(one)])],
        rows: buckets.map((bucket) => [
          bucketName(bucket.at, bucketMs),
          ...PARTS.flatMap((one) => {
            const both = bucket.times[one];
            return both === null
              ? [words.log.none, words.log.none]
              : [duration(both.p50), duration(both.p95)];
          }),
        ]),
      }}
    >
      <div className="parts" role="radiogroup" aria-label={w.partsLabel}>
        {PARTS.map((one) => {
          const both = times[one];
          return (
            <label key={one} className="part">
              <input
                type="radio"
                name={`${id}-part`}
                value={one}
                checked={part === one}
                onChange={() => setPart(one)}
              />
              <span className="part-name">{w.parts[one]}</span>
              <span className="part-value">
                {both === null ? words.log.none : duration(both.p50)}
              </span>
              <span className="part-more">
                {both === null ? w.noneSo : w.most(duration(both.p95), both.calls)}
              </span>
            </label>
          );
        })}
      </div>
      <BucketPlot
        figures={props.figures}
        height={HEIGHT}
        title={w.timesTitle}
        description={w.timesDesc(w.parts[part])}
        ticks={ticks.map((ms) => ({ place: logPlace(ms, ticks), name: timeName(ms) }))}
        label={say}
        active={active}
        onActive={setActive}
        onPick={props.onPick}
      >
        {(size) => (
          <>
            <Line
              size={size}
              className="plot-line plot-line-95"
              places={values.map((one) => one && logPlace(one.p95, ticks))}
            />
            <Line
              size={size}
              className="plot-line"
              places={values.map((one) => one && logPlace(one.p50, ticks))}
            />
          </>
        )}
      </BucketPlot>
    </PlotCard>
  );
}

/** Joins neighbours; a bucket without calls breaks the line, and one that stands alone is a point. */
function Line(props: {
  size: PlotSize;
  className: string;
  places: readonly (number | null)[];
}): ReactNode {
  const { size, places } = props;
  const step = innerWidth(size) / places.length;
  const base = size.top + innerHeight(size);
  const points = places.map((place, i) =>
    place === null
      ? null
      : ([size.left + (i + 0.5) * step, base - place * innerHeight(size)] as const),
  );
  const path = points
    .map((point, i) =>
      point === null
        ? ""
        : `${(points[i - 1] ?? null) === null ? "M" : "L"}${point[0].toFixed(1)} ${point[1].toFixed(1)}`,
    )
    .join("");
  return (
    <g aria-hidden className={props.className}>
      <path d={path} />
      {points.map(
        (point) => point !== null && <circle key={point[0]} cx={point[0]} cy={point[1]} r={2.4} />,
      )}
    </g>
  );
}
