// Stops of the keys and the settings.
import type { Page } from "playwright";
import { READY } from "./double.ts";
import { full, nav, now, type Stop } from "./tour-base.ts";
import { identified } from "./tour-identities.ts";

const ago = (days: number): string => new Date(now - days * 86_400_000).toISOString();
const licences = async (page: Page): Promise<void> => {
  await nav(page, "Settings");
  await page.getByRole("listbox", { name: "Packages that ship" }).waitFor();
};

export const SETTINGS_STOPS: readonly Stop[] = [
  {
    name: "keys",
    world() {
      const world = identified();
      // One is overdue, one is due soon.
      world.servers = world.servers.map((one) => {
        if (one.kind !== "http" || one.pattern.type !== "api-key") return one;
        const days = { github: 97, linear: 86 }[one.name];
        if (days === undefined) return one;
        return { ...one, pattern: { ...one.pattern, secretAddedAt: ago(days) } };
      });
      return world;
    },
    async go(page) {
      await nav(page, "Keys");
      await page.getByText("Overdue by 7 days").waitFor();
    },
  },
  { name: "settings", world: () => full({ vault: { ...READY, kind: "file" } }), go: licences },
  {
    name: "settings-licence",
    world: full,
    async go(page) {
      await licences(page);
      await page.getByLabel("Search packages and licences").fill("react-dom");
      await page.getByRole("listbox").focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").getByText("MIT License").first().waitFor();
    },
  },
];
