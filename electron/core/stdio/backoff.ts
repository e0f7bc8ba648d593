// How long to wait before a local server that keeps dying is started again: doubling, with full jitter, so
// that several servers brought down by one cause do not come back in step.

export interface BackoffOptions {
  /** A life of at least this many milliseconds forgives earlier deaths. */
  readonly stableMs: number;
  readonly firstMs: number;
  readonly capMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface Backoff {
  /** A process ended by itself after so many milliseconds. */
  died(nowMs: number, livedMs: number): void;
  /** Milliseconds until the next start is allowed; 0 if it is. */
  waitMs(nowMs: number): number;
  reset(): void;
}

export function createBackoff(options: BackoffOptions): Backoff {
  let deaths = 0;
  let notBefore = 0;
  return {
    died(nowMs, livedMs) {
      if (livedMs >= options.stableMs) {
        deaths = 0;
        notBefore = 0;
        return;
      }
      deaths++;
      const ceiling = Math.min(options.capMs, options.firstMs * 2 ** Math.min(deaths - 1, 30));
      notBefore = nowMs + ceiling * options.random();
    },
    waitMs: (nowMs) => Math.max(0, notBefore - nowMs),
    reset() {
      deaths = 0;
      notBefore = 0;
    },
  };
}
