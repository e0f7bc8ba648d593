// `lab tour`: the five patterns and the attacks on them, told step by step as they happen.
import type { TourReport, TourStep } from "../contract.ts";
import { cell, type Output, ReaderGone } from "./output.ts";
import { cut, visible } from "./text.ts";
import type { Run } from "./types.ts";

async function showStep(out: Output, step: TourStep, done: number, of: number): Promise<void> {
  const place = `${String(done).padStart(String(of).length)}/${of}`;
  const mark = step.ok ? out.paint("ok    ", "good") : out.paint("FAILED", "bad");
  const margin = " ".repeat(place.length + 10);
  await out.raw(`${place}  ${mark}  ${visible(step.title)}`);
  const found = step.ok ? step.found : `${step.found}, expected ${step.expected}`;
  await out.line(`${margin}${found} (${Math.round(step.ms)} ms)`);
  await out.line(`${margin}${step.why}`);
}

async function showTable(out: Output, { steps, ms }: TourReport): Promise<void> {
  await out.line();
  await out.table(
    ["STEP", "EXPECTED", "FOUND", "OK"],
    steps.map((s) => [
      s.title,
      s.expected,
      cut(s.found, 60),
      cell(s.ok ? "yes" : "NO", s.ok ? "good" : "bad"),
    ]),
  );
  const good = steps.filter((s) => s.ok).length;
  await out.line();
  await out.line(`${good} of ${steps.length} as expected, in ${(ms / 1000).toFixed(1)} s.`);
}

/** A tour that showed nothing proves nothing. */
const asExpected = ({ ok, steps }: TourReport): boolean =>
  ok && steps.length > 0 && steps.every((s) => s.ok);

export const tour: Run = async ({ connect, out }) => {
  const remote = await connect();
  const told = new Map<string, string>();
  // One thing at a time, however fast the events come and however slow the reader is.
  let printing: Promise<void> = Promise.resolve();
  const say = (print: () => Promise<void>): Promise<void> => {
    printing = printing.then(print);
    // Whoever awaits the last of it hears of a reader that has gone.
    printing.catch(() => undefined);
    return printing;
  };
  // Events are hints: what none told of, or what another tour at the same time told otherwise, is told at the end.
  const tellRest = async (all: TourReport): Promise<void> => {
    for (const [i, step] of all.steps.entries()) {
      if (told.get(step.id) !== JSON.stringify(step)) {
        await showStep(out, step, i + 1, all.steps.length);
      }
    }
    await showTable(out, all);
  };
  if (!out.json) {
    const { state } = await remote.call("lab.status", {});
    if (state === "off") {
      void say(() =>
        out.line("The lab is off: it is started for the tour, and stopped afterwards."),
      );
    }
    await remote.watch(
      (event) => {
        if (event.type !== "tour") return;
        const { step, done, of } = event;
        told.set(step.id, JSON.stringify(step));
        void say(() => showStep(out, step, done, of));
      },
      () => {},
    );
  }
  const report = await remote.call("lab.tour", {});
  // What it found stands, whether or not somebody reads to the end: a script relies on the exit code.
  await say(() => out.show(report, tellRest)).catch((error: unknown) => {
    if (!(error instanceof ReaderGone)) throw error;
  });
  return asExpected(report) ? 0 : 1;
};
