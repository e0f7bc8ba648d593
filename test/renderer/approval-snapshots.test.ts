// How the page that asks looks, for each kind of question, against a reference in test/fixtures/approval. A change that is
// meant is written with UPDATE_SNAPSHOTS=1, and read as a diff.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Matter } from "../../electron/core/permission/questions.ts";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open } from "./chromium.ts";
import { startDouble } from "./double.ts";
import { differences } from "./layout-words.ts";
import { lookAtLayout, type Part, written } from "./layout.ts";
import { TOUR } from "./tour.ts";

/** The samples are made from the time of day, which stands still here: before they are loaded, and in the page, too. */
const NOW = vi.hoisted(() => {
  const now = Date.parse("2026-11-28T12:00:00.000Z");
  vi.setSystemTime(now);
  return now;
});

/** Stops of the tour, by what they ask. A new kind of question wants a reference. */
const KINDS: Record<Matter["kind"], readonly string[]> = {
  call: ["ask-call", "ask-destructive", "ask-trifecta", "ask-burst"],
  consent: ["ask-consent"],
  "sign-in": ["ask-sign-in"],
  policy: ["ask-policy"],
  "update-source": ["ask-update-source"],
  rule: ["ask-rule", "ask-rule-removal"],
  labels: ["ask-labels"],
  anomaly: ["ask-anomaly"],
  "tool-changed": ["ask-tool-changed"],
  "account-changed": ["ask-account-changed"],
  page: ["ask-page"],
};
/** Where a yes waits for nothing but its moment. */
const ALIVE = new Set(["ask-call", "ask-burst", "ask-consent", "ask-sign-in", "ask-page"]);
const STOPS = Object.values(KINDS).flat();
const FOLDER = path.resolve(import.meta.dirname, "../fixtures/approval");
const SHOTS = path.resolve(import.meta.dirname, "../../.cache/screenshots");
const UPDATE = process.env["UPDATE_SNAPSHOTS"] === "1";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);

describe.skipIf(!hasChromium)("the look of the page that asks", () => {
  let folder = "";
  let browser: Browser;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    [folder, browser] = await Promise.all([builtRenderer(), launch()]);
  }, 120_000);
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    vi.useRealTimers();
    await browser.close();
  });

  /** Goes to a stop and waits until nothing changes any more. */
  async function visit(name: string, reducedMotion: boolean): Promise<Page> {
    const stop = TOUR.find((one) => one.name === name);
    if (stop === undefined) throw new Error(`the tour has no ${name}`);
    const app = await startDouble(folder, stop.world(), stop.surface);
    closers.push(() => app.close());
    const size = { width: 560, height: 720, theme: "light" } as const;
    const opened = await open(browser, app, { ...size, at: NOW, reducedMotion });
    closers.push(async () => {
      await opened.close();
      expect(opened.faults, "policy violations, console errors or foreign requests").toEqual([]);
    });
    const { page } = opened;
    // The tour waits for the page's clock: here it need not, for the clock runs as fast as it can.
    page.waitForTimeout = (ms) => page.clock.runFor(ms);
    await stop.go(page);
    await page.mouse.move(1, 1);
    await page.evaluate(() => document.fonts.ready.then(() => null));
    await rest(page, ALIVE.has(name));
    return page;
  }

  /** @param alive whether a yes can be given in the end */
  async function rest(page: Page, alive: boolean): Promise<void> {
    let before = "";
    for (let looks = 0; looks < 20; looks++) {
      await page.clock.runFor(600);
      const [moving, dead] = await page.evaluate(() => [
        document.getAnimations().filter(({ playState }) => playState === "running").length,
        document.querySelector(".ask-allow[aria-disabled]") !== null,
      ]);
      const now = JSON.stringify(await page.evaluate(lookAtLayout));
      if (now === before && moving === 0 && !(alive && dead)) return;
      before = now;
    }
    throw new Error("the page does not come to rest");
  }

  /** Fails in words, and leaves a picture behind. */
  async function hold(page: Page, name: string, reference: readonly Part[]): Promise<void> {
    const said = differences(reference, await page.evaluate(lookAtLayout));
    if (said.length === 0) return;
    const file = path.join(SHOTS, `${name}-light-560.png`);
    await page.screenshot({ path: file });
    expect.fail(
      [
        `${name} looks other than its reference:`,
        ...said.map((one) => `  ${one}`),
        `Its picture: ${path.relative(process.cwd(), file)}`,
        "Where that is meant: UPDATE_SNAPSHOTS=1 npx vitest run test/renderer/approval-snapshots.test.ts",
      ].join("\n"),
    );
  }
  const referenceOf = (name: string): Part[] =>
    JSON.parse(readFileSync(path.join(FOLDER, `${name}.json`), "utf8")) as Part[];

  it.each(STOPS)("%s looks as its reference says", async (name) => {
    const page = await visit(name, true);
    const file = path.join(FOLDER, `${name}.json`);
    if (UPDATE) {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(file, written(await page.evaluate(lookAtLayout)));
    }
    if (!existsSync(file)) expect.fail(`${name} has no reference: UPDATE_SNAPSHOTS=1 writes it`);
    await hold(page, name, referenceOf(name));
  });

  it("every reference belongs to a kind of question", () => {
    expect(readdirSync(FOLDER).sort()).toEqual(STOPS.map((name) => `${name}.json`).sort());
  });

  it("says in words what a change of style does, and what a change of text does", async () => {
    const page = await visit("ask-call", true);
    const reference = await page.evaluate(lookAtLayout);
    expect(differences(reference, reference)).toEqual([]);
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        ".ask-head { height: 73px } .ask-allow { background: #b00020 } .ask-keys { font-size: 15px }",
      );
      document.adoptedStyleSheets = [sheet];
      const heading = document.querySelector("h1");
      if (heading !== null) heading.textContent = "Something else";
      document.querySelector(".ask-allow")?.setAttribute("aria-disabled", "true");
      document.querySelector(".ask-left")?.remove();
    });
    await rest(page, false);
    const said = differences(reference, await page.evaluate(lookAtLayout)).join("\n");
    for (const sentence of [
      "header “.ask-head” grew taller by 24 px",
      /heading 1 “.+” reads “Something else” now/,
      /moved down by 24 px; so did \d+ more/,
      /button “Allow once” has another background: #b00020, was #/,
      /button “Allow once” has another state: disabled, was none/,
      /has another font: 15px 400, was 11.5px 400/,
      "timer “<time>” is gone",
    ]) {
      expect(said).toMatch(sentence);
    }
  });

  it.each(["ask-call", "ask-burst"])(
    "%s: nothing flashes or moves by itself, and it is drawn the same again",
    async (name) => {
      const page = await visit(name, false);
      const first = await pictureOf(page);
      for (const ms of [100, 900, 4000]) {
        await page.clock.runFor(ms);
        expect(await unlike(first, await pictureOf(page), name), `${ms} ms later`).toBe(0);
      }
      const again = await visit(name, false);
      expect(await unlike(first, await pictureOf(again), name), "drawn anew").toBe(0);
    },
    40_000,
  );

  interface Picture {
    readonly png: Buffer;
    /** The countdown, which does change: left, top, right, bottom. */
    readonly timer: readonly [number, number, number, number];
  }
  async function pictureOf(page: Page): Promise<Picture> {
    const box = await page.getByRole("timer").boundingBox();
    if (box === null) throw new Error("there is no countdown");
    const timer = [box.x - 1, box.y - 1, box.x + box.width + 1, box.y + box.height + 1] as const;
    return { png: await page.screenshot(), timer };
  }

  /** @returns how many pixels differ outside of the countdown; both pictures are kept where any does */
  async function unlike(a: Picture, b: Picture, name: string): Promise<number> {
    if (a.png.equals(b.png)) return 0;
    const page = await browser.newPage();
    const count = await page.evaluate(
      async ({ pngs, timers }) => {
        const read = async (base64: string): Promise<ImageData> => {
          const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
          const bitmap = await createImageBitmap(blob);
          const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
          if (pen === null) throw new Error("no canvas");
          pen.drawImage(bitmap, 0, 0);
          return pen.getImageData(0, 0, bitmap.width, bitmap.height);
        };
        const [one, two] = await Promise.all([read(pngs[0]), read(pngs[1])]);
        const [words, others] = [one, two].map(({ data }) => new Uint32Array(data.buffer));
        return (words ?? new Uint32Array()).reduce((sum, word, i) => {
          const [x, y] = [i % one.width, Math.floor(i / one.width)];
          const ticks = timers.some(
            ([left, top, right, bottom]) => x >= left && x < right && y >= top && y < bottom,
          );
          return sum + (ticks || word === others?.[i] ? 0 : 1);
        }, 0);
      },
      {
        pngs: [a.png.toString("base64"), b.png.toString("base64")] as const,
        timers: [a.timer, b.timer],
      },
    );
    await page.close();
    if (count > 0) {
      writeFileSync(path.join(SHOTS, `${name}-still-1.png`), a.png);
      writeFileSync(path.join(SHOTS, `${name}-still-2.png`), b.png);
    }
    return count;
  }
});
