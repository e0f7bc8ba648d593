import { describe, expect, it } from "vitest";
import { TourState } from "../../renderer/state/tour-state.ts";
import type { Bridge } from "../../renderer/bridge.ts";
import { tourSteps } from "./sample-identities.ts";

const steps = tourSteps(false);
const event = (n: number) => ({
  type: "tour" as const,
  step: steps[n]!,
  done: n + 1,
  of: steps.length,
});

/** A bridge whose answer to `lab.tour` comes when the test says so. */
function held(): { bridge: Pick<Bridge, "call">; answer: (reply: unknown) => void; calls: number } {
  let answer: (reply: unknown) => void = () => {};
  const state = {
    calls: 0,
    bridge: {
      call() {
        state.calls++;
        return new Promise<never>((done) => (answer = done as typeof answer));
      },
    },
    answer: (reply: unknown) => answer(reply),
  };
  return state;
}

describe("the tour as it goes on", () => {
  it("shows each step as it ends, and ends with the reply", async () => {
    const { bridge, answer } = held();
    const tour = new TourState(bridge);
    const run = tour.run();
    expect(tour.view()).toMatchObject({ state: "running", steps: [], of: null });
    for (const n of steps.keys()) tour.receive(event(n));
    expect(tour.view().steps).toHaveLength(steps.length);
    expect(tour.view().state, "the report has the last word").toBe("running");
    answer({ ok: true, value: { ok: true, steps, ms: 1234 } });
    await run;
    expect(tour.view()).toMatchObject({ state: "done", of: steps.length, ms: 1234, steps });
  });

  it("is asked for once at a time", async () => {
    const lab = held();
    const tour = new TourState(lab.bridge);
    const run = tour.run();
    await tour.run();
    expect(lab.calls).toBe(1);
    lab.answer({ ok: true, value: { ok: true, steps, ms: 1 } });
    await run;
  });

  it("follows a run that was begun elsewhere, and a second one from its beginning", () => {
    const tour = new TourState(held().bridge);
    for (const n of steps.keys()) tour.receive(event(n));
    expect(tour.view()).toMatchObject({ state: "done", of: steps.length });
    tour.receive(event(0));
    expect(tour.view()).toMatchObject({ state: "running" });
    expect(tour.view().steps).toHaveLength(1);
    tour.receive(event(0));
    expect(tour.view().steps, "one step is never there twice").toHaveLength(1);
  });

  it("says why it could not run, and can be run again", async () => {
    const { bridge, answer } = held();
    const tour = new TourState(bridge);
    const run = tour.run();
    answer({ ok: false, error: { code: "lab_failed", sentence: "No.", advice: "Try." } });
    await run;
    expect(tour.view()).toMatchObject({ state: "never", complaint: { code: "lab_failed" } });
  });
});
