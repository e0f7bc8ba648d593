// What a yes covers, in a real Chromium: narrow unless the person widens it, and for one call where data could leave.
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Matter } from "../../electron/core/permission/questions.ts";
import { builtRenderer } from "./build.ts";
import { CHROMIUM, hasChromium, launch, open, type Opened } from "./chromium.ts";
import { type Double, startDouble, type World } from "./double.ts";
import { full, nav, rows } from "./tour-base.ts";
import { asks, subject } from "./tour-policy.ts";

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM} on this machine`);

let folder = "";
let browser: Browser;
let app: Double | null = null;
let opened: Opened | null = null;

async function visit(world: World, surface?: "approval"): Promise<Page> {
  app = await startDouble(folder, world, surface);
  opened = await open(browser, app, { width: 560 });
  return opened.page;
}
const given = (method: string): unknown[] =>
  (app?.world.seen ?? []).filter((one) => one.method === method).map(({ input }) => input);

describe.skipIf(!hasChromium)("what a yes covers", () => {
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

  it("is one call, unless the person opens what is folded away, and there holds to a chosen field", async () => {
    const argumentsText = JSON.stringify({ repo: "acme/app", title: "Crash" });
    const page = await visit(full({ asked: [asks({ argumentsText })] }), "approval");
    await page.getByRole("button", { name: "Allow once" }).waitFor();
    expect(await page.getByLabel("How long").count()).toBe(0);
    await page.getByRole("button", { name: "For longer" }).click();
    await page.getByLabel("How long").click();
    await page.getByRole("option", { name: "Allow for this stretch of work" }).click();
    await page.getByLabel("Covers").click();
    await page.getByRole("option", { name: "Where chosen fields" }).click();
    const allow = page.getByRole("button", { name: "Allow for now" });
    // Nothing is chosen yet: there is nothing to hold to.
    await page.locator(".ask-fields").waitFor();
    await expect.poll(() => allow.getAttribute("title")).toContain("Choose a field");
    await page.getByLabel("repo").check();
    await page.getByLabel("How many more").click();
    await page.getByRole("option", { name: "At most 5 more calls" }).click();
    await expect.poll(() => allow.getAttribute("aria-disabled")).toBeNull();
    await allow.click();
    await page.getByText("Nothing waits for you").waitFor();
    expect(given("questions.answer")).toMatchObject([
      { verdict: { lifetime: "this-run", scope: "fields", fields: ["/repo"], atMost: 5 } },
    ]);
  });

  it("is this call alone where private data could leave, and the page says which calls brought it together", async () => {
    const at = "2026-11-28T12:00:00.000Z";
    const matter: Matter = {
      kind: "call",
      subject: subject({ tool: "post_message", argumentsText: "{}" }),
      rules: ["built-in/lethal-trifecta"],
      trifecta: [
        { label: "private", by: { server: "crm", tool: "read_customer", at } },
        { label: "untrusted", by: { server: "web", tool: "fetch_page", at } },
        { label: "egress", by: null },
      ],
      approvals: 9,
    };
    const page = await visit(full({ asked: [matter] }), "approval");
    await page.getByText("This could carry private data out").waitFor();
    const said = await page.getByRole("alertdialog").innerText();
    expect(said).toMatch(/read_customer on crm[^]+fetch_page on web[^]+this call/);
    for (const name of ["For longer", "Make it a rule"]) {
      expect(await page.getByRole("button", { name }).count(), name).toBe(0);
    }
  });

  it("a suggested label is set with one click, and none by itself", async () => {
    const page = await visit(full());
    await nav(page, "Policy");
    await page.getByRole("tab", { name: "Data flow" }).click();
    const tool = page.getByRole("group", { name: "send_mail" });
    const chip = tool.getByRole("button", { name: "Sends out" });
    expect(await chip.getAttribute("aria-pressed")).toBe("false");
    expect(await chip.innerText()).toContain("suggested");
    await chip.click();
    await expect.poll(() => chip.getAttribute("aria-pressed")).toBe("true");
    expect(given("labels.set")).toMatchObject([{ tool: "send_mail", labels: ["egress"] }]);
  });

  it("the log stands under its runs, and shows one alone", async () => {
    const page = await visit(full());
    await nav(page, "Live log");
    await rows(page);
    await page.getByRole("button", { name: "By run" }).click();
    const only = page.getByRole("button", { name: "Only this" }).last();
    await only.click();
    await page.getByRole("button", { name: "Show all runs" }).waitFor();
    await expect
      .poll(() => given("calls.search").at(-1))
      .toMatchObject({ run: expect.stringMatching(/^run_/) });
  });
});
