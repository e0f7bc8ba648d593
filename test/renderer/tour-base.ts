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

export const nav = (page: Page, name: string): Promise<void> =>
  page.getByRole("navigation").getByRole("button", { name }).click();
/** The log, from the overview that a world with servers begins with. */
export const toLog = (page: Page): Promise<void> => nav(page, "Live log");
export const rows = async (page: Page): Promise<void> => {
  await toLog(page);
  await page.getByRole("grid").getByRole("row").nth(5).waitFor();
};
