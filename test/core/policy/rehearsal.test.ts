// A rehearsal over rows that stand for what the journal holds.
import { describe, expect, it } from "vitest";
import { hex } from "../../../electron/core/digest.ts";
import { Refusal } from "../../../electron/core/errors.ts";
import type { CallRow } from "../../../electron/core/journal.ts";
import { type InForce, inForce, nothingGoes } from "../../../electron/core/policy/in-force.ts";
import { readSets } from "../../../electron/core/policy/judge.ts";
import { createRehearsals, type Rehearsal } from "../../../electron/core/policy/rehearsal.ts";
import { digest, timers } from "../../../electron/platform.ts";
import { movableClock } from "../../support/ports.ts";
import { sampleCalls } from "../../renderer/sample.ts";

const NOW = Date.UTC(2026, 10, 28);
/** Rows of one tool and of one set of arguments each, newest first as the journal gives them. */
function rows(count: number, change: (i: number) => Partial<CallRow> = () => ({})): CallRow[] {
  const [like] = sampleCalls(50, NOW).filter(({ kind }) => kind === "call");
  if (like === undefined) throw new Error("the sample is empty");
  return Array.from({ length: count }, (_, i) => {
    const tool = i % 10 === 0 ? "drop_table" : "search";
    const input = JSON.stringify({ n: i });
    return {
      ...like,
      seq: count - i,
      id: `call_${String(count - i).padStart(10, "0")}`,
      at: NOW - i * 1000,
      tool,
      input,
      permit: {
        policy: "p",
        argumentsHash: hex(digest.sha256(`${tool}\n${input}`)),
        question: null,
        grant: null,
        lifetime: null,
        waitedMs: null,
        seen: {},
      },
      ...change(i),
    };
  });
}

function stage(all: readonly CallRow[]) {
  const told: Rehearsal[] = [];
  let longest = 0;
  const time = movableClock();
  let last = time.monotonic();
  const rehearsals = createRehearsals({
    clock: time,
    digest,
    timers: {
      after(ms, run) {
        longest = Math.max(longest, time.monotonic() - last);
        return timers.after(ms, () => {
          last = time.monotonic();
          run();
        });
      },
    },
    progress: (now) => told.push(now),
    journal: {
      search({ limit, before = Infinity }) {
        const found = all.filter(({ seq }) => seq < before);
        return { rows: found.slice(0, limit), matched: all.length, matchedIsFloor: false };
      },
    },
  });
  return { rehearsals, told, time, longest: () => longest };
}

type Input = { tool: { name: string }; request: { arguments: { n: number } | null } };
/** A policy in JavaScript, as one that reads arguments or not. */
function policy(
  says: (input: Input) => "deny" | "ask" | "allow" | "nonsense",
  reads = false,
): InForce {
  const engine = {
    hash: () => "h",
    evaluate(input: unknown) {
      const effect = says(input as Input);
      const answer = { deny: [] as string[], ask: [] as string[], allow: [] as string[] };
      if (effect === "nonsense") return "nonsense";
      answer[effect].push(`r-${effect}`);
      return answer;
    },
  };
  return { ...inForce([{ name: null, engine, read: readSets }], digest), readsArguments: reads };
}
const everythingAsks = policy(() => "ask");
const span = { last: 10_000, since: null };
const open = (next: InForce, now = everythingAsks) => {
  let closed = 0;
  const one = (of: InForce) => ({ policy: of, close: () => void closed++ });
  return { open: async () => ({ now: one(now), next: one(next) }), closed: () => closed };
};

describe("a rehearsal", () => {
  it("counts and lists the calls that would have been decided otherwise, and closes what it asked", async () => {
    const { rehearsals } = stage(rows(400));
    const policies = open(policy(({ tool }) => (tool.name === "drop_table" ? "deny" : "ask")));
    const { id } = rehearsals.begin(span, policies.open);
    const done = await rehearsals.ended(id);
    expect(done).toMatchObject({
      state: "done",
      done: 400,
      of: 400,
      counts: { calls: 400, deny: 40, ask: 0, allow: 0 },
    });
    expect(done.changed).toHaveLength(40);
    expect(done.changed[0]).toMatchObject({
      call: "call_0000000400",
      tool: "drop_table",
      from: "ask",
      to: "deny",
      rules: ["r-deny"],
    });
    expect(policies.closed()).toBe(2);
  });

  it("says which calls could not be judged: facts not kept, arguments not whole, no answer", async () => {
    const all = rows(20, (i) => {
      const [row] = rows(1);
      if (row?.permit === null || row === undefined) throw new Error("no permit");
      if (i === 1) return { permit: null };
      if (i === 2) return { permit: { ...row.permit, seen: null } };
      // What is kept is not what was sent: something was masked.
      if (i === 3) return { input: `{"key":"•••"}` };
      return {};
    });
    const byArguments = policy(
      ({ request }) => ((request.arguments?.n ?? 0) === 5 ? "nonsense" : "allow"),
      true,
    );
    const { rehearsals } = stage(all);
    const done = await rehearsals.ended(rehearsals.begin(span, open(byArguments).open).id);
    expect(done.counts).toEqual({
      calls: 16,
      deny: 0,
      ask: 0,
      allow: 16,
      unjudged: { unknown: 2, arguments: 1, failed: 1 },
    });
    expect(done.unjudged).toHaveLength(4);
    // A policy that does not look at arguments judges the masked one, too.
    const plain = await rehearsals.ended(
      rehearsals.begin(span, open(policy(() => "deny")).open).id,
    );
    expect(plain.counts).toMatchObject({ calls: 18, deny: 18, unjudged: { arguments: 0 } });
  });

  it("looks at the newest calls only, at those of the days that were asked for, and at no refusal of the door", async () => {
    const { rehearsals } = stage(rows(300, (i) => (i < 10 ? { kind: "refusal" } : {})));
    const deny = open(policy(() => "deny"));
    const ten = await rehearsals.ended(rehearsals.begin({ last: 50, since: null }, deny.open).id);
    expect(ten.counts).toMatchObject({ calls: 40, deny: 40 });
    const recent = rehearsals.begin({ last: 10_000, since: NOW - 100_000 }, deny.open);
    expect((await rehearsals.ended(recent.id)).counts.calls).toBe(91);
  });

  it("lists at most 200 and counts all; does not hold anybody up; can be cancelled", async () => {
    const { rehearsals, longest, told, time } = stage(rows(3000));
    const slow = policy(() => {
      time.advance(0.2);
      return "deny";
    });
    const one = rehearsals.begin(span, open(slow).open);
    const two = rehearsals.begin(span, open(slow).open);
    expect(() => rehearsals.begin(span, open(slow).open)).toThrow("rehearsal_busy");
    rehearsals.cancel(two.id);
    expect((await rehearsals.ended(two.id)).state).toBe("cancelled");
    const done = await rehearsals.ended(one.id);
    expect(done.counts.deny).toBe(3000);
    expect(done.changed).toHaveLength(200);
    expect(told.some(({ state, done: n }) => state === "running" && n > 0 && n < 3000)).toBe(true);
    // A slice is 6 ms of work.
    expect(longest()).toBeLessThan(7);
  });

  it("says why it failed, and knows only what it began", async () => {
    const { rehearsals } = stage(rows(3));
    const { id } = rehearsals.begin(span, () => Promise.reject(new Refusal("rule_unknown")));
    expect(await rehearsals.ended(id)).toMatchObject({
      state: "failed",
      complaint: { code: "rule_unknown" },
    });
    expect(() => rehearsals.get("reh_nobody0000")).toThrow(new Refusal("rehearsal_unknown"));
  });

  it("where nothing goes now, a policy that asks would ask", async () => {
    const { rehearsals } = stage(rows(5));
    const { id } = rehearsals.begin(span, open(everythingAsks, nothingGoes).open);
    expect((await rehearsals.ended(id)).counts).toMatchObject({ calls: 5, ask: 5 });
  });
});
