// Walks stops of the tour in a real Chromium: photographs each in both themes, asks axe about it, and holds it to 480 pixels.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type axe from "axe-core";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, oneTab, type Opened } from "./chromium.ts";
import { type Double, startDouble } from "./double.ts";
import type { Stop } from "./tour-base.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const SHOTS = path.resolve(import.meta.dirname, "../../.cache/screenshots");

/** Fading in is not a contrast fault: waits for what moves, for at most half a second, and for one frame more. */
const still = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);
    await frame();
    await Promise.race([
      Promise.allSettled(document.getAnimations().map(({ finished }) => finished)),
      // What turns for ever, or waits for a page that is not in front, never finishes.
      new Promise((done) => setTimeout(done, 500)),
    ]);
    await frame();
  });
/** A list whose rows are measured is drawn again after a change of width: waits until nothing was for 100 ms. */
const drawn = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    await new Promise<void>((done) => {
      let quiet = setTimeout(done, 100);
      setTimeout(done, 1000);
      new MutationObserver(() => {
        clearTimeout(quiet);
        quiet = setTimeout(done, 100);
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
  });
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** What axe finds, one line a rule. The second theme changes colours alone, so it is asked about those alone. */
async function violations(page: Page, rules: "all" | "colours"): Promise<string> {
  // Through the debugger, not through the page: its policy would rightly refuse a foreign script.
  if (rules === "all") await page.evaluate(AXE);
  const { violations: found } = await page.evaluate<axe.AxeResults, string>(
    (which) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        resultTypes: ["violations"],
        ...(which === "colours" && { runOnly: ["color-contrast"] }),
        // An open menu lies outside every landmark by nature, and nothing else can be reached meanwhile.
        rules: {
          ...(which === "all" && {
            region: { enabled: document.querySelector("[role=menu], [role=listbox]") === null },
          }),
        },
      }),
    rules,
  );
  return found
    .map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html.slice(0, 200)).join(" | ")}`)
    .join("\n");
}

/** One test for each stop. Every file that calls this has a Chromium of its own. */
export function walk(name: string, stops: readonly Stop[]): void {
  if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);
  describe.skipIf(!hasChromium)(name, () => {
    let folder = "";
    let browser: Browser;
    let visit: (app: Double) => Promise<Opened>;
    beforeAll(async () => {
      mkdirSync(SHOTS, { recursive: true });
      [folder, browser] = await Promise.all([builtRenderer(), launch()]);
      // What moves is no part of what is judged here, and is not waited for.
      visit = oneTab(browser, { reducedMotion: true });
    }, 120_000);
    afterAll(() => browser.close());

    it.each(stops.map((stop) => [stop.name, stop] as const))(
      "%s is accessible in both themes and fits 480 pixels",
      async (shot, stop) => {
        const app = await startDouble(folder, stop.world(), stop.surface);
        const opened = await visit(app);
        const { page } = opened;
        try {
          await stop.go(page);
          let before: Buffer = Buffer.alloc(0);
          for (const theme of ["light", "dark"] as const) {
            await page.emulateMedia({ colorScheme: theme });
            await still(page);
            let picture = await page.screenshot();
            // A busy machine may have drawn the theme of before once more.
            for (let i = 0; i < 20 && picture.equals(before); i++) {
              await page.waitForTimeout(50);
              picture = await page.screenshot();
            }
            expect(picture.equals(before), "both themes look the same").toBe(false);
            writeFileSync(path.join(SHOTS, `${shot}-${theme}-1280.png`), picture);
            before = picture;
            expect(await violations(page, theme === "light" ? "all" : "colours"), theme).toBe("");
          }
          await page.setViewportSize({ width: 480, height: 800 });
          await drawn(page);
          await still(page);
          await page.screenshot({ path: path.join(SHOTS, `${shot}-dark-480.png`) });
          expect(await overflow(page)).toBeLessThanOrEqual(0);
        } finally {
          await opened.close();
          await app.close();
        }
        expect(opened.faults, "policy violations, console errors or foreign requests").toEqual([]);
      },
      40_000,
    );
  });
}
