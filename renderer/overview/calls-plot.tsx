// Calls over time: one bar for each bucket, stacked by how the calls ended.
import { type ReactNode, useState } from "react";
import { number } from "../lib/format.ts";
import type { CallStatistics } from "../types.ts";
import { words } from "../words.ts";
import { BucketPlot } from "./bucket-plot.tsx";
import { innerHeight, innerWidth, type PlotSize } from "./columns.tsx";
import { PlotCard } from "./plot-card.tsx";
import { bucketName, countName, countTicks } from "./scale.ts";
import { ENDS, type End, sumOf } from "./tally.ts";

const HEIGHT = 200;

export function CallsPlot(props: {
  figures: CallStatistics;
  onPick: (from: number, until: number) => void;
}): ReactNode {
  const { buckets, bucketMs, total } = props.figures;
  const [active, setActive] = useState<number | null>(null);
  const w = words.overview;
  const ticks = countTicks(Math.max(...buckets.map(sumOf)));
  const top = ticks.at(-1) ?? 1;
  const say = (i: number): string => {
    const bucket = buckets[i];
    if (bucket === undefined) return "";
    return w.bucket(bucketName(bucket.at, bucketMs), bucket);
  };
  return (
    <PlotCard
      title={w.callsTitle}
      readout={active === null ? w.callsReadout : say(active)}
      actions={<Legend />}
      table={{
        head: [w.when, ...ENDS.map((end) => w.ends[end])],
        rows: buckets.map((bucket) => [
          bucketName(bucket.at, bucketMs),
          ...ENDS.map((end) => number(bucket[end])),
        ]),
      }}
    >
      <BucketPlot
        figures={props.figures}
        height={HEIGHT}
        title={w.callsTitle}
        description={w.callsDesc(total)}
        ticks={ticks.map((n) => ({ place: n / top, name: countName(n) }))}
        label={say}
        active={active}
        onActive={setActive}
        onPick={props.onPick}
      >
        {(size, id) => (
          <>
            <Hatch id={`${id}-hatch`} />
            <Bars size={size} buckets={buckets} top={top} hatch={`url(#${id}-hatch)`} />
          </>
        )}
      </BucketPlot>
    </PlotCard>
  );
}

/** @param props.top what the highest bar may come to */
function Bars(props: {
  size: PlotSize;
  buckets: CallStatistics["buckets"];
  top: number;
  hatch: string;
}): ReactNode {
  const { size, buckets, top } = props;
  const step = innerWidth(size) / buckets.length;
  const gap = step > 14 ? 4 : step > 6 ? 2 : 1;
  return (
    <g aria-hidden>
      {buckets.map((bucket, i) => {
        let y = size.top + innerHeight(size);
        return ENDS.map((end) => {
          const n = bucket[end];
          if (n === 0) return null;
          // Few among many must not vanish.
          const height = Math.max(1.5, (n / top) * innerHeight(size));
          y -= height;
          return (
            <rect
              key={`${bucket.at}-${end}`}
              className={`plot-${end}`}
              x={size.left + i * step + gap / 2}
              y={y}
              width={Math.max(1, step - gap)}
              height={height}
              {...(end === "failed" && { fill: props.hatch })}
            />
          );
        });
      })}
    </g>
  );
}

/** Failed calls differ by more than their colour. */
export function Hatch(props: { id: string }): ReactNode {
  return (
    <defs>
      <pattern
        id={props.id}
        width={4}
        height={4}
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect width={4} height={4} className="hatch-ground" />
        <rect width={2.2} height={4} className="hatch-line" />
      </pattern>
    </defs>
  );
}

export function Legend(): ReactNode {
  return (
    <ul className="legend" aria-hidden>
      {ENDS.map((end: End) => (
        <li key={end}>
          <span className={`legend-mark legend-${end}`} /> {words.overview.ends[end]}
        </li>
      ))}
    </ul>
  );
}
