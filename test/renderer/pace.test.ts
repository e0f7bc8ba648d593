// However many calls stream in, half of the time stays free: after a long frame, nothing is put in for as long again.
import { describe, expect, it } from "vitest";
import { paced } from "../../renderer/state/feed.ts";

function bench() {
  let now = 0;
  const frames: (() => void)[] = [];
  const timers: { at: number; work: () => void }[] = [];
  const schedule = paced(
    (work) => void frames.push(work),
    (work, ms) => void timers.push({ at: now + ms, work }),
    () => now,
  );
  return {
    schedule,
    /** Time goes on by `ms`, then a frame is drawn. */
    frame: (ms: number): void => {
      now += ms;
      for (const timer of timers.splice(0)) {
        if (timer.at <= now) timer.work();
        else timers.push(timer);
      }
      for (const work of frames.splice(0)) work();
    },
  };
}

it("puts rows in at every frame while frames are short", () => {
  const { schedule, frame } = bench();
  let done = 0;
  for (let i = 0; i < 10; i++) {
    schedule(() => void done++);
    frame(16);
  }
  expect(done).toBe(10);
});

it("leaves as much time as the last rows took, and no more", () => {
  const { schedule, frame } = bench();
  let done = 0;
  schedule(() => void done++);
  frame(16);
  // The frame after it came 200 ms later: that is what the rows cost.
  frame(200);
  schedule(() => void done++);
  for (let i = 0; i < 10; i++) frame(16);
  expect(done).toBe(1);
  for (let i = 0; i < 4; i++) frame(16);
  expect(done).toBe(2);
  // The next ones are quick again.
  frame(16);
  schedule(() => void done++);
  frame(16);
  expect(done).toBe(3);
});

describe("rows that stream in", () => {
  /** Looks of a sixtieth of a second, each with that many new rows, for so many seconds. @returns how often some were put in */
  const stream = (rows: number, seconds: number): number => {
    const { schedule, frame } = bench();
    let [done, waiting, held] = [0, false, 0];
    for (let i = 0; i < 60 * seconds; i++) {
      held += rows;
      if (!waiting) {
        waiting = true;
        // As the feed does: one at a time, with all that has come meanwhile.
        schedule(() => {
          [waiting, done] = [false, done + 1];
          const put = held;
          held = 0;
          return put;
        });
      }
      frame(1000 / 60);
    }
    return done;
  };

  it("are put in ten times a second", () => {
    expect(stream(1, 3)).toBeGreaterThanOrEqual(21);
    expect(stream(1, 3)).toBeLessThanOrEqual(30);
  });

  it("are put in four times a second where they are more than anybody reads", () => {
    expect(stream(17, 3)).toBeGreaterThanOrEqual(10);
    expect(stream(17, 3)).toBeLessThanOrEqual(13);
  });

  it("are put in at once after a pause", () => {
    const { schedule, frame } = bench();
    const done: number[] = [];
    for (const row of [1, 2]) {
      schedule(() => done.push(row) && 1);
      frame(16);
      expect(done).toHaveLength(row);
      for (let i = 0; i < 8; i++) frame(16);
    }
  });
});
