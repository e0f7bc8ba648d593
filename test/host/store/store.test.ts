import fs from "node:fs/promises";
import path from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { agent, agentsFile, modeOf, openTestStore, tempFolder } from "./fixtures.ts";

let folder: string;
const at = (name: string): string => path.join(folder, name);
const text = (name: string): Promise<string> => fs.readFile(at(name), "utf8");

beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(async () => {
  await fs.rm(folder, { recursive: true, force: true });
});

describe("a fresh folder", () => {
  it("gets a random installation id and the first tenant, on disk before they are used", async () => {
    const store = await openTestStore(folder);
    const { installation, vault } = store.read("settings");
    expect(installation).toMatch(/^[A-Za-z0-9_-]{16}$/);
    expect(vault).toBeNull();
    expect(JSON.parse(await text("settings.json"))).toEqual({
      format: 1,
      settings: { installation, vault: null },
    });
    expect(store.read("tenants")).toEqual([
      { id: "personal", name: "Personal", createdAt: "2026-11-24T12:00:00.000Z" },
    ]);
    expect(store.read("agents")).toEqual([]);
    expect(store.broken()).toEqual([]);
  });

  it("keeps its installation id when it is opened again", async () => {
    const first = (await openTestStore(folder)).read("settings").installation;
    expect((await openTestStore(folder)).read("settings").installation).toBe(first);
  });

  it("is private, and so is every file in it", async () => {
    const store = await openTestStore(folder);
    await store.write("agents", (all) => [...all, agent(1)]);
    expect(await modeOf(folder)).toBe(0o700);
    for (const name of await fs.readdir(folder)) expect(await modeOf(at(name))).toBe(0o600);
  });
});

describe("a write", () => {
  it("is on disk, for people to read, when it resolves", async () => {
    const store = await openTestStore(folder);
    await store.write("agents", (all) => [...all, agent(1)]);
    expect(await text("agents.json")).toBe(agentsFile([agent(1)]));
    expect((await openTestStore(folder)).read("agents")).toEqual([agent(1)]);
  });

  it("is not visible before it is on disk", async () => {
    const store = await openTestStore(folder);
    const writing = store.write("agents", (all) => [...all, agent(1)]);
    expect(store.read("agents")).toEqual([]);
    await writing;
    expect(store.read("agents")).toHaveLength(1);
  });

  it("loses none of a hundred that come at once", async () => {
    const store = await openTestStore(folder);
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => store.write("agents", (all) => [...all, agent(n)])),
    );
    expect((await openTestStore(folder)).read("agents")).toHaveLength(100);
    expect((await fs.readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("that its caller gives up changes nothing, and the next one works", async () => {
    const store = await openTestStore(folder);
    const refused = store.write("agents", () => {
      throw new Error("no");
    });
    await expect(refused).rejects.toThrow("no");
    await store.write("agents", (all) => [...all, agent(1)]);
    expect(store.read("agents")).toEqual([agent(1)]);
  });

  it.each([
    ["a value the schema refuses", [agent(1, { credentialHint: "12345" })]],
    [
      "two agents with one credential",
      [agent(1), agent(2, { credentialHash: agent(1).credentialHash })],
    ],
    ["two agents of one name in one tenant", [agent(1), agent(2, { name: "agent 1" })]],
  ])("refuses %s: what is written must read back", async (_, agents) => {
    const store = await openTestStore(folder);
    await expect(store.write("agents", () => agents)).rejects.toMatchObject({ code: "internal" });
    expect(store.read("agents")).toEqual([]);
  });

  it("hands out values that nobody can change in place", async () => {
    const store = await openTestStore(folder);
    await store.write("agents", (all) => [...all, agent(1)]);
    const first = store.read("agents")[0]!;
    expect(() => Object.assign(first, { state: "paused" })).toThrow(TypeError);
  });

  it("tells its listeners before it resolves, and survives one that throws", async () => {
    const reported: unknown[] = [];
    const store = await openTestStore(folder, { report: (error) => reported.push(error) });
    const heard: number[] = [];
    store.watch(() => {
      throw new Error("bug");
    });
    const stop = store.watch(() => heard.push(store.read("agents").length));
    await store.write("agents", (all) => [...all, agent(1)]);
    expect(heard).toEqual([1]);
    expect(reported).toEqual([new Error("bug")]);
    stop();
    await store.write("agents", (all) => [...all, agent(2)]);
    expect(heard).toEqual([1]);
  });
});

describe("edits made by hand while it runs", () => {
  it("are taken up by the next write, not overwritten", async () => {
    const store = await openTestStore(folder);
    await store.write("agents", () => [agent(1)]);
    await fs.writeFile(at("agents.json"), agentsFile([agent(1), agent(7)]));
    await store.write("agents", (all) => [...all, agent(2)]);
    expect(store.read("agents").map((a) => a.name)).toEqual(["agent 1", "agent 7", "agent 2"]);
  });

  it("are taken up by reload, and listeners hear of it", async () => {
    const store = await openTestStore(folder);
    const heard: string[] = [];
    store.watch((name) => heard.push(name));
    await fs.writeFile(at("agents.json"), agentsFile([agent(9)]));
    await store.reload();
    expect(store.read("agents")).toEqual([agent(9)]);
    expect(heard).toEqual(["agents"]);
  });

  it("that break the file stop writes to it and let nobody in", async () => {
    const store = await openTestStore(folder);
    await store.write("agents", () => [agent(1)]);
    await fs.writeFile(at("agents.json"), "{ half");
    const write = store.write("agents", (all) => [...all, agent(2)]);
    await expect(write).rejects.toMatchObject({ code: "settings_broken" });
    expect(store.read("agents")).toEqual([]);
    expect(await text("agents.json")).toBe("{ half");
  });

  it("do not include a file that vanished: the next write brings it back", async () => {
    const store = await openTestStore(folder);
    await store.write("agents", () => [agent(1)]);
    await fs.rm(at("agents.json"));
    await store.write("agents", (all) => [...all, agent(2)]);
    expect(await text("agents.json")).toBe(agentsFile([agent(1), agent(2)]));
  });
});

it("clears what a killed process left half written, and nothing else", async () => {
  await fs.writeFile(at(".agents.json.0123456789abcdef.tmp"), "half");
  await fs.writeFile(at(".notes.tmp"), "mine");
  await openTestStore(folder);
  const names = await fs.readdir(folder);
  expect(names).not.toContain(".agents.json.0123456789abcdef.tmp");
  expect(names).toContain(".notes.tmp");
});

it("opens on any bytes at all, and changes none that it does not understand", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map((json) => new TextEncoder().encode(json)),
    // A good file with one byte changed.
    fc
      .tuple(fc.nat(agentsFile([agent(1)]).length - 1), fc.integer({ min: 0, max: 255 }))
      .map(([i, b]) => {
        const file = new TextEncoder().encode(agentsFile([agent(1)]));
        file[i] = b;
        return file;
      }),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      await fs.writeFile(at("agents.json"), content);
      const store = await openTestStore(folder);
      const broken = store.broken().length > 0;
      expect(broken ? store.read("agents") : []).toEqual([]);
      expect(new Uint8Array(await fs.readFile(at("agents.json")))).toEqual(content);
      const write = store.write("agents", (all) => [...all, agent(99_999)]);
      if (broken) await expect(write).rejects.toThrow(/^settings_(broken|newer)$/);
      else await write;
      if (broken) expect(new Uint8Array(await fs.readFile(at("agents.json")))).toEqual(content);
    }),
    { numRuns: 150 },
  );
});
