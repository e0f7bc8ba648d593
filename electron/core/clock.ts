/** Time as a port, so that a test can move it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 UTC. For records and expiry, never for measuring. */
  now(): number;
  /** Monotonic milliseconds with fractions. For measuring, never for records. */
  monotonic(): number;
}
