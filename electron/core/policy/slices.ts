// Long work over many rows of the journal, in slices between which calls that came meanwhile are served.
import type { Clock } from "../clock.ts";
import type { Timers } from "../oauth/keeping/token-keeper.ts";

/** Milliseconds of one slice: calls that come meanwhile wait no longer than that. */
const SLICE = 6;

export interface Slices {
  isOver(): boolean;
  /** Lets others have their turn; then the next slice begins. */
  pass(): Promise<void>;
}

/** The first slice begins at once. */
export function createSlices({ clock, timers }: { clock: Clock; timers: Timers }): Slices {
  let end = clock.monotonic() + SLICE;
  return {
    isOver: () => clock.monotonic() > end,
    async pass() {
      await new Promise<void>((resolve) => void timers.after(0, resolve));
      end = clock.monotonic() + SLICE;
    },
  };
}
