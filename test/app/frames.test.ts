// The live log while calls stream in, in a real window: sixty frames a second is what a screen shows, and what comes in may
// not take them away. Each call is two events, as it begins and as it ends. The drawing is the machine's; how much there is
// to do for it is ours, so frames are held against those of the same window at rest.
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sampleCalls } from "../renderer/sample.ts";
import { type AppWindow, openApp } from "./window.ts";

let desktop: AppWindow;

beforeAll(async () => {
  desktop = await openApp();
  const { page } = desktop;
  await page.getByRole("navigation").getByRole("button", { name: "Live log", exact: true }).click();
  await prepare(1, 600);
  await stream(3000);
  await page.locator("#call-600").waitFor();
}, 60_000);
afterAll(() => desktop?.stop());

/** Brings calls to where they are sent from, so that the window is measured and not the way of the test. */
function prepare(firstSeq: number, count: number): Promise<void> {
  const rows = sampleCalls(count, Date.now(), 9, firstSeq);
  return desktop.app.evaluate((_, rows) => void Reflect.set(globalThis, "calls", rows), rows);
}

/** Sends them into the window as the core does, `rate` a second, and returns when the last one is on its way. */
function stream(rate: number): Promise<void> {
  return desktop.app.evaluate(({ BrowserWindow }, rate) => {
    const rows = Reflect.get(globalThis, "calls") as { outcome: string }[];
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    const send = (some: typeof rows): void =>
      contents?.send("countersign:event", JSON.stringify({ type: "calls", rows: some }));
    return new Promise<void>((done) => {
      const began = Date.now();
      let sent = 0;
      const timer = setInterval(() => {
        const due = Math.min(rows.length, Math.floor(((Date.now() - began) * rate) / 1000));
        const some = rows.slice(sent, due);
        sent = due;
        if (some.length > 0) {
          send(some.map((row) => ({ ...row, outcome: "pending", code: null, totalMs: null })));
          send(some);
        }
        if (sent < rows.length) return;
        clearInterval(timer);
        done();
      }, 10);
    });
  }, rate);
}

interface Frames {
  /** Milliseconds between one frame and the next, in order of size. */
  readonly gaps: readonly number[];
  /** How often rows were put in, and how many elements of rows were made for it. */
  readonly changes: number;
  readonly made: number;
}

async function framesWhile(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(() => {
    const seen = { on: true, at: [] as number[], changes: 0, made: 0 };
    Reflect.set(globalThis, "seen", seen);
    const tick = (at: number): void => {
      seen.at.push(at);
      if (seen.on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    const rows = document.querySelector("[role=grid] .log-rows");
    if (rows === null) throw new Error("there is no log");
    new MutationObserver((changes) => {
      if (changes.some(({ type }) => type === "attributes")) seen.changes++;
      for (const { addedNodes } of changes) seen.made += addedNodes.length;
    }).observe(rows, { attributes: true, childList: true });
  });
  await work();
  return page.evaluate(() => {
    const seen = Reflect.get(globalThis, "seen") as Omit<Frames, "gaps"> & {
      on: boolean;
      at: number[];
    };
    seen.on = false;
    const gaps = seen.at.slice(1).map((at, i) => at - (seen.at[i] ?? at));
    return { gaps: gaps.sort((a, b) => a - b), changes: seen.changes, made: seen.made };
  });
}

const part = (gaps: readonly number[], share: number): number =>
  gaps[Math.floor(gaps.length * share)] ?? Number.NaN;

const mean = (gaps: readonly number[]): number => gaps.reduce((a, b) => a + b, 0) / gaps.length;

const SECONDS = 3;

it.each([
  ["a hundred calls", 100, 10_000, false],
  ["a thousand calls", 1000, 20_000, false],
  ["a thousand calls, under their runs,", 1000, 30_000, true],
])(
  "draws on while %s a second stream in",
  async (_, rate, firstSeq, grouped) => {
    const { page } = desktop;
    if (grouped) await page.getByRole("button", { name: "By run" }).click();
    const rest = await framesWhile(page, () => page.waitForTimeout(2000));
    await prepare(firstSeq, rate * SECONDS);
    const busy = await framesWhile(page, () => stream(rate));
    const figures = [rest, busy].map(
      ({ gaps }) =>
        `${part(gaps, 0.5).toFixed(1)} ms between frames (median), ${part(gaps, 0.95).toFixed(1)} (95 %)`,
    );
    console.log(
      `${rate} calls/s: at rest ${figures[0]}; while they come ${figures[1]}, ` +
        `${(1000 / mean(busy.gaps)).toFixed(0)} frames/s, rows put in ${busy.changes} times`,
    );
    // What is ours: few looks a second, and elements that go from old rows to new ones.
    expect(busy.changes).toBeLessThanOrEqual((rate > 300 ? 5 : 11) * SECONDS);
    expect(busy.made).toBeLessThan(rate * SECONDS);
    // Most frames come as they do at rest, on whatever machine this is.
    expect(part(busy.gaps, 0.5)).toBeLessThan(part(rest.gaps, 0.5) * 1.5);
    // And nobody waits long for the newest.
    await page.locator(`#call-${firstSeq + rate * SECONDS - 1}`).waitFor({ timeout: 1000 });
  },
  60_000,
);
