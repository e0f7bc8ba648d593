// Which rows of the log exist: those in sight and a few around them. All rows are equally high, so nothing is measured, and
// twenty thousand rows cost no more than twenty.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Rows beyond the ones in sight, on each side: what a quick turn of the wheel brings. */
const AROUND = 8;
/** At the tail nobody turns the wheel, and all of the rows may be new ten times a second. */
const AROUND_TAIL = 2;

/** From `first` up to, but without `until`. */
export interface RowWindow {
  readonly first: number;
  readonly until: number;
}

export interface WindowFacts {
  readonly count: number;
  /** Of a row. All lengths in CSS pixels. */
  readonly height: number;
  /** Between the top of what scrolls and the first row. */
  readonly above: number;
  /** How far it is scrolled, and how much is in sight. */
  readonly top: number;
  readonly seen: number;
  /** The newest row is in sight, wherever the last scroll said it was. */
  readonly following: boolean;
}

export function windowOf(facts: WindowFacts): RowWindow {
  const { count, height, above, top, seen, following } = facts;
  const fit = Math.ceil(seen / height) + 1;
  const at = following ? count - fit : Math.floor((top - above) / height);
  const around = following ? AROUND_TAIL : AROUND;
  return {
    first: Math.max(0, Math.min(at - around, count - 1)),
    until: Math.max(0, Math.min(count, at + fit + around)),
  };
}

/**
 * Which element shows which row. A row keeps its element, and elements whose rows went out of sight take the new ones:
 * in a burst only texts change, which costs a browser a fraction of taking rows out and making others.
 * @param before journal position → element's key, in the order on screen
 * @param seqs journal positions now, in the order on screen
 */
export function assignKeys(
  before: ReadonlyMap<number, number>,
  seqs: readonly number[],
): ReadonlyMap<number, number> {
  const wanted = new Set(seqs);
  const free = [...before].flatMap(([seq, key]) => (wanted.has(seq) ? [] : [key]));
  let last = Math.max(-1, ...before.values());
  let taken = 0;
  return new Map(seqs.map((seq) => [seq, before.get(seq) ?? free[taken++] ?? ++last]));
}

/** The same for a list whose items are not equally high. `tops`: where each begins, and last where the whole ends. */
export function itemsIn(
  tops: readonly number[],
  { above, top, seen, following }: Omit<WindowFacts, "count" | "height">,
): RowWindow {
  const count = tops.length - 1;
  const begin = (following ? (tops[count] ?? 0) + above - seen : top) - above;
  const around = following ? AROUND_TAIL : AROUND;
  return {
    first: Math.max(0, Math.min(firstFrom(tops, begin + 1) - 1 - around, count - 1)),
    until: Math.max(0, Math.min(count, firstFrom(tops, begin + seen) + around)),
  };
}

/** Index of the first value that is at least `least`; `values` are in order. */
function firstFrom(values: readonly number[], least: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Infinity) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where to scroll so that a row is in sight; the same place where it is. `head` covers the top of what is seen. */
export function placeFor(
  index: number,
  { height, above, top, seen }: WindowFacts,
  head: number,
): number {
  const begin = above + index * height;
  return bringInSight(begin, begin + height, top, seen, head);
}

/** Where to scroll so that what lies between two places is in sight. Pixels of the whole that scrolls. */
export function bringInSight(
  begin: number,
  end: number,
  top: number,
  seen: number,
  head: number,
): number {
  return begin < top + head ? begin - head : Math.max(top, end - seen);
}

/** The keys of the elements for these rows, which stay with their rows from one look to the next. */
export function useRowKeys(seqs: readonly number[]): ReadonlyMap<number, number> {
  const [keys, setKeys] = useState<ReadonlyMap<number, number>>(() => new Map());
  if (keys.size === new Set(seqs).size && seqs.every((seq) => keys.has(seq))) return keys;
  const next = assignKeys(keys, seqs);
  setKeys(next);
  return next;
}

/** Before the first layout: a screen's worth. */
const GUESS = 800;

/** The window as it is scrolled and resized. `moved` is to be told of each scroll. */
export function useRowWindow(
  scroller: RefObject<HTMLDivElement | null>,
  given: Omit<WindowFacts, "top" | "seen">,
): {
  readonly facts: WindowFacts;
  readonly shown: RowWindow;
  readonly moved: (top: number) => void;
} {
  const [place, setPlace] = useState(0);
  const [seen, setSeen] = useState(GUESS);
  const { height } = given;
  useEffect(() => {
    const node = scroller.current;
    if (node === null) return undefined;
    const observer = new ResizeObserver(() => setSeen(node.clientHeight));
    observer.observe(node);
    return () => observer.disconnect();
  }, [scroller]);
  // Rows of another height: what was read is somewhere else now, and nothing tells so.
  const drawn = useRef(height);
  const { following } = given;
  useLayoutEffect(() => {
    if (drawn.current === height) return;
    drawn.current = height;
    if (!following) scroller.current?.scrollTo({ top: place * height });
  }, [scroller, place, height, following]);
  // Whole rows: a scroll by a pixel changes nothing.
  const moved = useCallback((top: number) => setPlace(Math.floor(top / height)), [height]);
  const facts = { ...given, top: place * height, seen };
  return { facts, shown: windowOf(facts), moved };
}
