// The official MCP conformance suite, client role: its own servers and issuers judge what Countersign sends.
import fs from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type House, openHouse } from "../support/house.ts";
import { temporaryFolder } from "../support/processes.ts";
import { ARGUED } from "./argued.ts";
import { perform, type Task } from "./scenarios.ts";
import { authScenarios, type Check, runSuite } from "./suite.ts";

/** The address that the suite expects of those who published what they are. Nothing is fetched from it. */
const DOCUMENT = "https://conformance-test.local/client-metadata.json";

/** A Countersign whose person published a document about it (CIMD), and wrote its address into the settings. */
async function openWithDocument(): Promise<House> {
  const folder = temporaryFolder();
  const dataFolder = path.join(folder.path, "data");
  await (await openHouse({ dataFolder })).close();
  const file = path.join(dataFolder, "settings.json");
  const settings = JSON.parse(fs.readFileSync(file, "utf8")) as { settings: object };
  const written = { ...settings, settings: { ...settings.settings, metadataDocument: DOCUMENT } };
  fs.writeFileSync(file, JSON.stringify(written));
  const house = await openHouse({ dataFolder });
  return {
    ...house,
    async close() {
      await house.close();
      folder.remove();
    },
  };
}

/** What stopped a scenario on our side, for whoever reads why it failed. Some are meant to be stopped. */
const stopped = new Map<string, string>();

/** Each scenario has a Countersign of its own: nothing of one helps another. */
async function alone(task: Task): Promise<void> {
  // What belongs to the agent's side of MCP, and not to authorization, is for the agents' own suites.
  if (!task.scenario.startsWith("auth/")) throw new Error("not a matter of authorization");
  const house = await (task.scenario === "auth/basic-cimd" ? openWithDocument() : openHouse());
  try {
    await perform(house, task);
  } catch (error) {
    stopped.set(`${task.version} ${task.scenario}`, String(error));
    throw error;
  } finally {
    await house.close();
  }
}

/** What the suite holds against us, by check. A warning is a SHOULD that was not kept: it counts. */
const held = (checks: readonly Check[]): string[] =>
  [
    ...new Set(
      checks
        .filter((check) => check.status === "FAILURE" || check.status === "WARNING")
        .map((check) => check.id),
    ),
  ].sort();

describe.each(["2025-11-25", "2026-07-28"])("MCP %s, as an OAuth client", (revision) => {
  let results: Awaited<ReturnType<typeof runSuite>>;
  beforeAll(async () => {
    results = await runSuite(revision, alone);
  }, 120_000);

  it.each(authScenarios(revision))("%s", (scenario) => {
    const checks = results.get(scenario);
    expect(checks?.length ?? 0).toBeGreaterThan(0);
    // What is argued must still be so: a check that passes now has no place in the table.
    const argued = Object.keys(ARGUED[scenario] ?? {}).sort();
    const why = stopped.get(`${revision} ${scenario}`) ?? "nothing stopped it";
    expect(held(checks ?? []), why).toEqual(argued);
  });
});
