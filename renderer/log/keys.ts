// What a key does in the log. Pure, so that every edge can be tried.

export type LogKey =
  | { readonly do: "move"; readonly to: number }
  | { readonly do: "open" }
  | { readonly do: "close" }
  | null;

/**
 * `active` is the index of the active row or -1; `page` how many rows are in sight. Where no row is
 * active, the first key picks the newest: that is where the eye is.
 */
export function keyInLog(key: string, active: number, count: number, page: number): LogKey {
  if (key === "Escape") return { do: "close" };
  if (count === 0) return null;
  const last = count - 1;
  const to = (index: number): LogKey => ({ do: "move", to: Math.max(0, Math.min(last, index)) });
  switch (key) {
    case "ArrowUp":
      return to(active === -1 ? last : active - 1);
    case "ArrowDown":
      return to(active === -1 ? last : active + 1);
    case "PageUp":
      return to((active === -1 ? last : active) - Math.max(1, page - 1));
    case "PageDown":
      return to((active === -1 ? last : active) + Math.max(1, page - 1));
    case "Home":
      return to(0);
    case "End":
      return to(last);
    case "Enter":
    case " ":
      return active === -1 ? to(last) : { do: "open" };
    default:
      return null;
  }
}
