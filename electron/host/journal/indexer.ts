// Puts rows that have ended into the index and counts them, in small steps and off the path of any call.
import type { Log } from "../../core/log.ts";
import type { Connection } from "./connection.ts";
import { READ_CALL } from "./rows.ts";
import { backfillStep, tallyRows } from "./tallies.ts";
import { insertWords, wordValues } from "./words.ts";

/** Rows are gathered this long, so that one step serves many. */
const GATHER_MS = 250;
/** A step takes at most so many rows and about so much text: a few milliseconds of the main thread. */
const STEP_ROWS = 64;
const STEP_TEXT = 65_536;
/** Rows between two checkpoints. SQLite would checkpoint within a commit, while a call waits for it. */
const CHECKPOINT_ROWS = 1024;
const RETRY_MS = 5000;
/** Between two steps of counting what an earlier version wrote: nobody waits for it. */
const BACKFILL_MS = 10;

export class Indexer {
  readonly #connection: () => Connection | null;
  readonly #log: Log;
  #timer: NodeJS.Timeout | null = null;
  #sinceCheckpoint = 0;
  #closed = false;

  /** `connection` gives null while the journal is not open: rows wait in `fresh`, where searches find them too. */
  constructor(connection: () => Connection | null, log: Log) {
    this.#connection = connection;
    this.#log = log;
  }

  /** Rows may have ended. */
  wake(ms = GATHER_MS): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => this.#run(), ms).unref();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #run(): void {
    this.#timer = null;
    const connection = this.#connection();
    if (connection === null) return;
    try {
      const rows = indexStep(connection);
      this.#sinceCheckpoint += rows;
      if (this.#sinceCheckpoint >= CHECKPOINT_ROWS) {
        this.#sinceCheckpoint = 0;
        connection.checkpoint();
      }
      // A turn of the event loop between two steps: calls come first.
      if (rows > 0) this.wake(1);
      else if (backfillStep(connection) > 0) this.wake(BACKFILL_MS);
    } catch (error) {
      // Nothing is lost by it: the rows stay in `fresh`. Whether calls can go on is for the writer to find out.
      this.#log.error("journal.index", error);
      this.wake(RETRY_MS);
    }
  }
}

/** Indexes and counts some rows that have ended; returns how many. */
export function indexStep(connection: Connection): number {
  const ended = connection
    .prepare(
      `${READ_CALL} WHERE calls.seq IN (SELECT seq FROM fresh) AND calls.outcome <> 'pending'
      ORDER BY calls.seq LIMIT ${STEP_ROWS}`,
    )
    .all();
  const rows: typeof ended = [];
  let size = 0;
  for (const row of ended) {
    if (size >= STEP_TEXT) break;
    size += 256 + String(row["input"] ?? "").length;
    rows.push(row);
  }
  if (rows.length === 0) return 0;
  connection.transaction(false, () => {
    const insert = connection.prepare(insertWords("words"));
    const forget = connection.prepare("DELETE FROM fresh WHERE seq = ?");
    for (const row of rows) {
      insert.run(...wordValues(row));
      forget.run(row["seq"] ?? null);
    }
    tallyRows(connection, rows);
  });
  return rows.length;
}
