import { describe, expect, it } from "vitest";
import type { Bridge } from "../../renderer/bridge.ts";
import { Feed, PAGE } from "../../renderer/state/feed.ts";
import { MAX_ROWS, NO_FILTER } from "../../renderer/state/rows.ts";
import type { CallRow } from "../../electron/core/journal.ts";
import { sampleCalls } from "./sample.ts";

interface Asked {
  readonly input: { before?: number; outcome?: string[]; text?: string };
  readonly answer: (rows: readonly CallRow[]) => Promise<void>;
  readonly fail: () => Promise<void>;
}

/** A feed whose frames and answers come when the test says so. */
function bench(): { feed: Feed; asked: Asked[]; frame: () => void; frames: () => number } {
  const asked: Asked[] = [];
  const work: (() => void)[] = [];
  let drawn = 0;
  const call = ((_: string, input: Asked["input"]) =>
    new Promise((done) => {
      const settle = async (reply: unknown): Promise<void> => {
        done(reply);
        await new Promise((next) => setTimeout(next, 0));
      };
      asked.push({
        input,
        answer: (rows) =>
          settle({
            ok: true,
            value: { rows: [...rows].reverse(), matched: rows.length, matchedIsFloor: false },
          }),
        fail: () =>
          settle({ ok: false, error: { code: "internal", sentence: "s", advice: "a", facts: {} } }),
      });
    })) as unknown as Bridge["call"];
  const feed = new Feed({ call }, (job) => work.push(job));
  return {
    feed,
    asked,
    frame() {
      drawn += work.length;
      for (const job of work.splice(0)) job();
    },
    frames: () => drawn,
  };
}

const ALL = sampleCalls(1000, 1_800_000_000_000);
const upTo = (to: number, count = PAGE): CallRow[] => ALL.slice(Math.max(0, to - count), to);

describe("the feed of the log", () => {
  it("puts many events in with one change a frame", async () => {
    const { feed, asked, frame, frames } = bench();
    void feed.reload();
    await asked[0]!.answer(upTo(600));
    let changes = 0;
    feed.subscribe(() => changes++);
    for (const row of ALL.slice(600, 700)) feed.receive([row]);
    expect(changes).toBe(0);
    frame();
    expect([changes, frames()]).toEqual([1, 1]);
    expect(feed.view().rows.at(-1)?.seq).toBe(700);
    expect(feed.view().arrivals).toBe(100);
  });

  it("keeps what happened while the first page was on its way", async () => {
    const { feed, asked, frame } = bench();
    void feed.reload();
    feed.receive(ALL.slice(600, 605));
    frame();
    expect(feed.view().rows).toEqual([]);
    await asked[0]!.answer(upTo(602));
    expect(feed.view().rows.at(-1)?.seq).toBe(605);
    expect(feed.view().rows).toHaveLength(PAGE + 3);
  });

  it("does not let a slow page undo the end of a call", async () => {
    const { feed, asked, frame } = bench();
    void feed.reload();
    await asked[0]!.answer(upTo(600));
    void feed.reload();
    feed.receive([ALL[599]!]);
    frame();
    await asked[1]!.answer([...upTo(599), { ...ALL[599]!, outcome: "pending", totalMs: null }]);
    feed.receive([ALL[599]!]);
    frame();
    expect(feed.view().rows.at(-1)?.outcome).toBe(ALL[599]!.outcome);
  });

  it("holds calls while paused, and says how many", async () => {
    const { feed, asked, frame } = bench();
    void feed.reload();
    await asked[0]!.answer(upTo(600));
    feed.pause();
    feed.receive(ALL.slice(600, 640));
    frame();
    expect([feed.view().rows.at(-1)?.seq, feed.view().held]).toEqual([600, 40]);
    feed.resume();
    expect([feed.view().rows.at(-1)?.seq, feed.view().held]).toEqual([640, 0]);
  });

  it("does not grow without end while paused", async () => {
    const { feed, asked, frame } = bench();
    void feed.reload();
    await asked[0]!.answer([]);
    feed.pause();
    for (let i = 0; i < 25; i++)
      feed.receive(sampleCalls(1000, 1_800_000_000_000, i, 1 + i * 1000));
    frame();
    expect(feed.view().held).toBe(MAX_ROWS);
    feed.resume();
    expect(feed.view().rows).toHaveLength(MAX_ROWS);
    expect(feed.view().rows.at(-1)?.seq).toBe(25_000);
  });

  it("asks for older pages by position, one at a time, to the beginning", async () => {
    const { feed, asked } = bench();
    void feed.reload();
    await asked[0]!.answer(upTo(450));
    void feed.loadOlder();
    void feed.loadOlder();
    expect(asked).toHaveLength(2);
    expect(asked[1]!.input.before).toBe(251);
    await asked[1]!.answer(upTo(250));
    void feed.loadOlder();
    await asked[2]!.answer(upTo(50));
    expect(feed.view().rows).toHaveLength(450);
    expect(feed.view().hasOlder).toBe(false);
    void feed.loadOlder();
    expect(asked).toHaveLength(3);
  });

  it("says that older calls could not be loaded, and can be asked again", async () => {
    const { feed, asked } = bench();
    void feed.reload();
    await asked[0]!.answer(upTo(450));
    void feed.loadOlder();
    await asked[1]!.fail();
    expect(feed.view()).toMatchObject({ olderFailed: true, loadingOlder: false });
    void feed.loadOlder();
    expect(asked).toHaveLength(3);
  });

  it("drops the answer to a filter that is no longer set", async () => {
    const { feed, asked } = bench();
    feed.setFilter({ ...NO_FILTER, text: "first" });
    feed.setFilter({ ...NO_FILTER, outcome: ["denied"] });
    await asked[1]!.answer(ALL.filter((row) => row.outcome === "denied"));
    await asked[0]!.answer(upTo(600));
    expect(feed.view().rows.every((row) => row.outcome === "denied")).toBe(true);
    expect(asked[1]!.input).toMatchObject({ outcome: ["denied"] });
  });

  it("takes in only what matches, and lets go what no longer does", async () => {
    const { feed, asked, frame } = bench();
    feed.setFilter({ ...NO_FILTER, outcome: ["pending"] });
    await asked[0]!.answer([]);
    const row = ALL[0]!;
    feed.receive([{ ...row, outcome: "pending" }]);
    frame();
    expect(feed.view().rows).toHaveLength(1);
    feed.receive([{ ...row, outcome: "ok" }]);
    frame();
    expect(feed.view().rows).toHaveLength(0);
  });

  it("tells of refusals, also of those that a filter hides", async () => {
    const { feed, asked } = bench();
    feed.setFilter({ ...NO_FILTER, outcome: ["ok"] });
    await asked[0]!.answer([]);
    const heard: CallRow[] = [];
    feed.onRefusals((rows) => heard.push(...rows));
    feed.receive([
      { ...ALL[0]!, outcome: "denied" },
      { ...ALL[1]!, outcome: "ok" },
    ]);
    expect(heard.map((row) => row.seq)).toEqual([1]);
  });
});
