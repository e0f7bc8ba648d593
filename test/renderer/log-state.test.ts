import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyInLog } from "../../renderer/log/keys.ts";
import { groupByRun } from "../../renderer/log/groups.ts";
import { phasesOf } from "../../renderer/log/timeline.tsx";
import { indexOfSeq, matches, merge, NO_FILTER, slim } from "../../renderer/state/rows.ts";
import { AT_TAIL, arrived, picked, scrolled } from "../../renderer/state/tail.ts";
import type { CallRow } from "../../renderer/types.ts";
import { sampleCalls } from "./sample.ts";

const ROWS = sampleCalls(60, 1_800_000_000_000);
const seqs = (rows: readonly { seq: number }[]): number[] => rows.map((row) => row.seq);

describe("rows of the log", () => {
  it("are sorted and hold each call once, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.array(fc.subarray(ROWS), { maxLength: 6 }), (batches) => {
        let rows: readonly (typeof ROWS)[number][] = [];
        const all = new Set<number>();
        for (const batch of batches) {
          rows = merge(rows, batch.toReversed?.() ?? [...batch].reverse()).rows;
          for (const row of batch) all.add(row.seq);
        }
        expect(seqs(rows)).toEqual([...all].sort((a, b) => a - b));
      }),
    );
  });
  it("are changed in place when a call ends, and never turned back", () => {
    const done = ROWS[10]!;
    const pending = { ...done, outcome: "pending" as const, totalMs: null };
    const rows = merge(ROWS.slice(0, 10), [pending]).rows;
    const ended = merge(rows, [done]);
    expect(ended.rows[10]?.outcome).toBe(done.outcome);
    expect(ended.appended).toBe(0);
    expect(merge(ended.rows, [pending]).rows[10]?.outcome).toBe(done.outcome);
    expect(merge([], [done, pending]).rows[0]?.outcome).toBe(done.outcome);
  });
  it("count only what came behind the newest as new", () => {
    expect(merge(ROWS.slice(20, 40), ROWS).appended).toBe(20);
    expect(merge(ROWS.slice(20), ROWS.slice(0, 20)).appended).toBe(0);
  });
  it("forget the oldest beyond the cap", () => {
    expect(seqs(merge(ROWS, [], new Set(), 5).rows)).toEqual([56, 57, 58, 59, 60]);
  });
  it("leave when they no longer match, and keep no arguments", () => {
    expect(seqs(merge(ROWS.slice(0, 3), [], new Set([2])).rows)).toEqual([1, 3]);
    expect(ROWS.map(slim).every((row) => row.input === null)).toBe(true);
  });
  it("keep the higher count of equal refusals", () => {
    const row = { ...ROWS[0]!, count: 9 };
    expect(merge([row], [{ ...row, count: 4 }]).rows[0]?.count).toBe(9);
  });
  it("are found by position", () => {
    expect([0, 1, 30, 61].map((seq) => indexOfSeq(ROWS, seq))).toEqual([0, 0, 29, 60]);
  });
});

describe("rows under their runs", () => {
  const row = (seq: number, run: string | null, given: Partial<CallRow> = {}) => ({
    ...ROWS[0]!,
    seq,
    run,
    at: seq * 1000,
    count: 1,
    decision: "allow" as const,
    agentName: "Cursor",
    ...given,
  });
  it("stand together, the run with the newest row last, each head with its span and counts", () => {
    const rows = [
      row(1, "run_a"),
      row(2, "run_b"),
      row(3, null, { count: 5, decision: "deny" }),
      row(4, "run_a", { decision: "deny" }),
      row(5, "run_b"),
    ];
    const items = groupByRun(rows);
    const order = items.map((item) => (item.kind === "head" ? item.head.run : item.row.seq));
    expect(order).toEqual([null, 3, "run_a", 1, 4, "run_b", 2, 5]);
    expect(items.flatMap((item) => (item.kind === "head" ? [item.head] : []))).toEqual([
      { run: null, agent: null, from: 3000, until: 3000, calls: 5, denied: 5 },
      { run: "run_a", agent: "Cursor", from: 1000, until: 4000, calls: 2, denied: 1 },
      { run: "run_b", agent: "Cursor", from: 2000, until: 5000, calls: 2, denied: 0 },
    ]);
  });
});

describe("a filter on what happens now", () => {
  const row = {
    ...ROWS[0]!,
    agentId: "agt_a",
    serverId: "srv_b",
    agentName: "Cursor",
    tool: "Query",
    outcome: "ok" as const,
    run: "run_00000001",
    input: `{"x":"Straße"}`,
  };
  it.each([
    [{}, true],
    [{ text: "cursor query" }, true],
    [{ text: "straße" }, true],
    [{ text: "cursor missing" }, false],
    [{ agentId: "agt_a", serverId: "srv_b" }, true],
    [{ agentId: "agt_x" }, false],
    [{ run: "run_00000001" }, true],
    [{ run: "run_00000002" }, false],
    [{ text: "run:run_00000001 query" }, true],
    [{ text: "query run:run_00000002" }, false],
    [{ text: "run:" }, false],
    [{ outcome: ["denied"] as const }, false],
    [{ outcome: ["denied", "ok"] as const }, true],
  ])("%j decides %s", (part, wanted) => {
    expect(matches(row, { ...NO_FILTER, ...part })).toBe(wanted);
  });
});

describe("the tail", () => {
  const place = (top: number): { top: number; height: number; content: number } => ({
    top,
    height: 500,
    content: 2000,
  });
  it("is left by scrolling up and reached again at the end", () => {
    const left = scrolled(AT_TAIL, 1500, place(1400));
    expect(left.following).toBe(false);
    expect(scrolled(left, 1400, place(1450)).following).toBe(false);
    expect(scrolled(left, 1400, place(1495)).following).toBe(true);
  });
  it("is not left because content grew", () => {
    expect(scrolled(AT_TAIL, 1500, { top: 1500, height: 500, content: 2400 }).following).toBe(true);
  });
  it("counts what came unseen, and forgets it at the end", () => {
    const left = arrived(arrived(scrolled(AT_TAIL, 1500, place(900)), 3), 4);
    expect(left.unseen).toBe(7);
    expect(scrolled(left, 900, place(1500))).toEqual(AT_TAIL);
    expect(arrived(AT_TAIL, 5)).toBe(AT_TAIL);
  });
  it("stands still while an older row is read", () => {
    expect(picked(AT_TAIL, false).following).toBe(false);
    expect(picked({ following: false, unseen: 4 }, true)).toEqual(AT_TAIL);
  });
});

describe("keys in the log", () => {
  it.each([
    ["ArrowUp", -1, { do: "move", to: 99 }],
    ["ArrowUp", 0, { do: "move", to: 0 }],
    ["ArrowDown", 99, { do: "move", to: 99 }],
    ["PageUp", 50, { do: "move", to: 41 }],
    ["PageDown", 95, { do: "move", to: 99 }],
    ["Home", 50, { do: "move", to: 0 }],
    ["End", -1, { do: "move", to: 99 }],
    ["Enter", 5, { do: "open" }],
    ["Enter", -1, { do: "move", to: 99 }],
    ["Escape", -1, { do: "close" }],
    ["x", 5, null],
  ])("%s at %i", (key, active, wanted) => {
    expect(keyInLog(key, active, 100, 10)).toEqual(wanted);
  });
  it("do nothing in an empty log but close", () => {
    expect(keyInLog("ArrowUp", -1, 0, 10)).toBeNull();
    expect(keyInLog("Escape", -1, 0, 10)).toEqual({ do: "close" });
  });
});

describe("the timeline of a call", () => {
  it("adds up to the whole, whatever the clocks say", () => {
    const ms = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(ms, fc.option(ms), ms, (doorMs, firstByteMs, totalMs) => {
        const phases = phasesOf({ doorMs, firstByteMs, totalMs });
        expect(phases.every((phase) => phase.ms >= 0)).toBe(true);
        expect(phases.reduce((sum, phase) => sum + phase.ms, 0)).toBeCloseTo(totalMs, 3);
      }),
    );
  });
  it("has only the door for a call that never left", () => {
    expect(phasesOf({ doorMs: 0.6, firstByteMs: null, totalMs: 0.9 })).toEqual([
      { name: "door", ms: 0.9 },
    ]);
  });
});
