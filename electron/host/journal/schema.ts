// The shape of the journal's database, and the way from each older shape to the present one.
import { Refusal } from "../../core/errors.ts";
import type { Database } from "./sqlite.ts";
import { TALLIES } from "./tallies.ts";

/** `csjl`, written into the file's header: the mark by which a journal is told from any other database. */
const APPLICATION_ID = 0x63736a6c;

/**
 * How user text and journal text become words: runs of letters and digits, case and accents folded. Everything
 * else separates, so that `get-sum`, `srv_0a1` and `ann@example.org` are found whole (as neighbours) and by part.
 * No prefix index: it tripled the size and doubled the time to write, for searches that took 40 ms without.
 */
const WORDS = `USING fts5(
  agent, server, tool, method, input, code, detail, facets,
  content='', columnsize=0, tokenize="unicode61 remove_diacritics 2")`;

/** Held in memory (temp_store), for the few rows that the index on disk does not hold yet. */
export const FRESH_WORDS = `CREATE VIRTUAL TABLE temp.fresh_words ${WORDS}`;

/**
 * One entry per version; entry i leads from user_version i to i + 1.
 *
 * calls: narrow, so that a walk over a span of time reads few pages; the big column lives in inputs.
 * words: text and facets in one inverted index, so that any combination of filters is one intersection.
 *        It holds each row once, in its final state; nothing is ever updated in it.
 * fresh: rows that words does not hold: those pending, and those that ended a moment ago.
 * spans: which seqs each five minutes of `at` cover: a clock that is set back makes `at` no longer sorted.
 * tallies: counts by minute and quarter of an hour, see tallies.ts.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE calls(
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    tenant TEXT,
    agent_id TEXT,
    agent_name TEXT,
    auth_method TEXT,
    account TEXT,
    server_id TEXT,
    server_name TEXT,
    pattern TEXT,
    via TEXT,
    generation TEXT,
    method TEXT,
    tool TEXT,
    input_cut INTEGER NOT NULL,
    input_bytes INTEGER NOT NULL,
    input_hash TEXT,
    decision TEXT NOT NULL,
    rules TEXT NOT NULL,
    door_ms REAL NOT NULL,
    code TEXT,
    rpc_code INTEGER,
    http_status INTEGER,
    detail TEXT,
    result_bytes INTEGER NOT NULL,
    first_byte_ms REAL,
    total_ms REAL,
    count INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE inputs(seq INTEGER PRIMARY KEY, input TEXT NOT NULL) STRICT;
  CREATE TABLE fresh(seq INTEGER PRIMARY KEY) STRICT;
  CREATE TABLE spans(bucket INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) STRICT;
  CREATE VIRTUAL TABLE words ${WORDS};`,
  `ALTER TABLE calls ADD COLUMN evidence TEXT;`,
  `ALTER TABLE calls ADD COLUMN permit TEXT;`,
  `ALTER TABLE calls ADD COLUMN agent_subject TEXT;
  ALTER TABLE calls ADD COLUMN agent_thumbprint TEXT;`,
  TALLIES,
  `ALTER TABLE calls ADD COLUMN run TEXT;
  CREATE INDEX calls_run ON calls(run) WHERE run IS NOT NULL;`,
];

const pragma = (db: Database, name: string): number =>
  Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);

/**
 * Brings a database to the present shape, all steps in one transaction: a crash on the way leaves the old shape.
 * @throws Refusal `settings_newer` where a later version wrote it, `journal_unwritable` where it is something else
 */
export function migrate(db: Database, file: string, steps: readonly string[] = MIGRATIONS): void {
  // IMMEDIATE: a second process waits here instead of migrating at the same time. On a file that can only
  // be read this fails at once, which is what we want to know before the first call.
  db.exec("BEGIN IMMEDIATE");
  try {
    const version = pragma(db, "user_version");
    const owner = pragma(db, "application_id");
    const isEmpty = db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
    if (owner !== APPLICATION_ID && !(isEmpty && owner === 0 && version === 0)) {
      throw new Refusal("journal_unwritable", { reason: "its file belongs to another program" });
    }
    if (version > steps.length) throw new Refusal("settings_newer", { file });
    if (version < steps.length) {
      for (const step of steps.slice(version)) db.exec(step);
      db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps.length}`);
    }
    db.exec("COMMIT");
  } catch (error) {
    rollback(db);
    throw error;
  }
}

/** Ends a failed transaction. SQLite has often ended it by itself (full disk, I/O error), which is no error here. */
export function rollback(db: Database): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // "no transaction is active": nothing of the group stays either way.
  }
}
