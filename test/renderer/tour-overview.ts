// Stops of the overview: full, empty, with much to do, and as a table.
import type { Page } from "playwright";
import type { CallRow } from "../../electron/core/journal.ts";
import { emptyWorld, type World } from "./double.ts";
import { sampleCalls, sampleServers } from "./sample.ts";
import { TOOLS } from "./tour-tools.ts";
import { full, nav, now, type Stop } from "./tour-base.ts";

/** Some days of calls, more by day than by night, some of which waited for the person. */
function busyCalls(): CallRow[] {
  const calls = sampleCalls(3000, now, 11);
  const spread = calls.map((row, i): CallRow => {
    const age = (i / calls.length - 1) ** 2 * 26 * 3_600_000 + ((i * 7919) % 1800) * 1000;
    const waited = i % 23 === 0 && row.kind === "call" && row.firstByteMs !== null;
    const waitedMs = 1500 + ((i * 131) % 30_000);
    return {
      ...row,
      at: now - age,
      totalMs: row.totalMs === null ? null : row.totalMs + (waited ? waitedMs : 0),
      ...(waited && {
        permit: {
          policy: "p",
          argumentsHash: "h",
          question: "qst_sample",
          grant: null,
          lifetime: "once" as const,
          waitedMs,
        },
      }),
    };
  });
  return spread.sort((a, b) => a.at - b.at).map((row, i) => ({ ...row, seq: i + 1 }));
}

const busy = (change: Partial<World> = {}): World => full({ rows: busyCalls(), ...change });
const drawn = (page: Page): Promise<void> =>
  page.getByRole("group", { name: "Calls over time" }).waitFor();

export const OVERVIEW_STOPS: readonly Stop[] = [
  { name: "overview", world: busy, go: drawn },
  {
    name: "overview-attention",
    world: () =>
      busy({
        cooling: ["agt_sample200"],
        tools: TOOLS,
        away: "sleep",
        troubles: ["journal_unwritable"],
        broken: [
          {
            code: "settings_broken",
            document: "agents",
            file: "/home/ada/.config/countersign/agents.json",
            line: 14,
            reason: "Unrecognized key “credentail”",
            keptAside: null,
          },
        ],
        reminders: [
          {
            about: "thumbprint-of-laptop",
            kind: "certificate",
            step: 7,
            sentence: "The certificate “laptop” ends in 5 days.",
            advice: "Renew it: countersign certificate renew crt_9f2Kq0aX71bc.",
            due: false,
          },
        ],
      }),
    async go(page) {
      await drawn(page);
      await page.getByRole("button", { name: /^\d more$/ }).click();
      await page.getByText("turned away at the door").waitFor();
      await page.getByText("says something new of itself").waitFor();
      await page.getByText("A locked screen is not noticed").waitFor();
    },
  },
  {
    name: "overview-tools",
    world: () => busy({ tools: TOOLS }),
    async go(page) {
      await drawn(page);
      await page.getByRole("button", { name: "Look", exact: true }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "overview-table",
    world: busy,
    async go(page) {
      await page.getByRole("radio", { name: "Week" }).check();
      await page.getByRole("button", { name: "Calls over time: show the figures" }).click();
      await page.getByRole("columnheader", { name: "Denied" }).first().waitFor();
    },
  },
  {
    name: "overview-empty",
    world: () => ({ ...emptyWorld(), servers: sampleServers(now).slice(0, 2) }),
    go: (page) => page.getByText("No calls in the last 24 hours").waitFor(),
  },
  {
    name: "log-of-a-bar",
    world: busy,
    async go(page) {
      await nav(page, "Overview");
      // The last bar that is whole: just after the hour, the newest one may be of no call yet.
      const bars = page.getByRole("group", { name: "Calls over time" }).getByRole("button");
      await bars.last().waitFor();
      await bars.nth((await bars.count()) - 2).press("Enter");
      await page.getByRole("button", { name: "Show all times" }).waitFor();
      await page.getByRole("grid").waitFor();
    },
  },
];
