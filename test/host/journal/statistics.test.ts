// Figures about calls: counted once each, by whatever way a row comes, and the same as a walk over all rows.
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { CallEnd, CallIntent, CallOutcome } from "../../../electron/core/journal.ts";
import { bucketsOf, type StatisticsRange } from "../../../electron/core/statistics.ts";
import { connect } from "../../../electron/host/journal/connection.ts";
import { indexStep } from "../../../electron/host/journal/indexer.ts";
import { migrate, MIGRATIONS } from "../../../electron/host/journal/schema.ts";
import { openDatabase } from "../../../electron/host/journal/sqlite.ts";
import { quantilesOf } from "../../../electron/host/journal/statistics.ts";
import {
  backfillStep,
  binOf,
  binStart,
  isCounted,
  TALLIES,
} from "../../../electron/host/journal/tallies.ts";
import { callId, ended, eventually, folder, intent, opened, START } from "./kit.ts";

const HOUR = 3_600_000;
const NOW = START + 3 * HOUR + 1000;
const ask = (range: StatisticsRange, offset = 0, now = NOW): ReturnType<typeof bucketsOf> =>
  bucketsOf(range, now, offset);

const waited = (waitedMs: number): CallIntent["permit"] => ({
  policy: "p",
  argumentsHash: "h",
  question: "qst_1",
  grant: null,
  lifetime: "once",
  waitedMs,
});

describe("the statistics of calls", () => {
  it("counts each call once, by agent, server, pattern, outcome and time", async () => {
    const file = path.join(folder(), "journal.db");
    const journal = opened(file);
    const outcomes: CallEnd["outcome"][] = ["ok", "ok", "denied", "tool-error", "aborted", "ok"];
    for (const [n, outcome] of outcomes.entries()) {
      await journal.intent(
        intent(n, {
          at: START + n * HOUR * 0.5,
          ...(n === 5 && { agentId: "agt_0000000002", agentName: "Cursor", pattern: "mtls" }),
          permit: n === 1 ? waited(4000) : null,
        }),
      );
      const nothing = outcome === "denied" || outcome === "aborted";
      journal.end(
        callId(n),
        ended({ outcome, totalMs: n === 1 ? 4100 : 100, firstByteMs: nothing ? null : 50 }),
      );
    }
    // One that has not ended is not counted, and one of long ago lies outside.
    await journal.intent(intent(6, { at: START }));
    await journal.intent(intent(7, { at: START - 40 * 24 * HOUR }));
    journal.end(callId(7), ended());
    journal.flush();
    await eventually(() => journal.statistics(ask("month")).total.allowed === 3);

    const day = journal.statistics(ask("day"));
    expect(day.total).toEqual({ allowed: 3, denied: 1, failed: 2 });
    expect(day.complete).toBe(true);
    expect(day.buckets).toHaveLength(24);
    expect(day.buckets.slice(-4).map((b) => [b.at, b.allowed, b.denied, b.failed])).toEqual([
      [START, 2, 0, 0],
      [START + HOUR, 0, 1, 1],
      [START + 2 * HOUR, 1, 0, 1],
      [START + 3 * HOUR, 0, 0, 0],
    ]);
    expect(day.agents).toEqual([
      { id: "agt_0000000001", name: "Claude Code", allowed: 2, denied: 1, failed: 2 },
      { id: "agt_0000000002", name: "Cursor", allowed: 1, denied: 0, failed: 0 },
    ]);
    expect(day.patterns.map(({ id, allowed }) => [id, allowed])).toEqual([
      ["api-key", 2],
      ["mtls", 1],
    ]);
    expect(day.servers).toHaveLength(1);
    // Four were answered; one of them waited four seconds for the person, which is not the server's time.
    expect(day.times.total?.calls).toBe(4);
    expect(day.times.person?.calls).toBe(1);
    expect(day.times.person?.p50).toBeGreaterThan(3500);
    expect(day.times.server?.p95).toBeLessThan(130);
    expect(day.buckets.at(-1)?.times.total).toBeNull();
  });

  it("counts what the door refused with all of its repetitions, apart from calls", async () => {
    const file = path.join(folder(), "journal.db");
    const journal = opened(file);
    const stranger = { kind: "refusal", tenant: null, agentId: null, serverId: null } as const;
    const end = ended({ outcome: "denied", code: "agent_credential_unknown" });
    journal.refused(intent(0, stranger), end);
    journal.refused(intent(1, stranger), end);
    journal.flush();
    await eventually(() => journal.statistics(ask("day")).refused.length === 1);
    // Its row is in the index already, and it goes on.
    for (let n = 2; n < 9; n++) journal.refused(intent(n, stranger), end);
    journal.flush();
    await eventually(() => (journal.statistics(ask("day")).refused[0]?.count ?? 0) === 9);
    expect(journal.statistics(ask("day"))).toMatchObject({
      refused: [{ code: "agent_credential_unknown", count: 9 }],
      total: { allowed: 0, denied: 0, failed: 0 },
    });
    expect(journal.statistics({ ...ask("day"), tenant: "work" }).refused).toEqual([]);
  });

  it("agrees with a walk over all rows, in every range and zone", async () => {
    const file = path.join(folder(), "journal.db");
    const journal = opened(file);
    const rows: { at: number; outcome: CallOutcome; tenant: string }[] = [];
    for (let n = 0; n < 600; n++) {
      const at = NOW - Math.floor((n ** 2 * HOUR) / 700);
      const outcome = (["ok", "denied", "failed"] as const)[n % 3] ?? "ok";
      const tenant = n % 7 === 0 ? "work" : "personal";
      rows.push({ at, outcome, tenant });
      void journal.intent(intent(n, { at, tenant }));
      journal.end(callId(n), ended({ outcome }));
    }
    await eventually(() => journal.flush() && journal.count() === 600);
    const connection = connect(file);
    while (indexStep(connection) > 0);
    connection.close();
    for (const range of ["hour", "day", "week", "month"] as const) {
      for (const [offset, tenant] of [
        [0, undefined],
        [330, "work"],
        [-570, "personal"],
      ] as const) {
        const query = ask(range, offset);
        const found = journal.statistics({ ...query, tenant });
        const walked = found.buckets.map(({ at }) => {
          const own = rows.filter(
            (row) =>
              row.at >= at &&
              row.at < at + query.bucketMs &&
              (tenant === undefined || row.tenant === tenant),
          );
          const of = (wanted: string): number =>
            own.filter(({ outcome }) => outcome === wanted).length;
          return [of("ok"), of("denied"), of("failed")];
        });
        expect(found.buckets.map((b) => [b.allowed, b.denied, b.failed])).toEqual(walked);
      }
    }
  });

  it("counts what an earlier version wrote, once, and says so until it is done", async () => {
    const file = path.join(folder(), "journal.db");
    const before = openDatabase(file);
    migrate(before, file, MIGRATIONS.slice(0, MIGRATIONS.indexOf(TALLIES)));
    const insert = before.prepare(
      `INSERT INTO calls(seq, id, kind, at, outcome, tenant, agent_id, agent_name, server_id, server_name, pattern,
        input_cut, input_bytes, decision, rules, door_ms, result_bytes, count)
      VALUES(?, ?, 'call', ?, ?, 'personal', 'a', 'A', 's', 'S', 'api-key', 0, 0, 'allow', '[]', 1, 0, 1)`,
    );
    // At once: a transaction for each waits 1,500 times for the disk.
    before.exec("BEGIN");
    for (let seq = 1; seq <= 1500; seq++) {
      insert.run(seq, `call_${seq}`, NOW - seq, seq === 1498 ? "pending" : "ok");
    }
    // Two wait for the index, as they would after a crash; one of them has not ended.
    for (const seq of [3, 1498]) before.prepare("INSERT INTO fresh VALUES(?)").run(seq);
    before.exec("COMMIT");
    before.close();

    const connection = connect(file);
    const steps = [backfillStep(connection)];
    expect(connection.prepare("SELECT sum(n) AS n FROM tallies WHERE facet='a'").get()).toEqual({
      n: 2 * 511,
    });
    expect(isCounted(connection)).toBe(false);
    // A row that is still below the line goes into the index meanwhile, and is not counted twice.
    expect(indexStep(connection)).toBe(1);
    for (let n = 1; n > 0; n = backfillStep(connection)) steps.push(n);
    expect(steps.length).toBeLessThan(7);
    connection.close();

    const journal = opened(file);
    await eventually(() => journal.statistics(ask("day")).total.allowed > 0);
    // 1498 was pending at the start: it is interrupted, indexed and counted as failed.
    await eventually(() => journal.statistics(ask("day")).total.failed === 1);
    const { total, complete } = journal.statistics(ask("day"));
    expect(total.allowed).toBe(1499);
    expect(complete).toBe(true);
  });

  it("keeps minutes for the last hours only", async () => {
    const file = path.join(folder(), "journal.db");
    const journal = opened(file);
    await journal.intent(intent(0, { at: START }));
    journal.end(callId(0), ended());
    journal.flush();
    await eventually(() => journal.statistics(ask("day")).total.allowed === 1);
    await journal.intent(intent(1, { at: START + 4 * HOUR }));
    journal.end(callId(1), ended());
    journal.flush();
    const later = START + 4 * HOUR;
    await eventually(() => journal.statistics(ask("day", 0, later)).total.allowed === 2);
    expect(journal.statistics(ask("hour", 0, START)).total.allowed).toBe(0);
    expect(journal.statistics(ask("hour", 0, later)).total.allowed).toBe(1);
  });
});

describe("quantiles from bins", () => {
  it("lie within a fifth of the true value", () => {
    const values = Array.from({ length: 2000 }, (_, i) => 0.4 * 1.005 ** i);
    const bins = new Map<number, number>();
    for (const ms of values) bins.set(binOf(ms), (bins.get(binOf(ms)) ?? 0) + 1);
    const found = quantilesOf(bins);
    for (const [share, ms] of [
      [0.5, found?.p50],
      [0.95, found?.p95],
    ] as const) {
      const right = values[Math.ceil(share * values.length) - 1] ?? 0;
      expect((ms ?? 0) / right).toBeGreaterThan(0.83);
      expect((ms ?? 0) / right).toBeLessThan(1.2);
    }
    expect(quantilesOf(new Map())).toBeNull();
  });
  it("put every time into the bin that holds it", () => {
    for (const ms of [0, 0.05, 0.1, 0.5, 1, 99, 3000, 44_999, 900_000]) {
      expect(binStart(binOf(ms))).toBeLessThanOrEqual(ms + 1e-9);
      expect(binStart(binOf(ms) + 1)).toBeGreaterThan(ms);
    }
    expect(binOf(Number.NaN)).toBe(0);
  });
});
