// The lab in the real window: one button, then the tour, every step as it should be.
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppWindow, openApp, root } from "./window.ts";

let desktop: AppWindow;
beforeAll(async () => {
  desktop = await openApp();
});
afterAll(() => desktop.stop());

describe("the lab in the real window", () => {
  it("starts at a click, and its tour goes as it should", async () => {
    const { page } = desktop;
    await page.getByRole("navigation").getByRole("button", { name: "Lab" }).click();
    await page.getByRole("button", { name: "Start the lab" }).click();
    await page.getByRole("button", { name: "Run the tour" }).click({ timeout: 30_000 });
    await page.getByText(/^All \d+ steps went as expected/).waitFor({ timeout: 45_000 });
    await page.screenshot({ path: path.join(root, ".cache/screenshots/app-lab-tour.png") });
    await page.getByRole("button", { name: "A stolen bound token" }).click();
    await page.getByRole("list", { name: "Who sends what to whom" }).waitFor();
    await page.screenshot({ path: path.join(root, ".cache/screenshots/app-lab-diagram.png") });
    await page.getByRole("button", { name: "Look into it" }).click();
    await page.getByText("cnf.x5t#S256").waitFor();
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("payroll refused").waitFor();
    await page.getByText("payroll refused").scrollIntoViewIfNeeded();
    await page.screenshot({ path: path.join(root, ".cache/screenshots/app-lab-bench.png") });
    expect(await page.content()).not.toContain("eyJ");
    await page.getByRole("navigation").getByRole("button", { name: "Live log" }).click();
    await page.getByRole("row").filter({ hasText: "read_balance" }).first().click();
    await page.getByText("Auth evidence").first().waitFor();
    await page.screenshot({ path: path.join(root, ".cache/screenshots/app-evidence.png") });
    expect(desktop.errors()).not.toMatch(/PRIVATE KEY|eyJ/);
  });
});
