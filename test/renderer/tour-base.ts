// What every stop of the tour begins with: a full world, and ways to get about.
import type { Page } from "playwright";
import { emptyWorld, type World } from "./double.ts";
import { sampleAgents, sampleCalls, sampleServers } from "./sample.ts";

export interface Stop {
  readonly name: string;
  readonly world: () => World;
  readonly go: (page: Page) => Promise<void>;
  /** Which page: the app's own unless said otherwise. */
  readonly surface?: "approval";
}

export const now = Date.now();
export const full = (change: Partial<World> = {}): World => ({
  ...emptyWorld(),
  rows: sampleCalls(600, now),
  servers: sampleServers(now),
  agents: sampleAgents(now),
  ...change,
});

const IN_BAR = new Set(["Overview", "Live log", "Servers", "Agents", "Policy"]);
/** Goes to a screen; in a narrow window by way of what does not fit into the bar. */
export async function nav(page: Page, name: string): Promise<void> {
  const bar = page.getByRole("navigation");
  if ((page.viewportSize()?.width ?? 1280) >= 640 || IN_BAR.has(name)) {
    return bar.getByRole("button", { name }).click();
  }
  await bar.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name }).click();
}

/** The log, from the overview that a world with servers begins with. */
export const toLog = (page: Page): Promise<void> => nav(page, "Live log");
export const rows = async (page: Page): Promise<void> => {
  await toLog(page);
  await page.getByRole("grid").getByRole("row").nth(5).waitFor();
};

/** A yes is drawn alive: its dead time is cut short in the tour, and the page looks at it ten times a second. */
export const alive = (page: Page): Promise<void> => page.waitForTimeout(250);

/** Picks what stands in the menu of a card. */
export const more = async (page: Page, name: string, action: string): Promise<void> => {
  await page.getByRole("button", { name: `More for ${name}`, exact: true }).click();
  await page.getByRole("menuitem", { name: action }).click();
};
