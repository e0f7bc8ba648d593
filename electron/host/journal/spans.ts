// Which seqs each stretch of time covers, so that a time range needs no index over every row.

/** Length of one stretch in milliseconds: 105,000 rows for a year of uninterrupted use. */
export const SPAN_MS = 300_000;

export const WIDEN_SPAN = `INSERT INTO spans(bucket, first_seq, last_seq) VALUES(?, ?, ?) ON CONFLICT(bucket)
  DO UPDATE SET first_seq = min(first_seq, excluded.first_seq), last_seq = max(last_seq, excluded.last_seq)`;

/** Collects the spans of one group: bucket → its first and last seq. */
export class SpanGroup {
  readonly #spans = new Map<number, [first: number, last: number]>();

  add(at: number, seq: number): void {
    const bucket = Math.floor(at / SPAN_MS);
    const span = this.#spans.get(bucket);
    if (span === undefined) this.#spans.set(bucket, [seq, seq]);
    else span[1] = seq;
  }

  /** Values for WIDEN_SPAN. */
  values(): [bucket: number, first: number, last: number][] {
    return [...this.#spans].map(([bucket, [first, last]]) => [bucket, first, last]);
  }
}
