// Calls over time: one bar for each bucket, stacked by how the calls ended.
import { type ReactNode, useId, useState } from "react";
import { number } from "../lib/format.ts";
import { useWidth } from "../lib/hooks.ts";
import type { CallStatistics } from "../types.ts";
import { words } from "../words.ts";
import { Axes, Columns, innerHeight, innerWidth, plotSize } from "./columns.tsx";
import { PlotCard } from "./plot-card.tsx";
import { axisName, bucketName, countName, countTicks, labelled } from "./scale.ts";
import { ENDS, type End, sumOf } from "./tally.ts";

const HEIGHT = 200;

export function CallsPlot(props: {
  figures: CallStatistics;
  onPick: (from: number, until: number) => void;
}): ReactNode {
  const { buckets, bucketMs, total } = props.figures;
  const [measure, width] = useWidth<HTMLDivElement>();
  const [active, setActive] = useState<number | null>(null);
  const id = useId();
  const w = words.overview;
  const size = plotSize(width, HEIGHT);
  const ticks = countTicks(Math.max(...buckets.map(sumOf)));
  const top = ticks.at(-1) ?? 1;
  const scale = (n: number): number => (n / top) * innerHeight(size);
  const base = size.top + innerHeight(size);
  const step = innerWidth(size) / buckets.length;
  const gap = step > 14 ? 4 : step > 6 ? 2 : 1;
  const hasLabel = labelled(
    buckets.map(({ at }) => at),
    innerWidth(size),
    bucketMs,
  );
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
      <div className="plot-area" ref={measure} style={{ height: HEIGHT }}>
        {width > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            role="group"
            aria-labelledby={`${id}-title`}
            aria-describedby={`${id}-desc`}
          >
            <title id={`${id}-title`}>{w.callsTitle}</title>
            <desc id={`${id}-desc`}>{w.callsDesc(total)}</desc>
            <Hatch id={`${id}-hatch`} />
            <Axes
              size={size}
              ticks={ticks.map((n) => ({ place: n / top, name: countName(n) }))}
              count={buckets.length}
              name={(i) => (hasLabel(i) ? axisName(buckets[i]?.at ?? 0, bucketMs) : null)}
            />
            <g aria-hidden>
              {buckets.map((bucket, i) => {
                let y = base;
                return ENDS.map((end) => {
                  const n = bucket[end];
                  if (n === 0) return null;
                  // Few among many must not vanish.
                  const height = Math.max(1.5, scale(n));
                  y -= height;
                  return (
                    <rect
                      key={`${bucket.at}-${end}`}
                      className={`plot-${end}`}
                      x={size.left + i * step + gap / 2}
                      y={y}
                      width={Math.max(1, step - gap)}
                      height={height}
                      {...(end === "failed" && { fill: `url(#${id}-hatch)` })}
                    />
                  );
                });
              })}
            </g>
            <Columns
              size={size}
              count={buckets.length}
              label={say}
              active={active}
              onActive={setActive}
              onPick={(i) => {
                const at = buckets[i]?.at;
                if (at !== undefined) props.onPick(at, at + bucketMs);
              }}
            />
          </svg>
        )}
      </div>
    </PlotCard>
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
