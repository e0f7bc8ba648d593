// The frame of a plot over time: its size, its words for who cannot see it, axes, and a column to pick for each bucket.
import { type ReactNode, useId } from "react";
import { useWidth } from "../lib/hooks.ts";
import type { CallStatistics } from "../types.ts";
import { Axes, Columns, innerWidth, type PlotSize, plotSize } from "./columns.tsx";
import { axisName, labelled } from "./scale.ts";

export function BucketPlot(props: {
  figures: CallStatistics;
  /** CSS pixels. */
  height: number;
  title: string;
  description: string;
  /** Where on the scale, 0 to 1, and what stands there. */
  ticks: readonly { readonly place: number; readonly name: string }[];
  /** A bucket in words. */
  label: (index: number) => string;
  active: number | null;
  onActive: (index: number | null) => void;
  onPick: (from: number, until: number) => void;
  /** What is drawn. `id` is this plot's own. */
  children: (size: PlotSize, id: string) => ReactNode;
}): ReactNode {
  const { height } = props;
  const { buckets, bucketMs } = props.figures;
  const [measure, width] = useWidth<HTMLDivElement>();
  const id = useId();
  const size = plotSize(width, height);
  const hasLabel = labelled(
    buckets.map(({ at }) => at),
    innerWidth(size),
    bucketMs,
  );
  return (
    <div className="plot-area" ref={measure} style={{ height }}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="group"
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-desc`}
        >
          <title id={`${id}-title`}>{props.title}</title>
          <desc id={`${id}-desc`}>{props.description}</desc>
          <Axes
            size={size}
            ticks={props.ticks}
            count={buckets.length}
            name={(i) => (hasLabel(i) ? axisName(buckets[i]?.at ?? 0, bucketMs) : null)}
          />
          {props.children(size, id)}
          <Columns
            size={size}
            count={buckets.length}
            label={props.label}
            active={props.active}
            onActive={props.onActive}
            onPick={(i) => {
              const at = buckets[i]?.at;
              if (at !== undefined) props.onPick(at, at + bucketMs);
            }}
          />
        </svg>
      )}
    </div>
  );
}
