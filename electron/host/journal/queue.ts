// What waits to be written, bounded on every side: the journal never holds more than it can promise.
import type { Clock } from "../../core/clock.ts";
import { Refusal } from "../../core/errors.ts";
import type { CallEnd, CallIntent } from "../../core/journal.ts";
import { type RefusalRow, RefusalWindow } from "./refusals.ts";

/** An intent and the call that waits for it. */
export interface WaitingIntent {
  readonly record: CallIntent;
  readonly resolve: () => void;
  readonly reject: (refusal: Refusal) => void;
}

/** What is written in one transaction. */
export interface Group {
  readonly intents: readonly WaitingIntent[];
  readonly ends: readonly (readonly [id: string, end: CallEnd])[];
  readonly refusals: readonly RefusalRow[];
  /** Rows whose count grew after they were written. */
  readonly counts: readonly RefusalRow[];
}

const INTENT_LIMIT = 4096;
const END_LIMIT = 16_384;
const REFUSAL_LIMIT = 256;
/** Intents of one group: more at once would hold the main thread for longer than a frame. */
const GROUP_INTENTS = 256;
const GROUP_ENDS = 512;
/** Counts are renewed this often, so that a flood costs a bounded number of updates. */
const COUNT_MS = 1000;

export class Queue {
  readonly #clock: Clock;
  readonly #window: RefusalWindow;
  #intents: WaitingIntent[] = [];
  /** By id: of two ends of one call the first one stands. */
  #ends = new Map<string, CallEnd>();
  #refusals = new Set<RefusalRow>();
  #counts = new Set<RefusalRow>();
  #countsDue = 0;
  /** Outcomes and refusals that found no room. They are told in the log when there is room again. */
  lost = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#window = new RefusalWindow(clock);
  }

  /** @throws Refusal `journal_unwritable` where too many wait already */
  addIntent(waiting: WaitingIntent): void {
    if (this.#intents.length >= INTENT_LIMIT) {
      throw new Refusal("journal_unwritable", { reason: "too many calls wait to be written" });
    }
    this.#intents.push(waiting);
  }

  addEnd(id: string, end: CallEnd): void {
    if (this.#ends.has(id)) return;
    if (this.#ends.size >= END_LIMIT) this.lost++;
    else this.#ends.set(id, end);
  }

  addRefusal(record: CallIntent, end: CallEnd): void {
    const row = this.#window.add(record, end);
    if (row.count > 1) {
      if (!this.#refusals.has(row)) this.#counts.add(row);
    } else if (this.#refusals.size >= REFUSAL_LIMIT) this.lost++;
    else this.#refusals.add(row);
  }

  /** True while a call waits. */
  get hasIntents(): boolean {
    return this.#intents.length > 0;
  }

  /** True where nothing at all waits. */
  get isEmpty(): boolean {
    return this.#intents.length + this.#ends.size + this.#refusals.size + this.#counts.size === 0;
  }

  /** True where nothing but counts waits, and they are not due. */
  get canRest(): boolean {
    return (
      this.#intents.length + this.#ends.size + this.#refusals.size === 0 &&
      (this.#counts.size === 0 || this.#clock.monotonic() < this.#countsDue)
    );
  }

  /** The next group. Only intents are taken out: their callers wait for this one attempt. The rest is tried again. */
  next(isLast: boolean): Group {
    const intents = this.#intents.splice(0, GROUP_INTENTS);
    const isCountDue = isLast || this.#clock.monotonic() >= this.#countsDue;
    // An outcome must not overtake its intent: it would find no row.
    const later = new Set(this.#intents.map((waiting) => waiting.record.id));
    const ends: [string, CallEnd][] = [];
    for (const entry of this.#ends) {
      if (ends.length >= GROUP_ENDS) break;
      if (!later.has(entry[0])) ends.push(entry);
    }
    const counts = isCountDue ? [...this.#counts] : [];
    return { intents, ends, refusals: [...this.#refusals], counts };
  }

  /** The group is in the journal. */
  written(group: Group): void {
    for (const [id] of group.ends) this.#ends.delete(id);
    for (const row of group.refusals) this.#refusals.delete(row);
    for (const row of group.counts) this.#counts.delete(row);
    if (group.counts.length > 0) this.#countsDue = this.#clock.monotonic() + COUNT_MS;
  }

  /** Takes out all intents that wait, to be refused. */
  takeIntents(): WaitingIntent[] {
    return this.#intents.splice(0);
  }
}
