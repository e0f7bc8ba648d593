// Group commit: everything that comes within one turn of the event loop shares one transaction and one sync.
import { Refusal } from "../../core/errors.ts";
import type { CallEnd, CallIntent } from "../../core/journal.ts";
import type { Log } from "../../core/log.ts";
import type { Connection } from "./connection.ts";
import type { Group, Queue, WaitingIntent } from "./queue.ts";
import { END_CALL, endValues, inputOf, INSERT_CALL, insertValues } from "./rows.ts";
import { SpanGroup, WIDEN_SPAN } from "./spans.ts";
import { asUnwritable, isRecordFault } from "./sqlite.ts";
import { tallyMore } from "./tallies.ts";

/** How long an outcome may wait for company. */
const END_WAIT_MS = 50;
/** How long outcomes wait for the next try while writing fails and no call comes. */
const RETRY_MS = 1000;

export interface WriterPorts {
  readonly queue: Queue;
  readonly log: Log;
  /** The connection to write on. @throws where there is none; then nothing is written. */
  readonly connection: () => Connection;
  /** Told after each group: which rows came or changed, or why none did. */
  readonly wrote: (seqs: readonly number[]) => void;
  readonly failed: (error: unknown) => void;
}

export class Writer {
  readonly #ports: WriterPorts;
  #immediate: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(ports: WriterPorts) {
    this.#ports = ports;
  }

  intent(record: CallIntent): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        throw new Refusal("journal_unwritable", { reason: "Countersign is closing" });
      }
      this.#ports.queue.addIntent({ record, resolve, reject });
      // After the I/O of this turn, so that all calls that it brought are in one group.
      this.#immediate ??= setImmediate(() => this.#turn());
    });
  }

  end(id: string, end: CallEnd): void {
    this.#ports.queue.addEnd(id, end);
    this.#later(END_WAIT_MS);
  }

  refused(record: CallIntent, end: CallEnd): void {
    this.#ports.queue.addRefusal(record, end);
    this.#later(END_WAIT_MS);
  }

  /** Writes all that waits, now. False where writing fails; then outcomes still wait. */
  flush(): boolean {
    const { queue } = this.#ports;
    // Bounded: each group that is written takes something out of the queue, and nothing is put in meanwhile.
    while (!queue.isEmpty) if (!this.#group(true)) return false;
    return true;
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #turn(): void {
    this.#immediate = null;
    const isWritten = this.#group(false);
    const { queue } = this.#ports;
    if (queue.hasIntents) this.#immediate ??= setImmediate(() => this.#turn());
    if (!queue.isEmpty) this.#later(isWritten ? END_WAIT_MS : RETRY_MS);
  }

  #later(ms: number): void {
    if (this.#closed || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#turn();
    }, ms);
    // A process that has nothing else to do may end: close() writes what waits.
    this.#timer.unref();
  }

  /** One group in one transaction. Never throws. */
  #group(isLast: boolean): boolean {
    const { queue, log } = this.#ports;
    if (queue.canRest && !isLast) return true;
    const group = queue.next(isLast);
    const misfits = new Map<WaitingIntent, unknown>();
    let seqs: number[] = [];
    try {
      const connection = this.#ports.connection();
      connection.transaction(true, () => {
        misfits.clear();
        seqs = writeGroup(connection, group, misfits);
      });
    } catch (error) {
      const refusal = asUnwritable(error);
      // Also those that came later: each further attempt could hold the main thread for as long again.
      for (const { reject } of [...group.intents, ...queue.takeIntents()]) reject(refusal);
      this.#ports.failed(error);
      return false;
    }
    queue.written(group);
    for (const waiting of group.intents) {
      if (misfits.has(waiting)) waiting.reject(misfit(misfits.get(waiting)));
      else waiting.resolve();
    }
    if (queue.lost > 0) log.warn("journal.lost", { records: queue.lost });
    queue.lost = 0;
    this.#ports.wrote(seqs);
    return true;
  }
}

const misfit = (cause: unknown): Refusal =>
  new Refusal("journal_unwritable", { reason: "the record of this call cannot be stored" }, cause);

/** Writes one group inside a transaction. Returns the seqs of rows that came or changed. */
function writeGroup(
  connection: Connection,
  group: Group,
  misfits: Map<WaitingIntent, unknown>,
): number[] {
  const spans = new SpanGroup();
  const seqs: number[] = [];
  const insert = (record: CallIntent, end: CallEnd | null, count: number): void => {
    const values = insertValues(record, end, count);
    const seq = Number(connection.prepare(INSERT_CALL).run(...values).lastInsertRowid);
    const { text } = inputOf(record);
    if (text !== null) connection.prepare("INSERT INTO inputs VALUES(?, ?)").run(seq, text);
    connection.prepare("INSERT INTO fresh VALUES(?)").run(seq);
    spans.add(Math.trunc(record.at), seq);
    seqs.push(seq);
  };
  for (const waiting of group.intents) {
    // SQLite undoes only the statement that violates a constraint: the other calls of the group go on.
    tolerate(
      () => insert(waiting.record, null, 1),
      (fault) => misfits.set(waiting, fault),
    );
  }
  const forget = (): void => undefined;
  for (const { record, end, count } of group.refusals)
    tolerate(() => insert(record, end, count), forget);
  for (const [id, end] of group.ends) {
    tolerate(() => {
      const row = connection.prepare(END_CALL).get(...endValues(id, end));
      if (row !== undefined) seqs.push(Number(row["seq"]));
    }, forget);
  }
  for (const { record, count } of group.counts) {
    const row = connection.prepare("SELECT seq, count FROM calls WHERE id = ?").get(record.id);
    if (row === undefined) continue;
    const seq = Number(row["seq"]);
    connection.prepare("UPDATE calls SET count = ? WHERE seq = ?").run(count, seq);
    tallyMore(connection, seq, count - Number(row["count"]));
    seqs.push(seq);
  }
  for (const values of spans.values()) connection.prepare(WIDEN_SPAN).run(...values);
  return seqs;
}

/** Lets one record fail by its own fault; a fault of the storage fails the group. */
function tolerate(work: () => void, onFault: (fault: unknown) => void): void {
  try {
    work();
  } catch (error) {
    if (!isRecordFault(error)) throw error;
    onFault(error);
  }
}
