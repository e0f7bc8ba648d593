// Who watches the journal is told after the commit and off the path of the call, and can break nothing.
import type { CallRow } from "../../core/journal.ts";
import type { Log } from "../../core/log.ts";

/** Changes are gathered this long, so that an intent and its quick end are one message: about 25 a second. */
const GATHER_MS = 40;
const GROUP_ROWS = 500;

type Listener = (rows: readonly CallRow[]) => void;

export class Watchers {
  readonly #read: (seqs: readonly number[]) => CallRow[];
  readonly #log: Log;
  readonly #listeners = new Set<{ readonly tell: Listener }>();
  #changed = new Set<number>();
  #timer: NodeJS.Timeout | null = null;

  /** `read` gets rows by seq as they are by then. */
  constructor(read: (seqs: readonly number[]) => CallRow[], log: Log) {
    this.#read = read;
    this.#log = log;
  }

  add(tell: Listener): () => void {
    const entry = { tell };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  changed(seqs: readonly number[]): void {
    if (this.#listeners.size === 0) return;
    for (const seq of seqs) this.#changed.add(seq);
    if (this.#changed.size > 0) this.#timer ??= setTimeout(() => this.#tell(), GATHER_MS).unref();
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #tell(): void {
    this.#timer = null;
    const seqs = [...this.#changed].sort((a, b) => a - b);
    const now = seqs.slice(0, GROUP_ROWS);
    this.#changed = new Set(seqs.slice(GROUP_ROWS));
    try {
      const rows = this.#read(now);
      for (const { tell } of this.#listeners) {
        try {
          tell(rows);
        } catch (error) {
          this.#log.error("journal.watcher", error);
        }
      }
    } catch (error) {
      this.#log.error("journal.watch", error);
    }
    if (this.#changed.size > 0) this.#timer ??= setTimeout(() => this.#tell(), 1).unref();
  }
}
