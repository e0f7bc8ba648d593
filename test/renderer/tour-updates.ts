// Stops of newer versions: the question about a source.
import { full, type Stop } from "./tour-base.ts";

export const UPDATE_STOPS: readonly Stop[] = [
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
