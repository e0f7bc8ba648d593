// Refusals come as fast as anyone cares to knock. Equal ones within a second become one row with a count, and
// one second writes only so many rows, whatever is varied: the journal cannot be made to fill the disk.
import type { Clock } from "../../core/clock.ts";
import type { CallEnd, CallIntent } from "../../core/journal.ts";

const WINDOW_MS = 1000;
/** Different refusals kept apart within one window; further ones are kept by code alone. */
const DISTINCT_LIMIT = 32;

/** One row that stands for `count` refusals. */
export interface RefusalRow {
  readonly record: CallIntent;
  readonly end: CallEnd;
  count: number;
}

/** What makes two refusals equal: what a person would look at to tell them apart, not when or how big they were. */
function keyOf(record: CallIntent, end: CallEnd): string {
  const { tenant, agentId, authMethod, serverId, serverName, via, method, tool } = record;
  return JSON.stringify([
    end.code,
    end.outcome,
    end.httpStatus,
    end.detail,
    [tenant, agentId, authMethod, serverId, serverName, via, method, tool],
  ]);
}

/** A row for the rest: nothing of what the sender chose, so that it is equal for all of them. */
function bare(record: CallIntent): CallIntent {
  const { id, kind, at, inputBytes, decision, rules, doorMs } = record;
  const agent = { agentId: null, agentName: null, authMethod: null, agentCertificate: null };
  const sender = { tenant: null, ...agent, account: null };
  const target = { serverId: null, serverName: null, pattern: null, via: null, generation: null };
  const message = {
    method: null,
    tool: null,
    input: null,
    inputCut: true,
    inputHash: null,
    run: null,
    permit: null,
  };
  return {
    id,
    kind,
    at,
    inputBytes,
    decision,
    rules,
    doorMs,
    ...sender,
    ...target,
    ...message,
  };
}

export class RefusalWindow {
  readonly #clock: Clock;
  #rows = new Map<string, RefusalRow>();
  #opened = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one refusal. Returns the row that stands for it; its `count` is 1 where the row is new. */
  add(record: CallIntent, end: CallEnd): RefusalRow {
    if (this.#clock.monotonic() - this.#opened >= WINDOW_MS) {
      this.#rows = new Map();
      this.#opened = this.#clock.monotonic();
    }
    return this.#count(keyOf(record, end), record, end);
  }

  #count(key: string, record: CallIntent, end: CallEnd): RefusalRow {
    const row = this.#rows.get(key);
    if (row !== undefined) {
      row.count++;
      return row;
    }
    if (this.#rows.size >= DISTINCT_LIMIT && !key.startsWith("rest ")) {
      const rest = { ...end, httpStatus: null, detail: null };
      return this.#count(`rest ${String(end.code)}`, bare(record), rest);
    }
    const fresh = { record, end, count: 1 };
    this.#rows.set(key, fresh);
    return fresh;
  }
}
