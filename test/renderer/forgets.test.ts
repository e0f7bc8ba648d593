// A key that was typed has no further business on the page once the app has it: after the dialog is closed it is not
// in the page's heap (threat 25). Chromium's own buffers are its own; what script can reach is what is looked at.
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { countInHeap } from "../support/heap.ts";
import { builtRenderer } from "./build.ts";
import { hasChromium, launch, open, type Opened } from "./chromium.ts";
import { type Double, startDouble } from "./double.ts";
import { full } from "./tour-base.ts";

// Typed letter by letter, and never in one piece in this page's scripts: what is found was kept by the page.
const TYPED = "typed-5b1f0c93e7d2";

let folder = "";
let browser: Browser;
let app: Double | null = null;
let opened: Opened | null = null;

async function visit(): Promise<Page> {
  app = await startDouble(folder, full());
  opened = await open(browser, app);
  await opened.page.getByRole("navigation").getByRole("button", { name: "Servers" }).click();
  return opened.page;
}
describe.skipIf(!hasChromium)("a key that was typed in the window", () => {
  beforeAll(async () => {
    folder = await builtRenderer();
    browser = await launch();
  }, 60_000);
  afterAll(() => browser.close());
  afterEach(async () => {
    await opened?.close();
    await app?.close();
  });

  it("is held while the dialog is open, which shows that the search finds it", async () => {
    const page = await visit();
    await page.getByRole("button", { name: "Add server" }).click();
    await page.getByLabel("Key", { exact: true }).pressSequentially(TYPED);
    expect(await countInHeap(page, TYPED)).toBeGreaterThan(0);
  });

  it("is gone after the dialog was given up", async () => {
    const page = await visit();
    await page.getByRole("button", { name: "Add server" }).click();
    await page.getByLabel("Key", { exact: true }).pressSequentially(TYPED);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    expect(await countInHeap(page, TYPED)).toBe(0);
  });
});
