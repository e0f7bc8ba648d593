// One open journal file: how it is opened, and the transactions and statements that run on it.
import { claimFile, identityOf } from "./file.ts";
import { READ_CALL } from "./rows.ts";
import { FRESH_WORDS, migrate, rollback } from "./schema.ts";
import { openDatabase, type Statement } from "./sqlite.ts";
import { insertWords, wordValues } from "./words.ts";

/** How long a statement waits for another process. The main thread stands still meanwhile. */
const LOCK_WAIT_MS = 40;

const SETTINGS = `
  PRAGMA busy_timeout = ${LOCK_WAIT_MS};
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA mmap_size = 0;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -16000;
  PRAGMA journal_mode = WAL;
  PRAGMA journal_size_limit = 33554432;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA synchronous = FULL;
`;

export interface Connection {
  /** A statement, prepared once. */
  prepare(sql: string): Statement;
  /** False where the file was moved, deleted or replaced under us: what we wrote would be lost. */
  isInPlace(): boolean;
  /** 0 in an empty journal. Rows are never removed, so that this is also their number. */
  lastSeq(): number;
  /** Runs `work` in one transaction. Where `durable` is false, power loss may undo it, but never breaks the file. */
  transaction(durable: boolean, work: () => void): void;
  /** Makes temp.fresh_words hold the rows that words does not. */
  refreshFreshWords(): void;
  /** Moves what the write-ahead log holds into the file, as far as readers let it. `empty` leaves no log behind. */
  checkpoint(empty?: boolean): void;
  close(): void;
}

/**
 * Opens or makes the journal file. A file that is damaged or foreign is left as it is.
 * @throws Refusal `settings_newer`, `journal_unwritable`; whatever SQLite or the file system throws
 */
export function connect(file: string): Connection {
  const identity = claimFile(file);
  const db = openDatabase(file);
  try {
    // Direct writes to the index's own tables and to the schema are refused, whatever SQL were smuggled in.
    db.enableDefensive?.(true);
    db.exec(SETTINGS);
    migrate(db, file);
    db.exec(FRESH_WORDS);
  } catch (error) {
    db.close();
    throw error;
  }
  const statements = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  let revision = 0;
  let freshRevision = -1;

  const run = (work: () => void): void => {
    db.exec("BEGIN IMMEDIATE");
    try {
      work();
      db.exec("COMMIT");
    } catch (error) {
      rollback(db);
      throw error;
    }
  };

  return {
    prepare,
    isInPlace: () => identityOf(file) === identity,
    lastSeq: () => Number(prepare("SELECT max(seq) AS n FROM calls").get()?.["n"] ?? 0),
    transaction(durable, work) {
      revision++;
      // FULL syncs the log at every commit; with NORMAL, a commit that was answered can vanish with the power.
      if (!durable) db.exec("PRAGMA synchronous = NORMAL");
      try {
        run(work);
      } finally {
        if (!durable) db.exec("PRAGMA synchronous = FULL");
      }
    },
    refreshFreshWords() {
      if (freshRevision === revision) return;
      freshRevision = -1;
      // No transaction: it would ask for the lock of the main file, and a search must work without it.
      prepare("INSERT INTO fresh_words(fresh_words) VALUES('delete-all')").run();
      const insert = prepare(insertWords("fresh_words"));
      const rows = prepare(`${READ_CALL} WHERE calls.seq IN (SELECT seq FROM fresh)`).all();
      for (const row of rows) insert.run(...wordValues(row));
      freshRevision = revision;
    },
    checkpoint: (empty = false) =>
      db.exec(`PRAGMA wal_checkpoint(${empty ? "TRUNCATE" : "PASSIVE"})`),
    close() {
      statements.clear();
      db.close();
    },
  };
}
