// However many calls stream in, half of the time stays free: after a long frame, nothing is put in for as long again.
import { expect, it } from "vitest";
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

it("puts a burst in ten times a second, and single rows at once again after it", () => {
  const { schedule, frame } = bench();
  let done = 0;
  let waiting = false;
  /** As the feed does: one at a time. */
  const put = (rows: number): void => {
    if (waiting) return;
    waiting = true;
    schedule(() => {
      waiting = false;
      done++;
      return rows;
    });
  };
  for (let i = 0; i < 60; i++) {
    put(17);
    frame(1000 / 60);
  }
  expect(done).toBeGreaterThanOrEqual(7);
  expect(done).toBeLessThanOrEqual(10);
  // What still waits of it is put in, and its rest goes by.
  frame(200);
  frame(200);
  done = 0;
  for (let i = 0; i < 5; i++) {
    put(1);
    frame(16);
  }
  expect(done).toBe(5);
});
