// The live log's source: pages from the journal, events as they come, both in one list of rows. Events
// are queued and put in once a frame; while paused they wait.
import type { Bridge } from "../bridge.ts";
import type { CallRow, Complaint, LogRow } from "../types.ts";
import {
  isFiltered,
  type LogFilter,
  matches,
  MAX_ROWS,
  merge,
  NO_FILTER,
  runAsked,
  slim,
} from "./rows.ts";

export const PAGE = 200;

export interface FeedView {
  readonly rows: readonly LogRow[];
  /** `loading` only until the first page of a filter is there. */
  readonly state: "loading" | "ready" | "failed";
  readonly complaint: Complaint | null;
  readonly filter: LogFilter;
  /** Rows that match, and whether there may be more than that. */
  readonly matched: number;
  readonly matchedIsFloor: boolean;
  readonly paused: boolean;
  /** Calls waiting while paused. */
  readonly held: number;
  readonly hasOlder: boolean;
  readonly loadingOlder: boolean;
  readonly olderFailed: boolean;
  /** Rows ever added at the end; the difference between two looks says how many are new. */
  readonly arrivals: number;
}

const EMPTY: FeedView = {
  rows: [],
  state: "loading",
  complaint: null,
  filter: NO_FILTER,
  matched: 0,
  matchedIsFloor: false,
  paused: false,
  held: 0,
  hasOlder: false,
  loadingOlder: false,
  olderFailed: false,
  arrivals: 0,
};

/**
 * Runs work soon and once: on the next frame, or a little later where no frames are drawn. The work may say how many rows
 * it put in.
 */
export type Schedule = (work: () => unknown) => void;

const onFrame: Schedule = (work) => {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    work();
  };
  // A hidden window draws no frames; the queue must not grow meanwhile.
  const timer = setTimeout(once, 500);
  const frame = requestAnimationFrame(once);
};

/** Two frames of a sixtieth of a second, and a little. */
const LONG_FRAME_MS = 40;
/** After rows were put in, the next ones wait this long: an eye makes no more of it, and the frames between are free. */
const BETWEEN_MS = 100;
/** More rows at once than are in sight are read by nobody: a list that is another one ten times a second only flickers. */
const FLOOD = 30;
const BETWEEN_FLOODS_MS = 250;

/**
 * On the next frame; ten times a second at most, four times where whole pages stream in; and where the frame after the last
 * work was long, only after as much time again: however many calls come, half of the time stays free.
 */
export function paced(
  frame: Schedule,
  later: (work: () => unknown, ms: number) => void,
  now: () => number,
): Schedule {
  let freeAt = -Infinity;
  const run = (work: () => unknown): void =>
    frame(() => {
      const began = now();
      const rows = work();
      if (typeof rows === "number" && rows > 0) {
        freeAt = began + (rows > FLOOD ? BETWEEN_FLOODS_MS : BETWEEN_MS);
      }
      // What was changed is drawn before the next frame begins.
      frame(() => {
        const took = now() - began;
        if (took > LONG_FRAME_MS) freeAt = Math.max(freeAt, now() + took);
      });
    });
  return (work) => {
    const rest = freeAt - now();
    if (rest > 0) later(() => run(work), rest);
    else run(work);
  };
}
const calmly = paced(
  onFrame,
  (work, ms) => void setTimeout(work, ms),
  () => performance.now(),
);

export class Feed {
  #view = EMPTY;
  readonly #bridge: Pick<Bridge, "call">;
  readonly #schedule: Schedule;
  readonly #listeners = new Set<() => void>();
  readonly #refusalListeners = new Set<(rows: readonly CallRow[]) => void>();
  #queue = new Map<string, CallRow>();
  #scheduled = false;
  /** Answers to a question that is no longer asked are dropped. */
  #question = 0;

  constructor(bridge: Pick<Bridge, "call">, schedule: Schedule = calmly) {
    this.#bridge = bridge;
    this.#schedule = schedule;
  }

  readonly view = (): FeedView => this.#view;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  /** Calls with rows that were refused just now, for the announcer. */
  readonly onRefusals = (listener: (rows: readonly CallRow[]) => void): (() => void) => {
    this.#refusalListeners.add(listener);
    return () => this.#refusalListeners.delete(listener);
  };

  #set(change: Partial<FeedView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** Rows that were written or changed. */
  receive(rows: readonly CallRow[]): void {
    for (const row of rows) {
      const known = this.#queue.get(row.id);
      if (known !== undefined && known.outcome !== "pending" && row.outcome === "pending") continue;
      this.#queue.set(row.id, row);
    }
    // A long pause under load: the oldest waiting rows are in the journal anyway.
    for (const id of this.#queue.keys()) {
      if (this.#queue.size <= MAX_ROWS) break;
      this.#queue.delete(id);
    }
    const refused = rows.filter((row) => row.outcome === "denied");
    if (refused.length > 0) for (const listener of this.#refusalListeners) listener(refused);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      return this.#flush();
    });
  }

  /** @returns how many rows it put in */
  #flush(): number {
    const { filter, paused, state } = this.#view;
    if (paused) {
      this.#set({ held: this.#queue.size });
      return 0;
    }
    // The first page comes first: rows put in before it would look like the journal's beginning.
    if (state === "loading" || this.#queue.size === 0) return 0;
    const incoming: LogRow[] = [];
    const drop = new Set<number>();
    for (const row of this.#queue.values()) {
      if (matches(row, filter)) incoming.push(slim(row));
      else drop.add(row.seq);
    }
    this.#queue = new Map();
    const before = this.#view.rows;
    const { rows, appended } = merge(before, incoming, isFiltered(filter) ? drop : undefined);
    this.#set({
      rows,
      held: 0,
      arrivals: this.#view.arrivals + appended,
      matched: this.#view.matched + appended,
      hasOlder: this.#view.hasOlder || before.length + appended > MAX_ROWS,
    });
    return incoming.length;
  }

  setFilter(filter: LogFilter): void {
    this.#set({ filter });
    void this.reload();
  }

  pause(): void {
    this.#set({ paused: true, held: 0 });
  }

  resume(): void {
    this.#set({ paused: false });
    this.#flush();
  }

  /** Asks for the newest page again: at the start, under another filter, after the link came back. */
  async reload(): Promise<void> {
    const question = ++this.#question;
    const { filter, rows: shown } = this.#view;
    this.#set({
      loadingOlder: false,
      olderFailed: false,
      ...(shown.length === 0 ? { state: "loading" } : {}),
    });
    const reply = await this.#bridge.call("calls.search", { ...asQuery(filter), limit: PAGE });
    if (question !== this.#question) return;
    if (!reply.ok) return this.#set({ state: "failed", complaint: reply.error });
    const { rows, matched, matchedIsFloor } = reply.value;
    this.#set({
      rows: merge([], rows.map(slim)).rows,
      state: "ready",
      complaint: null,
      matched,
      matchedIsFloor,
      hasOlder: rows.length === PAGE,
    });
    this.#flush();
  }

  /** Asks for the page before the oldest row shown. */
  async loadOlder(): Promise<void> {
    const { rows, hasOlder, loadingOlder, filter, state } = this.#view;
    const first = rows[0];
    if (!hasOlder || loadingOlder || state !== "ready" || first === undefined) return;
    if (rows.length + PAGE > MAX_ROWS) return;
    const question = this.#question;
    this.#set({ loadingOlder: true, olderFailed: false });
    const reply = await this.#bridge.call("calls.search", {
      ...asQuery(filter),
      before: first.seq,
      limit: PAGE,
    });
    if (question !== this.#question) return;
    if (!reply.ok) return this.#set({ loadingOlder: false, olderFailed: true });
    this.#set({
      rows: merge(this.#view.rows, reply.value.rows.map(slim)).rows,
      loadingOlder: false,
      hasOlder: reply.value.rows.length === PAGE,
    });
  }
}

function asQuery(filter: LogFilter): {
  text?: string;
  outcome?: LogFilter["outcome"][number][];
  agentId?: string;
  serverId?: string;
  from?: number;
  until?: number;
  run?: string;
} {
  const asked = runAsked(filter);
  const text = asked.text.slice(0, 400);
  return {
    ...(text === "" ? {} : { text }),
    ...(filter.outcome.length === 0 ? {} : { outcome: [...filter.outcome] }),
    ...(filter.agentId === null ? {} : { agentId: filter.agentId }),
    ...(filter.serverId === null ? {} : { serverId: filter.serverId }),
    ...filter.span,
    ...(asked.run === null ? {} : { run: asked.run }),
  };
}
