// Stops with a core that is slow, and one that is gone: no screen may look as if there were nothing.
import type { Page } from "playwright";
import { full, nav, rows, type Stop } from "./tour-base.ts";

/** From now on nothing that is asked for is answered, but what `answered` names. */
async function slow(page: Page): Promise<void> {
  await page.route("**/call", async (route) => {
    const { method } = route.request().postDataJSON() as { method: string };
    // What the frame needs to be there at all.
    if (method === "app.status" || method === "calls.search") await route.continue();
  });
  await page.reload();
}
const waits = (page: Page): Promise<void> => page.locator(".waiting-list").first().waitFor();

export const HARD_STOPS: readonly Stop[] = [
  {
    name: "slow-servers",
    world: full,
    async go(page) {
      await rows(page);
      await slow(page);
      await nav(page, "Servers");
      await waits(page);
    },
  },
  {
    name: "slow-policy",
    world: full,
    async go(page) {
      await rows(page);
      await slow(page);
      await nav(page, "Policy");
      await waits(page);
    },
  },
  {
    name: "dead",
    world: full,
    async go(page) {
      await rows(page);
      await page.route("**/events", (route) => route.abort());
      await page.reload();
      await page.getByText("Countersign is not running").waitFor();
    },
  },
];
