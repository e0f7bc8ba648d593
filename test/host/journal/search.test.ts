import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RefusalCode } from "../../../electron/core/errors.ts";
import type { CallQuery, CallRow } from "../../../electron/core/journal.ts";
import { connect } from "../../../electron/host/journal/connection.ts";
import { indexStep } from "../../../electron/host/journal/indexer.ts";
import { searchCalls, seqStatement } from "../../../electron/host/journal/search.ts";
import { openDatabase } from "../../../electron/host/journal/sqlite.ts";
import { matchOf } from "../../../electron/host/journal/words.ts";
import { callId, ended, eventually, folder, intent, opened, START } from "./kit.ts";

const words = [
  "get",
  "get-sum",
  "sum",
  "delete_user",
  "ann@example.org",
  "Ärger",
  "srv",
  "x",
  "日本語",
];
const text = fc.array(fc.constantFrom(...words), { maxLength: 3 }).map((some) => some.join(" "));
const orNull = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { freq: 3 });

const agent = fc.constantFrom("agt_0000000001", "agt_0000000002", "agt_000000000A");
const server = fc.constantFrom("srv_0000000001", "srv_0000000002");
const outcome = fc.constantFrom("ok", "failed", "denied", "rpc-error", "interrupted" as const);
const code = fc.constantFrom<RefusalCode>("call_denied", "upstream_timeout");
const at = fc.integer({ min: START - 3_000_000, max: START + 3_000_000 });

const record = fc.record({
  tenant: orNull(fc.constantFrom("personal", "work")),
  agentId: orNull(agent),
  agentName: orNull(text),
  authMethod: orNull(fc.constantFrom("bearer", "api-key")),
  account: orNull(fc.constantFrom("ann@example.org", "Ann@example.org")),
  serverId: orNull(server),
  serverName: orNull(text),
  method: orNull(fc.constantFrom("tools/call", "tools/list")),
  tool: orNull(fc.constantFrom("get-sum", "Get-sum", "echo")),
  input: orNull(text.map((some) => JSON.stringify({ q: some, n: "line\nsum" }))),
  decision: fc.constantFrom("allow" as const, "deny" as const),
  at,
});
/** Null: it has not ended. */
const end = fc.option(fc.record({ outcome, code: orNull(code), detail: orNull(text) }), {
  freq: 6,
});

const typed = fc.oneof(
  text,
  fc.constantFrom(
    "ge",
    "get-su",
    "sum a",
    "example.org",
    "ann@",
    "SRV_0000000002",
    "s",
    "日",
    "arger",
  ),
  fc.constantFrom("tools/call", "upstream_time", '"', "***", "line", "sum NOT x", "get ***"),
);
const filters = {
  tenant: fc.constantFrom("personal", "work", "none"),
  text: typed,
  agentId: agent,
  serverId: server,
  tool: fc.constantFrom("get-sum", "echo"),
  outcome: fc.uniqueArray(fc.constantFrom("ok", "failed", "pending" as const), { maxLength: 3 }),
  code,
  decision: fc.constantFrom("allow" as const, "deny" as const),
  authMethod: fc.constantFrom("bearer" as const, "api-key" as const),
  account: fc.constantFrom("ann@example.org", "Ann@example.org"),
  from: at,
  until: at,
  before: fc.integer({ min: 0, max: 45 }),
  after: fc.integer({ min: 0, max: 45 }),
};
/** Few filters at once, text among them half of the time: with many of them hardly any row would be left to find. */
const query = fc
  .tuple(
    fc.record(filters),
    fc.subarray(Object.keys(filters) as (keyof typeof filters)[], { maxLength: 3 }),
    fc.boolean(),
    fc.integer({ min: 1, max: 20 }),
  )
  .map(([all, some, hasText, limit]): CallQuery => {
    const keys = hasText ? [...some, "text" as const] : some;
    return { ...Object.fromEntries(keys.map((key) => [key, all[key]])), limit };
  });

const fold = (s: string): string => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const tokens = (s: string): string[] => fold(s).match(/[\p{L}\p{N}]+/gu) ?? [];

/** One typed word occurs in a field: its parts side by side, the last one by its beginning. */
function occurs(word: string, field: string): boolean {
  const wanted = tokens(word);
  const last = wanted.pop() ?? "";
  const isWhole = last.length === 1 && last < "\u2e80";
  const have = tokens(field);
  return have.some((_, i) => {
    const tail = have[i + wanted.length] ?? "";
    const isTail = isWhole ? tail === last : tail.startsWith(last) && tail !== "";
    return isTail && wanted.every((part, k) => have[i + k] === part);
  });
}

/** The query as its documentation says it, over rows in memory. */
function matches(row: CallRow, q: CallQuery): boolean {
  const is = <T>(wanted: T | undefined, have: T): boolean =>
    wanted === undefined || wanted === have;
  const input = row.input === null ? "" : Object.values(JSON.parse(row.input) as object).join("|");
  const fields = [
    `${row.agentName ?? ""} ${row.agentId ?? ""}`,
    `${row.serverName ?? ""} ${row.serverId ?? ""}`,
    ...[row.tool, row.method, `q ${input} n`, row.code, row.detail].map((one) => one ?? ""),
  ];
  const asked = (q.text ?? "").split(/\s+/).filter((word) => word !== "");
  const findable = asked.filter((word) => tokens(word).length > 0);
  return (
    (asked.length === 0 || findable.length > 0) &&
    findable.every((word) => fields.some((field) => occurs(word, field))) &&
    is(q.tenant, row.tenant) &&
    is(q.agentId, row.agentId) &&
    is(q.serverId, row.serverId) &&
    is(q.tool, row.tool) &&
    (q.outcome === undefined || q.outcome.includes(row.outcome)) &&
    is<string | null | undefined>(q.code, row.code) &&
    is(q.decision, row.decision) &&
    is(q.authMethod, row.authMethod) &&
    is(q.account, row.account) &&
    row.at >= (q.from ?? -Infinity) &&
    row.at < (q.until ?? Infinity)
  );
}

function expected(rows: readonly CallRow[], q: CallQuery): { seqs: number[]; matched: number } {
  const all = rows.filter((row) => matches(row, q)).map((row) => row.seq);
  const within = all.filter((seq) => seq < (q.before ?? Infinity) && seq > (q.after ?? 0));
  within.sort((a, b) => a - b);
  const page = q.after === undefined ? within.slice(-q.limit) : within.slice(0, q.limit);
  return { seqs: page.reverse(), matched: all.length };
}

describe("a search", () => {
  test("finds what a filter over all rows in memory finds, indexed or not yet", async () => {
    let hits = 0;
    const rowSets = fc.array(fc.tuple(record, end), { minLength: 1, maxLength: 40, size: "max" });
    await fc.assert(
      fc.asyncProperty(
        rowSets,
        fc.array(query, { minLength: 1, maxLength: 30, size: "max" }),
        fc.nat(1),
        async (given, queries, isIndexed) => {
          const file = path.join(folder(), "journal.db");
          const journal = opened(file);
          await Promise.all(given.map(async ([one], n) => journal.intent(intent(n, one))));
          for (const [n, [, one]] of given.entries()) {
            if (one !== null) journal.end(callId(n), ended(one));
          }
          journal.flush();
          const connection = connect(file);
          // Half of the runs index one step now, the others search what only waits for it.
          if (isIndexed === 1) indexStep(connection);
          const rows = given
            .map((_, n) => journal.get(callId(n)))
            .filter((row) => row !== undefined);
          for (const q of queries) {
            const page = searchCalls(connection, q);
            const found = { seqs: page.rows.map((row) => row.seq), matched: page.matched };
            expect(found, JSON.stringify(q)).toEqual(expected(rows, q));
            hits += found.matched > 0 && found.matched < rows.length ? 1 : 0;
          }
          connection.close();
          journal.close();
        },
      ),
      { numRuns: 100 },
    );
    // Most random queries must be worth asking: neither all rows nor none.
    expect(hits).toBeGreaterThan(300);
  }, 60_000);

  test("finds a row in each of its states, the moment that it is written", async () => {
    const file = path.join(folder(), "journal.db");
    const journal = opened(file);
    const found = (query: Omit<CallQuery, "limit">): number[] =>
      journal.search({ ...query, limit: 9 }).rows.map((row) => row.seq);
    for (let n = 1; n < 4; n++) {
      expect(found({ text: `word${n}` })).toEqual([]);
      await journal.intent(intent(n, { input: JSON.stringify(`word${n}`) }));
      expect(found({ text: `word${n}`, outcome: ["pending"] })).toEqual([n]);
      journal.end(callId(n), ended({ outcome: "failed", detail: `because${n}` }));
      journal.flush();
      expect(found({ outcome: ["pending"] })).toEqual([]);
      expect(found({ text: `because${n} word${n}`, outcome: ["failed"] })).toEqual([n]);
    }
    // The index on disk takes them over by itself.
    const raw = openDatabase(file);
    await eventually(() => raw.prepare("SELECT count(*) AS n FROM fresh").get()?.["n"] === 0);
    raw.close();
    expect(found({ text: "because", outcome: ["failed"] })).toEqual([3, 2, 1]);
  });

  test("takes any text as text, never as syntax", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    await journal.intent(intent(1));
    const syntax = [
      '"',
      '""',
      "a AND",
      "NOT",
      "NEAR(a b)",
      "tool:",
      "-x",
      "^a",
      "(",
      "*",
      "a*b",
      "{a}:b",
    ];
    for (const text of [...syntax, "\0", 'a"\0', "a\0b", "\ue000", "\ud800", "' OR 1=1 --"]) {
      expect(() => journal.search({ text, limit: 1 }), JSON.stringify(text)).not.toThrow();
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
        journal.search({ text, limit: 1 });
        journal.search({ tool: text, account: text, code: text, limit: 1 });
      }),
      { numRuns: 500 },
    );
    expect(journal.search({ text: "tool:get", limit: 1 }).matched).toBe(0);
  });

  test("finds names by parts and beginnings", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    await journal.intent(
      intent(1, {
        input: JSON.stringify({ to: "ann@example.org", path: "C:\\Users\\Ann", q: "Überzug" }),
      }),
    );
    const finds = (text: string): boolean => journal.search({ text, limit: 1 }).matched === 1;
    for (const text of [
      "get-sum",
      "get-su",
      "sum",
      "GET SUM",
      "srv_0000000001",
      "srv_00",
      "agt_0000000001",
    ]) {
      expect(finds(text), text).toBe(true);
    }
    for (const text of [
      "ann@example.org",
      "example",
      "Users",
      "users\\ann",
      "uberz",
      "Überzug",
      "claude",
    ]) {
      expect(finds(text), text).toBe(true);
    }
    for (const text of ["sum-get", "umm", "ann@org", "get-sum echo", "***"]) {
      expect(finds(text), text).toBe(false);
    }
  });

  test("counts up to 10,000 and says when there are more", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    for (let n = 0; n < 10_100; n += 100) {
      const some = Array.from({ length: 100 }, async (_, i) => journal.intent(intent(n + i)));
      await Promise.all(some);
      for (let i = 0; i < 100; i++) journal.end(callId(n + i), ended());
    }
    journal.flush();
    const floor = { matched: 10_000, matchedIsFloor: true };
    expect(journal.search({ limit: 1 })).toMatchObject(floor);
    expect(journal.search({ limit: 1, tool: "get-sum" })).toMatchObject(floor);
    expect(journal.search({ limit: 1, from: START })).toMatchObject(floor);
    expect(journal.search({ limit: 1, until: START + 5000 })).toMatchObject({ matched: 5 });
    expect(journal.search({ limit: 1000 }).rows).toHaveLength(500);
  });

  test("of one tenant never shows another's row, nor can text pass for a filter", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    await journal.intent(intent(1, { tenant: "work" }));
    // What the index holds for the filter `tenant: personal`, written by an agent into its own input.
    const match = matchOf({ tenant: "personal", limit: 1 });
    const forged = match.kind === "words" ? match.expression.replaceAll(/[()"]/g, "") : "";
    expect(forged).toMatch(/^\ue000t[0-9a-f]{24}$/);
    await journal.intent(
      intent(2, { tenant: "work", input: JSON.stringify(forged), tool: forged }),
    );
    const escaped = `"\\ue000${forged.slice(1)}"`;
    await journal.intent(intent(3, { tenant: "work", input: escaped }));
    expect(journal.search({ tenant: "personal", limit: 10 }).matched).toBe(0);
    expect(journal.search({ tenant: "work", limit: 10 }).matched).toBe(3);
  });
});

test("no query reads the whole table or sorts", async () => {
  const file = path.join(folder(), "journal.db");
  await opened(file).intent(intent(1));
  const db = openDatabase(file);
  const facets: CallQuery[] = [
    { tenant: "personal", limit: 1 },
    { agentId: "agt_0000000001", limit: 1 },
    { tool: "x", outcome: ["ok", "failed"], limit: 1 },
    { code: "call_denied", decision: "deny", authMethod: "bearer", account: "a", limit: 1 },
    { text: "get-sum exam", limit: 1 },
    { text: "get", tenant: "personal", serverId: "srv_0000000001", limit: 1 },
    { limit: 1 },
  ];
  const times = [{}, { from: START }, { until: START }, { from: START, until: START + 1 }];
  for (const facet of facets) {
    for (const time of times) {
      for (const order of ["ASC", "DESC"] as const) {
        const q = { ...facet, ...time };
        const match = matchOf(q);
        if (match.kind === "nothing") throw new Error("not representative");
        const { sql, values } = seqStatement("words", match, q, { above: 0, below: 9 }, order, 10);
        const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values);
        const steps = plan.map((step) => String(step["detail"]));
        // An index of words is "scanned" by its own plan: M is the match, < and > the bounds of rowid.
        const driver =
          match.kind === "words" ? /^SCAN words VIRTUAL TABLE INDEX \d+:[<>]*M8?[<>]*$/ : null;
        const byKey = /^SEARCH calls USING INTEGER PRIMARY KEY \(rowid[<>=?ANDrowid ]+\)$/;
        for (const [i, step] of steps.entries()) {
          expect(step, sql).toMatch(i === 0 && driver !== null ? driver : byKey);
        }
      }
    }
  }
  for (const sql of [
    "SELECT min(first_seq), max(last_seq) FROM spans WHERE bucket BETWEEN 1 AND 2",
    "SELECT max(seq) FROM calls",
    "SELECT * FROM calls LEFT JOIN inputs USING(seq) WHERE calls.id = 'x'",
  ]) {
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    for (const step of steps) expect(step["detail"], sql).toMatch(/^SEARCH /);
  }
  db.close();
});
