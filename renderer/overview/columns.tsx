// What makes a plot over time usable without a mouse: one column for each bucket that can be walked with the arrow
// keys, is read out in words, and opens its calls in the log.
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";

export interface PlotSize {
  readonly width: number;
  readonly height: number;
  /** Room for the axes, CSS pixels. */
  readonly left: number;
  readonly bottom: number;
  readonly top: number;
}

export const plotSize = (width: number, height: number): PlotSize => ({
  width,
  height,
  left: 46,
  bottom: 22,
  top: 8,
});

export const innerWidth = (size: PlotSize): number => Math.max(0, size.width - size.left);
export const innerHeight = (size: PlotSize): number => size.height - size.bottom - size.top;

interface ColumnsProps {
  readonly size: PlotSize;
  readonly count: number;
  /** What a column shows, in one line. */
  readonly label: (index: number) => string;
  readonly active: number | null;
  readonly onActive: (index: number | null) => void;
  readonly onPick: (index: number) => void;
}

/** Lies over the drawing; its columns are as high as the plot, so that a small bar is as easy to hit as a big one. */
export function Columns(props: ColumnsProps): ReactNode {
  const { size, count, active, onActive } = props;
  const [stop, setStop] = useState<number | null>(null);
  const group = useRef<SVGGElement>(null);
  const step = innerWidth(size) / count;
  const at = Math.min(stop ?? count - 1, count - 1);

  const onKeyDown = (event: KeyboardEvent): void => {
    const to = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      PageUp: at - 7,
      PageDown: at + 7,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      props.onPick(at);
      return;
    }
    if (to === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, to));
    setStop(next);
    const node = group.current?.children[next];
    if (node instanceof SVGElement) node.focus();
  };

  return (
    <g ref={group} onKeyDown={onKeyDown} onMouseLeave={() => onActive(null)}>
      {Array.from({ length: count }, (_, i) => (
        <rect
          // The columns stand for places, not for data.
          // oxlint-disable-next-line react/no-array-index-key
          key={i}
          role="button"
          tabIndex={i === at ? 0 : -1}
          aria-label={props.label(i)}
          className={`plot-column${i === active ? " is-active" : ""}`}
          x={size.left + i * step}
          y={size.top}
          width={step}
          height={innerHeight(size)}
          onMouseEnter={() => onActive(i)}
          onFocus={() => {
            setStop(i);
            onActive(i);
          }}
          onBlur={() => onActive(null)}
          onClick={() => props.onPick(i)}
        />
      ))}
    </g>
  );
}

/** Lines across with their values, and the names of some buckets below. */
export function Axes(props: {
  size: PlotSize;
  /** Places from 0 (bottom) to 1 (top), with what they are. */
  ticks: readonly { readonly place: number; readonly name: string }[];
  count: number;
  name: (index: number) => string | null;
}): ReactNode {
  const { size, count } = props;
  const base = size.top + innerHeight(size);
  const step = innerWidth(size) / count;
  return (
    <g aria-hidden className="plot-axes">
      {props.ticks.map(({ place, name }) => {
        const y = Math.round(base - place * innerHeight(size)) + 0.5;
        return (
          <g key={name}>
            <line x1={size.left} x2={size.width} y1={y} y2={y} />
            <text x={size.left - 8} y={y + 4} textAnchor="end">
              {name}
            </text>
          </g>
        );
      })}
      {Array.from({ length: count }, (_, i) => {
        const name = props.name(i);
        return name === null ? null : (
          <text
            // oxlint-disable-next-line react/no-array-index-key
            key={i}
            x={size.left + (i + 0.5) * step}
            y={size.height - 5}
            textAnchor={i === count - 1 && step < 34 ? "end" : "middle"}
          >
            {name}
          </text>
        );
      })}
    </g>
  );
}
