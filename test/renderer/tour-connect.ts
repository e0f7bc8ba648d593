// Stops of the tour at which an assistant is connected, and disconnected.
import type { Page } from "playwright";
import { brokenTarget, someTargets } from "./double-connect.ts";
import type { World } from "./double.ts";
import { sampleAgents } from "./sample.ts";
import { full, nav, type Stop } from "./tour-base.ts";

const [first, second] = sampleAgents(0);
if (first === undefined || second === undefined) throw new Error("the sample is empty");

/** Two agents are written somewhere, one of them no longer rightly; one file cannot be read. */
export const written = (): World["targets"] =>
  someTargets().map((target) => {
    const writtenAt = new Date(Date.now() - 3_600_000).toISOString();
    if (target.id === "claude-code") {
      return { ...target, state: "ours", agent: first.id, servers: ["github"], writtenAt };
    }
    if (target.id === "cursor") {
      return { ...target, state: "outdated", because: "servers", agent: second.id, writtenAt };
    }
    return target.id === "vscode" ? brokenTarget(target) : target;
  });

const begin = async (page: Page): Promise<void> => {
  await nav(page, "Agents");
  await page.getByRole("button", { name: "Connect agent" }).first().click();
};
const look = async (page: Page, name: string): Promise<void> => {
  await begin(page);
  await page.getByRole("button", { name: `Connect ${name}` }).click();
  await page.getByRole("button", { name: "Write it" }).waitFor();
};

export const CONNECT_STOPS: readonly Stop[] = [
  {
    name: "connect-preview-warnings",
    world: () => full({ agents: [], connectWarns: true }),
    go: (page) => look(page, "Claude Code"),
  },
  {
    name: "connect-done",
    world: () => full({ agents: [] }),
    async go(page) {
      await look(page, "Claude Code");
      await page.getByRole("button", { name: "Write it" }).click();
      await page.getByText("Claude Code is connected").waitFor();
    },
  },
  {
    name: "connect-undo-refused",
    world: () => full({ targets: written(), undoRefused: true }),
    async go(page) {
      await nav(page, "Agents");
      await page.getByRole("button", { name: `More for ${first.name}` }).click();
      await page.getByRole("menuitem", { name: "Disconnect Claude Code" }).click();
      await page.getByRole("button", { name: "Undo" }).click();
      await page.getByText("config_undo_refused").waitFor();
    },
  },
];
