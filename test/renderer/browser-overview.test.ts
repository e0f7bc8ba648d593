// The overview in a real Chromium, by keyboard: its plots can be walked, read, and lead to their calls.
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open, type Opened } from "./chromium.ts";
import { type Double, startDouble, type World } from "./double.ts";
import { sampleCalls } from "./sample.ts";
import { full, nav } from "./tour-base.ts";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);

let folder = "";
let browser: Browser;
let app: Double | null = null;
let opened: Opened | null = null;

async function visit(world: World): Promise<Page> {
  app = await startDouble(folder, world);
  opened = await open(browser, app, { width: 1280 });
  return opened.page;
}
const asked = (method: string): Record<string, unknown>[] =>
  (app?.world.seen ?? [])
    .filter((one) => one.method === method)
    .map(({ input }) => input as Record<string, unknown>);

describe.skipIf(!hasChromium)("the overview in Chromium", () => {
  beforeAll(async () => {
    [folder, browser] = await Promise.all([builtRenderer(), launch()]);
  }, 120_000);
  afterAll(() => browser.close());
  afterEach(async () => {
    const faults = opened?.faults ?? [];
    await opened?.close();
    await app?.close();
    opened = app = null;
    expect(faults, "policy violations, console errors or foreign requests").toEqual([]);
  });

  it("walks the bars by keyboard and opens the calls of one in the log", async () => {
    const page = await visit(full());
    const plot = page.getByRole("group", { name: "Calls over time" });
    // One stop for the whole plot, at its newest bar; the arrows go on from there.
    const bars = plot.getByRole("button");
    await bars.last().focus();
    await page.keyboard.press("ArrowLeft");
    const label = (await plot.locator(":focus").getAttribute("aria-label")) ?? "";
    expect(label).toMatch(/^\d\d:00–\d\d:00: [\d,]+ allowed/);
    expect(await plot.locator("[tabindex='0']").count()).toBe(1);
    await page.getByText(label, { exact: true }).waitFor();
    await page.keyboard.press("Home");
    expect(await bars.first().evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.getByRole("grid").getByRole("row").nth(3).waitFor();
    const { from, until } = asked("calls.search").at(-1) ?? {};
    expect(Number(until) - Number(from)).toBe(3_600_000);
    // Days and hours begin where the person's do: the page's zone is handed in.
    expect(asked("calls.statistics")[0]).toMatchObject({ range: "day", offsetMinutes: 60 });
    await page.getByRole("button", { name: "Show all times" }).click();
    await expect.poll(() => asked("calls.search").at(-1)).not.toHaveProperty("from");
  });

  it("asks for the range that a person picks, and filters the log by who called", async () => {
    const page = await visit(full());
    await page.getByRole("radio", { name: "Day", exact: true }).focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => asked("calls.statistics").at(-1)).toMatchObject({ range: "week" });
    await page.getByRole("button", { name: /^Claude Code/ }).press("Enter");
    await page.getByRole("grid").waitFor();
    const search = asked("calls.search").at(-1);
    expect(search).toMatchObject({ agentId: "agt_sample100" });
    expect(Number(search?.["until"]) - Number(search?.["from"])).toBe(7 * 86_400_000);
    await nav(page, "Overview");
    await page.getByRole("button", { name: /^Denied/ }).press("Enter");
    await page.getByRole("grid").waitFor();
    expect(asked("calls.search").at(-1)).toMatchObject({ outcome: ["denied"] });
  });

  it("keeps up with calls while it is looked at, and moves nothing when it comes", async () => {
    const world = full();
    const page = await visit(world);
    const total = page.getByRole("button", { name: /^Calls \d/ });
    await total.waitFor();
    const before = await total.innerText();
    const place = await page.getByRole("heading", { name: "By agent" }).boundingBox();
    app?.push(sampleCalls(40, Date.now(), 5, 10_001));
    await expect.poll(() => total.innerText(), { timeout: 10_000 }).not.toBe(before);
    expect(await page.getByRole("heading", { name: "By agent" }).boundingBox()).toEqual(place);
  });
});
