// Which columns fit, and how high a row is. One place, because the virtual list and the styles must agree.

export type LogLayout = "wide" | "medium" | "compact";
export type Column =
  | "time"
  | "outcome"
  | "agent"
  | "server"
  | "tool"
  | "auth"
  | "decision"
  | "duration";

export const COLUMNS: Record<LogLayout, readonly Column[]> = {
  wide: ["time", "outcome", "agent", "server", "tool", "auth", "decision", "duration"],
  medium: ["time", "outcome", "agent", "server", "tool", "duration"],
  // Two lines a row: the reading order stays, the styles place the cells.
  compact: ["time", "outcome", "tool", "agent", "server", "duration"],
};

/** CSS pixels; `--row` in log.css says the same. */
export const ROW_HEIGHT: Record<LogLayout, number> = { wide: 36, medium: 36, compact: 54 };
export const HEAD_HEIGHT: Record<LogLayout, number> = { wide: 32, medium: 32, compact: 0 };
/** The line above the oldest row: loading, the beginning, or the cap. */
export const TOP_SLOT = 36;

/** The layout for a list of this width. Before the first layout the width is 0: assume there is room. */
export function layoutFor(width: number): LogLayout {
  if (width === 0 || width >= 880) return "wide";
  return width >= 600 ? "medium" : "compact";
}
