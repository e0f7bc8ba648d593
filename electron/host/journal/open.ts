// The journal port over one SQLite file. It opens even where the file cannot be used: then it says why, every
// call is refused, and it is tried again, so that a person can mend it while the app runs.
import type { Clock } from "../../core/clock.ts";
import { Refusal } from "../../core/errors.ts";
import type { CallOutcome, CallRow, Journal } from "../../core/journal.ts";
import type { Log } from "../../core/log.ts";
import { connect, type Connection } from "./connection.ts";
import { Indexer } from "./indexer.ts";
import { Queue } from "./queue.ts";
import { READ_CALL, toCallRow } from "./rows.ts";
import type { FormerRun } from "../../core/runs/runs.ts";
import { type FormerSpan, readFormerRuns } from "./runs.ts";
import { newestCall, readRows, searchCalls } from "./search.ts";
import { asUnwritable, isPassing } from "./sqlite.ts";
import { statisticsOf } from "./statistics.ts";
import { Watchers } from "./watchers.ts";
import { Writer } from "./writer.ts";

export interface JournalOptions {
  /** Absolute path; made with mode 0600 where it does not exist. Its folder must exist. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface HostJournal extends Journal {
  /** Number of rows, or null while the journal cannot be read. */
  count(): number | null;
  /** `at` of the agent's newest row, milliseconds UTC; null where there is none or it cannot be read. */
  lastSeen(agentId: string): number | null;
  /** The newest call that was sent to the server and ended; null where there is none or it cannot be read. */
  lastSent(serverId: string): CallRow | null;
  /** Runs that were going on when the program ended; none while the journal cannot be read. */
  formerRuns(span: FormerSpan): readonly FormerRun[];
  /** Writes what waits, now. False where writing fails. */
  flush(): boolean;
  /** Writes what waits and closes the file. Intents after it are refused. Safe to call twice. */
  close(): void;
}

/** A server was reached for, and it is known what came of it. */
const SENT = ["ok", "tool-error", "rpc-error", "failed"] as const satisfies readonly CallOutcome[];

/** Between two attempts to open a journal that could not be opened: a flood must not become a flood of attempts. */
const REOPEN_MS = 250;

/**
 * Opens the journal; rows that a former run left pending are marked interrupted. Never throws: see trouble(), which
 * is `settings_newer` where a later version wrote the file, else `journal_unwritable`.
 * search(), statistics() and get() throw trouble()'s refusal while the journal cannot be read.
 */
export function openJournal({ file, clock, log }: JournalOptions): HostJournal {
  const startedAt = clock.now();
  const queue = new Queue(clock);
  let connection: Connection | null = null;
  let trouble: Refusal | null = null;
  let nextTry = -Infinity;
  let wasOpen = false;
  let isClosed = false;

  const drop = (): void => {
    const old = connection;
    connection = null;
    try {
      old?.close();
    } catch (error) {
      log.error("journal.close", error);
    }
  };

  const note = (error: unknown): Refusal => {
    const refusal = asUnwritable(error);
    const isNews =
      trouble?.code !== refusal.code || trouble.facts["reason"] !== refusal.facts["reason"];
    if (isNews) log.error("journal.trouble", error, refusal.facts);
    trouble = refusal;
    return refusal;
  };

  /** The open journal; opens it if need be. @throws Refusal, or what SQLite throws */
  const opened = (): Connection => {
    if (isClosed) throw new Refusal("journal_unwritable", { reason: "Countersign is closing" });
    if (connection !== null) return connection;
    if (trouble !== null && clock.monotonic() < nextTry) throw trouble;
    nextTry = clock.monotonic() + REOPEN_MS;
    try {
      const next = connect(file);
      connection = next;
      // Calls of this run may be pending when the file is opened again: they are not interrupted.
      interrupt(next, wasOpen ? startedAt : Infinity);
      wasOpen = true;
      trouble = null;
      indexer.wake();
      return next;
    } catch (error) {
      drop();
      throw note(error);
    }
  };

  const writable = (): Connection => {
    if (connection !== null && !connection.isInPlace()) {
      log.warn("journal.moved");
      drop();
    }
    return opened();
  };

  const indexer = new Indexer(() => connection, log);
  const watchers = new Watchers((seqs) => readRows(opened(), seqs), log);
  const writer = new Writer({
    queue,
    log,
    connection: writable,
    wrote(seqs) {
      if (trouble !== null) log.info("journal.recovered");
      trouble = null;
      watchers.changed(seqs);
      indexer.wake();
    },
    failed(error) {
      note(error);
      // After an I/O error the state of the connection is not to be trusted; opening reads it from the disk.
      if (!(error instanceof Refusal) && !isPassing(error)) drop();
    },
  });

  const reading = <T>(read: (connection: Connection) => T): T => {
    try {
      return read(opened());
    } catch (error) {
      throw asUnwritable(error);
    }
  };
  const readingOrNull = <T>(read: (connection: Connection) => T): T | null => {
    try {
      return reading(read);
    } catch {
      return null;
    }
  };

  try {
    opened();
  } catch {
    // Noted: trouble() tells, and every intent is refused until it is mended.
  }

  return {
    intent: (record) => writer.intent(record),
    end: (id, end) => writer.end(id, end),
    refused: (record, end) => writer.refused(record, end),
    search: (query) => reading((open) => searchCalls(open, query)),
    statistics: (query) => reading((open) => statisticsOf(open, query)),
    get: (id) =>
      reading((open) => {
        const row = open.prepare(`${READ_CALL} WHERE calls.id = ?`).get(id);
        return row === undefined ? undefined : toCallRow(row);
      }),
    watch: (listener) => watchers.add(listener),
    trouble: () => trouble,
    count: () => readingOrNull((open) => open.lastSeq()),
    lastSeen: (agentId) =>
      readingOrNull((open) => newestCall(open, { agentId, limit: 1 })?.at ?? null),
    lastSent: (serverId) =>
      readingOrNull((open) => newestCall(open, { serverId, outcome: SENT, limit: 1 }) ?? null),
    formerRuns: (span) => readingOrNull((open) => readFormerRuns(open, span)) ?? [],
    flush: () => writer.flush(),
    close() {
      if (isClosed) return;
      writer.close();
      indexer.close();
      watchers.close();
      isClosed = true;
      try {
        // SQLite does this itself when the last connection ends, but @photostructure/sqlite ends a connection only
        // when its statements are garbage. A copy of the file alone should be whole.
        connection?.checkpoint(true);
      } catch (error) {
        log.error("journal.close", error);
      }
      drop();
    },
  };
}

/** Marks calls that were pending before `before` (milliseconds UTC): nobody will bring their end. */
function interrupt(connection: Connection, before: number): void {
  connection.transaction(true, () => {
    connection
      .prepare(
        `UPDATE calls SET outcome = 'interrupted'
        WHERE seq IN (SELECT seq FROM fresh) AND outcome = 'pending' AND at < ?`,
      )
      .run(before);
  });
}
