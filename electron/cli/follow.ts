// Follows the journal without losing a call, however slowly the output is read.
import { Refusal } from "../core/errors.ts";
import type { CallRow } from "../core/journal.ts";
import type { Search } from "./calls.ts";
import type { Remote } from "./remote.ts";

export interface FollowOptions {
  readonly remote: Remote;
  readonly search: Search;
  /** What is printed first, oldest first. */
  readonly start: () => Promise<readonly CallRow[]>;
  readonly print: (row: CallRow) => Promise<void>;
  /** Whether a call is printed when it begins, too. */
  readonly withPending: boolean;
}

const PAGE = 500;
/** An outcome that no event told of (events are only hints) is found at the latest after this. Milliseconds. */
const LOOK_AGAIN_MS = 5000;

/**
 * Ends only with the connection (Refusal `not_running`) or with the reader.
 * Events only say that there is something new; the rows are read from the journal, page by page, so that
 * nothing has to be held for an output that is slow.
 */
export async function followCalls(options: FollowOptions): Promise<void> {
  const { remote, search, print } = options;
  const state = { news: true, lost: false };
  let wake: (() => void) | null = null;
  const nudge = (): void => {
    state.news = true;
    wake?.();
  };
  await remote.watch(
    (event) => {
      if (event.type === "calls") nudge();
    },
    () => {
      state.lost = true;
      wake?.();
    },
  );
  const timer = setInterval(nudge, LOOK_AGAIN_MS);

  const running = new Map<string, CallRow>();
  let last = 0;

  async function take(row: CallRow): Promise<void> {
    last = Math.max(last, row.seq);
    if (row.outcome === "pending") running.set(row.id, row);
    if (row.outcome !== "pending" || options.withPending) await print(row);
  }

  async function takeNew(): Promise<void> {
    for (;;) {
      // Newest first: with `after` alone a page would be the newest, and leave a gap behind it.
      const rows: CallRow[] = [];
      for (;;) {
        const before = rows.at(-1)?.seq;
        const page = await remote.call("calls.search", {
          ...search,
          after: last,
          ...(before !== undefined && { before }),
          limit: PAGE,
        });
        rows.push(...page.rows);
        if (page.rows.length < PAGE) break;
      }
      if (rows.length === 0) return;
      for (const row of rows.reverse()) await take(row);
    }
  }

  async function takeEnded(): Promise<void> {
    for (const id of running.keys()) {
      const row = await remote.call("calls.get", { id });
      if (row.outcome === "pending") continue;
      running.delete(id);
      await print(row);
    }
  }

  try {
    for (const row of await options.start()) await take(row);
    while (!state.lost) {
      if (state.news) {
        state.news = false;
        await takeEnded();
        await takeNew();
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (state.lost || state.news) resolve();
        });
      }
    }
    throw new Refusal("not_running", { folder: "that was followed" });
  } finally {
    clearInterval(timer);
  }
}
