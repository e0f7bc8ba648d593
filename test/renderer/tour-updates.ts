// Stops of newer versions: the card of the settings, and the question about a source.
import type { Page } from "playwright";
import { DOWNLOADED, NEWER, REFUSED, UNREACHABLE } from "./double-updates.ts";
import { full, nav, type Stop } from "./tour-base.ts";

/** The card of the settings, with this in it. */
const card = async (page: Page, text: string): Promise<void> => {
  await nav(page, "Settings");
  const section = page.getByRole("region", { name: "Updates" });
  await section.getByText(text).first().waitFor();
  await section.evaluate((node) => node.scrollIntoView({ block: "center" }));
};

export const UPDATE_STOPS: readonly Stop[] = [
  {
    name: "updates-choose",
    world: full,
    async go(page) {
      await card(page, "only where you tell it to");
      await page.getByRole("button", { name: "Choose a source" }).click();
      await page.getByLabel("Address of the manifest").fill("https://releases.example/c.json");
    },
  },
  {
    name: "updates-downloading",
    world: () => full({ updates: NEWER }),
    async go(page) {
      await card(page, "Version 0.2.0 is available");
      await page.getByRole("button", { name: "Download (87 MiB)" }).click();
      await page.getByText("30 MiB of 87 MiB").waitFor();
      await page.getByRole("region", { name: "Updates" }).evaluate((node) => {
        node.scrollIntoView({ block: "center" });
      });
    },
  },
  {
    name: "updates-downloaded",
    world: () => full({ updates: DOWNLOADED }),
    go: (page) => card(page, "Version 0.2.0 is downloaded"),
  },
  {
    name: "updates-refused",
    world: () => full({ updates: REFUSED }),
    go: (page) => card(page, "is not believed"),
  },
  {
    name: "updates-unreachable",
    world: () => full({ updates: UNREACHABLE }),
    go: (page) => card(page, "Not reached since"),
  },
  {
    name: "updates-attention",
    world: () => full({ updates: NEWER }),
    async go(page) {
      await nav(page, "Overview");
      await page.getByText("Countersign 0.2.0 is available").waitFor();
    },
  },
  {
    name: "ask-update-source",
    surface: "approval",
    world: () =>
      full({
        asked: [
          {
            kind: "update-source",
            source: {
              url: "https://releases.countersign.example/stable/countersign.json",
              fingerprint: "9f2c41d07be8a355".repeat(4),
              ownAuthority: true,
            },
            replaces: {
              url: "https://mirror.example/countersign.json",
              fingerprint: "00d1".repeat(16),
              ownAuthority: false,
            },
          },
        ],
      }),
    go: async (page) => {
      await page.getByRole("heading", { name: "Shall updates be looked for here?" }).waitFor();
    },
  },
];
