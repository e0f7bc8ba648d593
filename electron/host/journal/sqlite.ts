// The one place that knows which SQLite engine is loaded, and what its errors mean to a person.
import { createRequire } from "node:module";
import { Refusal } from "../../core/errors.ts";

export type SqlValue = string | number | null;
/** What a statement gives back: columns by name. */
export type SqlRow = Record<string, SqlValue>;

/** The part of `node:sqlite` that the journal uses; both engines have it. */
export interface Statement {
  run(...values: SqlValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): SqlRow[];
}
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
  readonly isTransaction?: boolean;
  enableDefensive?(on: boolean): void;
}
interface Engine {
  readonly DatabaseSync: new (file: string) => Database;
}

let engine: Engine | undefined;

/** Opens a database file with the platform's engine where there is one, else with its N-API twin. */
export function openDatabase(file: string): Database {
  // Loaded on first use: the native module must not delay the start of commands that need no journal.
  // Types of Node 20 know neither getBuiltinModule's optionality nor node:sqlite.
  const builtin = process as { getBuiltinModule?: (name: string) => unknown };
  engine ??= (builtin.getBuiltinModule?.("node:sqlite") ??
    createRequire(import.meta.url)("@photostructure/sqlite")) as Engine;
  return new engine.DatabaseSync(file);
}

/** SQLite's primary result code (https://sqlite.org/rescode.html), or null where the error is not SQLite's. */
export function resultCode(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("errcode" in error)) return null;
  return typeof error.errcode === "number" ? error.errcode & 0xff : null;
}

const BUSY = 5;
const LOCKED = 6;
const FULL = 13;

const REASONS: Readonly<Record<number, string>> = {
  3: "its files may not be used by this account",
  [BUSY]: "another program holds it locked",
  [LOCKED]: "another program holds it locked",
  7: "there is not enough memory",
  8: "its file can only be read",
  10: "the disk reports an error",
  11: "its file is damaged; it was left as it is",
  [FULL]: "the disk is full",
  14: "its file cannot be opened",
  26: "its file is damaged or not a journal; it was left as it is",
};

/** 18 too big, 19 constraint, 20 mismatch: one record is at fault, the others of its group are not. */
const RECORD_FAULTS = new Set([18, 19, 20]);

/** True where the record cannot be stored, false where the storage fails. A refused binding is no SQLite error. */
export function isRecordFault(error: unknown): boolean {
  const code = resultCode(error);
  return code === null ? error instanceof TypeError : RECORD_FAULTS.has(code);
}

/** True where the same connection may work again later: the fault was outside of it. */
export function isPassing(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED || code === FULL;
}

/** Any failure of the storage as the refusal that denies calls. A Refusal stays what it is. */
export function asUnwritable(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const code = resultCode(error);
  const known = code === null ? undefined : REASONS[code];
  return new Refusal("journal_unwritable", { reason: known ?? otherReason(code, error) }, error);
}

function otherReason(code: number | null, error: unknown): string {
  if (code !== null) return `the database reports error ${code}`;
  if (typeof error === "object" && error !== null && "code" in error) {
    if (error.code === "ENOSPC") return "the disk is full";
    if (typeof error.code === "string") return `the system reports ${error.code.slice(0, 40)}`;
  }
  return "the database could not be used";
}
