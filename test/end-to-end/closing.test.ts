// An end with calls in flight: each is told why, and each is in the journal afterwards.
import { afterEach, describe, expect, it } from "vitest";
import { ask, openHouse, toolCall, upstream } from "../support/house.ts";
import { temporaryFolder, until } from "../support/processes.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

describe("Countersign is closed", () => {
  it.each([
    ["while a question waits", true, "question_withdrawn"],
    ["while a server has not answered", false, "call_denied"],
  ] as const)("%s: the agent is told, and it is written down", async (_, asks, code) => {
    const silent = await upstream(() => undefined);
    const folder = temporaryFolder();
    undo.push(folder.remove, () => silent.close());
    const house = await openHouse({ dataFolder: folder.path, asks });
    undo.push(() => house.close());
    await house.addServer(silent.url, "slow");
    const { credential } = await house.agent();
    const reply = ask(house.door, "/mcp/slow", {
      headers: { authorization: `Bearer ${credential}` },
      body: toolCall({ n: 1 }, 1, "echo"),
    });
    await until(
      async () =>
        asks
          ? (await house.call("questions.waiting", {})).questions === 1
          : silent.seen.length === 1,
      10_000,
      "the call",
    );
    await house.countersign.close();
    expect((await reply).code).toBe(code);
    expect(silent.seen).toHaveLength(asks ? 0 : 1);

    const again = await openHouse({ dataFolder: folder.path });
    undo.push(() => again.close());
    expect(await again.calls()).toMatchObject([{ code, tool: "echo", serverName: "slow" }]);
  });
});
