// The stops of the lab and its tour.
import { full, nav, type Stop } from "./tour-base.ts";

export const LAB_STOPS: readonly Stop[] = [
  {
    name: "lab-off",
    world: full,
    async go(page) {
      await nav(page, "Lab");
      await page.getByRole("button", { name: "Start the lab" }).waitFor();
    },
  },
  {
    name: "lab-starting",
    world: () => full({ labMs: 60_000 }),
    async go(page) {
      await nav(page, "Lab");
      await page.getByRole("button", { name: "Start the lab" }).click();
      await page.getByText("Starting the practice company").waitFor();
    },
  },
  {
    name: "lab-on",
    world: () => full({ lab: "on" }),
    async go(page) {
      await nav(page, "Lab");
      await page.getByText("The practice company is running").waitFor();
    },
  },
  {
    name: "lab-tour-running",
    world: () => full({ lab: "on", labMs: 900 }),
    async go(page) {
      await nav(page, "Lab");
      await page.getByRole("button", { name: "Run the tour" }).click();
      await page.getByText("Step 3 of 9 is done").waitFor();
    },
  },
  {
    name: "lab-tour-done",
    world: () => full({ lab: "on" }),
    async go(page) {
      await nav(page, "Lab");
      await page.getByRole("button", { name: "Run the tour" }).click();
      await page.getByText("All 9 steps went as expected").waitFor();
      await page.getByText("All 9 steps went as expected").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "lab-tour-wrong",
    world: () => full({ lab: "on", tourWrong: true }),
    async go(page) {
      await nav(page, "Lab");
      await page.getByRole("button", { name: "Run the tour" }).click();
      await page.getByText("1 of 9 steps did not go").waitFor();
      await page.getByText("Expected: refused (401)").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "lab-decode",
    world: () => full({ lab: "on" }),
    async go(page) {
      await nav(page, "Lab");
      await page.getByRole("button", { name: "Look into it" }).click();
      await page.getByText("Thumbprint of the one certificate").waitFor();
      await page.getByText("Claims", { exact: true }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "lab-thief",
    world: () => full({ lab: "on" }),
    async go(page) {
      await nav(page, "Lab");
      await page.getByRole("combobox", { name: "Stolen" }).click();
      await page.getByRole("option", { name: "The bound token of archive" }).click();
      await page.getByRole("button", { name: "Use it" }).click();
      await page.getByText("payroll refused").waitFor();
      await page.getByRole("combobox", { name: "Stolen" }).click();
      await page.getByRole("option", { name: "The bound token of payroll" }).click();
      await page.getByRole("combobox", { name: "Shown besides" }).click();
      await page.getByRole("option", { name: "The right certificate" }).click();
      await page.getByRole("button", { name: "Use it" }).click();
      await page.getByText("payroll took it").waitFor();
      await page.getByText("payroll took it").scrollIntoViewIfNeeded();
    },
  },
  ...(
    [
      ["exchange", "Pattern 3: token exchange"],
      ["theft", "A stolen DPoP token"],
      ["abroad", "Pattern 3, at another company's server"],
    ] as const
  ).map(([name, title]): Stop => ({
    name: `lab-diagram-${name}`,
    world: () => full({ lab: "on" }),
    async go(page) {
      await nav(page, "Lab");
      await page.getByRole("button", { name: "Run the tour" }).click();
      await page.getByText("All 9 steps went as expected").waitFor();
      const step = page.getByRole("button", { name: title });
      await step.focus();
      await page.keyboard.press("Enter");
      const drawn = page.getByRole("list", { name: "Who sends what to whom" });
      await drawn.waitFor();
      await drawn.scrollIntoViewIfNeeded();
    },
  })),
];
