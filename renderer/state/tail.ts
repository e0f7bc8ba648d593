// Whether the log follows its newest row. Pure: the grid feeds it and obeys it.

export interface Tail {
  /** The newest row is in sight, and new ones are brought into sight. */
  readonly following: boolean;
  /** Rows that came while not following. */
  readonly unseen: number;
}
export const AT_TAIL: Tail = { following: true, unseen: 0 };

export interface ScrollPlace {
  readonly top: number;
  readonly height: number;
  readonly content: number;
}

/** Within this many pixels of the end counts as being there: zoom leaves fractions. */
const NEAR = 12;

export const isAtEnd = (place: ScrollPlace): boolean =>
  place.content - place.top - place.height <= NEAR;

/**
 * The person scrolled. Following stops on moving up and starts on reaching the end; growing content
 * is not a scroll, and must not stop it.
 */
export function scrolled(tail: Tail, before: number, place: ScrollPlace): Tail {
  if (isAtEnd(place)) return place.top >= before ? AT_TAIL : tail;
  if (place.top < before && tail.following) return { ...tail, following: false };
  return tail;
}

/** A row was picked for reading: what is being read must not run away, unless it is the newest. */
export function picked(tail: Tail, isLast: boolean): Tail {
  return isLast ? AT_TAIL : { ...tail, following: false };
}

/** Rows were added at the end. */
export function arrived(tail: Tail, count: number): Tail {
  return tail.following || count === 0 ? tail : { ...tail, unseen: tail.unseen + count };
}
