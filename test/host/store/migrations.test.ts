import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MIGRATIONS, type Migrations } from "../../../electron/host/store/migrations.ts";
import { agent, agentsFile, modeOf, openTestStore, tempFolder } from "./fixtures.ts";

let folder: string;
const at = (name: string): string => path.join(folder, name);

beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(async () => {
  await fs.rm(folder, { recursive: true, force: true });
});

type Old = Record<string, unknown>;
// Made up: format 1 said `enabled`, format 2 said `active`, format 3 says `state`.
const migrations: Migrations = {
  ...MIGRATIONS,
  agents: [
    (all) => (all as Old[]).map(({ enabled, ...rest }) => ({ ...rest, active: enabled })),
    (all) =>
      (all as Old[]).map(({ active, ...rest }) => ({
        ...rest,
        state: active ? "active" : "paused",
      })),
  ],
};
const { state: _, ...withoutState } = agent(1);
const first = agentsFile([{ ...withoutState, enabled: false }], 1);
const second = agentsFile([{ ...withoutState, active: false }], 2);
const third = agentsFile([{ ...withoutState, state: "paused" }], 3);
const mended = JSON.parse(third) as unknown;

describe("an older format", () => {
  it.each([
    ["1", first],
    ["2", second],
  ])(
    "%s is brought to the present one, and its old form kept for the way back",
    async (format, file) => {
      await fs.writeFile(at("agents.json"), file);
      const store = await openTestStore(folder, { migrations });
      expect(store.read("agents")).toEqual([agent(1, { state: "paused" })]);
      expect(JSON.parse(await fs.readFile(at("agents.json"), "utf8"))).toEqual(mended);
      const old = (await fs.readdir(folder)).find((n) => n.startsWith(`agents.format-${format}-`));
      expect(await fs.readFile(at(old!), "utf8")).toBe(file);
      expect(await modeOf(at(old!))).toBe(0o600);
    },
  );

  it("is migrated once: the present format is read as it is", async () => {
    await fs.writeFile(at("agents.json"), first);
    await openTestStore(folder, { migrations });
    const { mtimeMs } = await fs.stat(at("agents.json"));
    const again = await openTestStore(folder, { migrations });
    expect(again.read("agents")).toHaveLength(1);
    expect((await fs.stat(at("agents.json"))).mtimeMs).toBe(mtimeMs);
  });

  it.each<[string, Migrations["agents"][number]]>([
    ["a step that throws", () => JSON.parse("{")],
    ["a step whose result is not valid", () => [{ id: "nobody" }]],
  ])("stays as it is after %s", async (_name, step) => {
    await fs.writeFile(at("agents.json"), first);
    const store = await openTestStore(folder, {
      migrations: { ...migrations, agents: [step, step] },
    });
    expect(store.broken()).toMatchObject([{ document: "agents" }]);
    expect(store.broken()[0]?.reason).toContain("brought from format 1");
    expect(await fs.readFile(at("agents.json"), "utf8")).toBe(first);
    await expect(store.write("agents", () => [])).rejects.toThrow("settings_broken");
  });

  it("is brought along even if the old form cannot be kept, and the file then waits for the next write", async () => {
    await fs.writeFile(at("agents.json"), first);
    // The name of the copy is taken by a folder, so that it cannot be put there.
    await openTestStore(folder, { migrations });
    const copy = (await fs.readdir(folder)).find((n) => n.startsWith("agents.format-1-"))!;
    await fs.rm(at(copy));
    await fs.mkdir(at(copy));
    await fs.writeFile(at("agents.json"), first);

    const store = await openTestStore(folder, { migrations });
    expect(store.read("agents")).toEqual([agent(1, { state: "paused" })]);
    expect(await fs.readFile(at("agents.json"), "utf8")).toBe(first);
  });
});
