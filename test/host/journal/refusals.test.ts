import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RefusalWindow } from "../../../electron/host/journal/refusals.ts";
import { ended, eventually, folder, intent, opened } from "./kit.ts";

/** Something that the front door turned away before it knew who knocked. */
const nobody = { tenant: null, agentId: null, agentName: null, authMethod: null, serverId: null };
const door = (n: number, tool: string | null = null) => ({
  record: intent(n, {
    ...nobody,
    kind: "refusal",
    decision: "deny",
    method: null,
    tool,
    input: null,
  }),
  end: ended({ outcome: "denied", code: "agent_credential_unknown", httpStatus: 401 }),
});

describe("a flood of refusals", () => {
  test("of one kind is one row a second, and its count is right", async () => {
    let now = 5000;
    const clock = { now: () => Date.now(), monotonic: () => now };
    const journal = opened(path.join(folder(), "journal.db"), clock);
    for (let n = 0; n < 10_000; n++) {
      if (n === 4000) now += 1000;
      const { record, end } = door(n);
      journal.refused(record, end);
      if (n === 10) journal.flush();
    }
    journal.flush();
    const rows = journal.search({ code: "agent_credential_unknown", limit: 10 }).rows;
    expect(rows.map((row) => row.count)).toEqual([6000, 4000]);
    expect(rows.map((row) => [row.kind, row.outcome])).toEqual([
      ["refusal", "denied"],
      ["refusal", "denied"],
    ]);
  });

  test("that differ in all they can is a bounded number of rows, and none is left uncounted", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    const began = performance.now();
    for (let n = 0; n < 10_000; n++) {
      const { record, end } = door(n, `path-${n}`);
      journal.refused(record, end);
    }
    const seconds = Math.ceil((performance.now() - began) / 1000);
    journal.flush();
    const rows = journal.search({ limit: 500 }).rows;
    expect(rows.length).toBeLessThanOrEqual(33 * seconds);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(10_000);
  });

  test("is told in the journal without a flush", async () => {
    const journal = opened(path.join(folder(), "journal.db"));
    for (let n = 0; n < 50; n++) journal.refused(door(n).record, door(n).end);
    await eventually(() => journal.search({ limit: 10 }).rows[0]?.count === 50);
    journal.refused(door(60).record, door(60).end);
    await eventually(() => {
      const { rows } = journal.search({ limit: 10 });
      return rows.reduce((sum, row) => sum + row.count, 0) === 51;
    });
  });
});

test("refusals are counted each exactly once, whatever comes in whatever order", () => {
  const step = fc.record({ tool: fc.nat(60), wait: fc.constantFrom(0, 0, 0, 10, 400, 1000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      let now = 0;
      const window = new RefusalWindow({ now: () => now, monotonic: () => now });
      const rows = new Set(
        steps.map(({ tool, wait }) => {
          now += wait;
          const { record, end } = door(now, `t${tool}`);
          return window.add(record, end);
        }),
      );
      const total = [...rows].reduce((sum, row) => sum + row.count, 0);
      expect(total).toBe(steps.length);
      expect(rows.size).toBeLessThanOrEqual(33 * (Math.floor(now / 1000) + 1));
    }),
  );
});
