// Every screen in a language that nobody speaks, two fifths longer than English, and once more from right to left: all that
// is read comes from the catalogue, nothing is cut, and the layout turns round.
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { words } from "../../renderer/words.ts";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open } from "./chromium.ts";
import { startDouble } from "./double.ts";
import { lookOver } from "./looked-over.ts";
import { full } from "./tour-base.ts";
import { identified } from "./tour-identities.ts";
import { asks } from "./tour-policy.ts";

/** Every plain text of the catalogue. */
function texts(node: unknown): string[] {
  if (typeof node === "string") return [node];
  if (typeof node !== "object" || node === null) return [];
  return Object.values(node).flatMap(texts);
}
const CATALOGUE = new Set(texts(words).filter((text) => /\p{L}{3}/u.test(text)));

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);
describe.skipIf(!hasChromium)("every screen in the language that nobody speaks", () => {
  let folder = "";
  let browser: Browser;
  beforeAll(async () => {
    [folder, browser] = await Promise.all([builtRenderer(), launch()]);
  }, 120_000);
  afterAll(() => browser.close());

  /** What is wrong with the page as it stands: at both widths, in both directions. */
  async function faultsOf(page: Page, name: string, data: () => string): Promise<string[]> {
    const faults: string[] = [];
    for (const dir of ["ltr", "rtl"] as const) {
      for (const width of [1280, 480]) {
        await page.setViewportSize({ width, height: 800 });
        const seen = await page.evaluate(lookOver, dir);
        const say = (what: string): void => void faults.push(`${name} ${dir} ${width}: ${what}`);
        if (seen.overflow > 0) say(`${seen.overflow} px wider than the page`);
        if (width === 1280 && seen.navOn !== null) {
          const side = dir === "ltr" ? "left" : "right";
          if (seen.navOn !== side) say(`the navigation is not on the ${side}`);
        }
        for (const one of seen.cut) say(`cut: ${one}`);
        if (dir !== "ltr" || width !== 1280) continue;
        for (const one of seen.plain) {
          const known = (text: string): boolean =>
            data().includes(JSON.stringify(text).slice(1, -1));
          // A command is shown in one line, and comes in pieces.
          const isData = known(one) || (/ -/.test(one) && one.split(" ").every(known));
          if (!isData && (CATALOGUE.has(one) || /\p{L}{2,}\s+\p{L}{2,}/u.test(one))) {
            say(`not from the catalogue: ${one}`);
          }
        }
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    return faults;
  }

  it("says nothing that is not in the catalogue, cuts nothing, and turns round", async () => {
    const world = identified();
    const app = await startDouble(folder, world);
    const opened = await open(browser, app, { url: app.link().replace("/#", "/?locale=pseudo#") });
    const { page } = opened;
    let data = JSON.stringify(world);
    const pending: Promise<unknown>[] = [];
    page.on("response", (response) => {
      if (response.request().resourceType() !== "fetch" || response.url().endsWith("/events"))
        return;
      pending.push(response.text().then((text) => (data += text)));
    });
    try {
      const screens = page.locator("nav .nav-item");
      await screens.first().waitFor();
      const faults: string[] = [];
      const count = await screens.count();
      expect(count).toBe(10);
      for (let i = 0; i < count; i++) {
        await screens.nth(i).click();
        const heading = page.locator("main h1");
        await heading.first().waitFor();
        await page.locator(".waiting-list, .skeleton").first().waitFor({ state: "detached" });
        await Promise.allSettled(pending);
        faults.push(
          ...(await faultsOf(page, (await heading.first().textContent()) ?? "", () => data)),
        );
      }
      expect(faults).toEqual([]);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
      await app.close();
    }
  }, 60_000);

  it("draws the lab's tour in it, and its two cards with what they found", async () => {
    const world = full({ lab: "on" });
    const app = await startDouble(folder, world);
    const opened = await open(browser, app, { url: app.link().replace("/#", "/?locale=pseudo#") });
    const { page } = opened;
    let data = JSON.stringify(world);
    page.on("response", (response) => {
      if (response.request().resourceType() !== "fetch" || response.url().endsWith("/events"))
        return;
      void response.text().then((text) => (data += text));
    });
    try {
      await page.locator("nav .nav-item").nth(7).click();
      await page.locator(".tour-head button").click();
      await page.locator(".tour .summary").waitFor();
      // An exchange, another company, a theft: four lanes, five, and a way past.
      for (const step of [3, 4, 7]) await page.locator(".tour-line").nth(step).click();
      for (const bench of await page.locator(".bench").all()) {
        await bench.locator(".bench-form > button").click();
        await bench.locator(".bench-found").waitFor();
      }
      expect(await page.locator(".diagram").count()).toBe(3);
      expect(await faultsOf(page, "lab", () => data)).toEqual([]);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
      await app.close();
    }
  }, 60_000);

  it("asks in it as well", async () => {
    const app = await startDouble(folder, full({ asked: [asks()] }), "approval");
    const opened = await open(browser, app, { url: app.link().replace("/#", "/?locale=pseudo#") });
    const { page } = opened;
    try {
      await page.getByRole("alertdialog").waitFor();
      expect(await faultsOf(page, "question", () => JSON.stringify(asks()))).toEqual([]);
      expect(opened.faults).toEqual([]);
    } finally {
      await opened.close();
      await app.close();
    }
  }, 30_000);
});
