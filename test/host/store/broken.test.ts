import { execFileSync } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { agent, agentsFile, modeOf, openTestStore, tempFolder } from "./fixtures.ts";

let folder: string;
const at = (name: string): string => path.join(folder, name);
const add = [agent(5)];

beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(async () => {
  await fs.rm(folder, { recursive: true, force: true });
});

const twice = (over: object): string => agentsFile([agent(1), { ...agent(2), ...over }]);

describe("a broken file", () => {
  it.each([
    ["no JSON", `{\n  "format": 1,\n  "agents": [\n    oops\n  ]\n}`, 4, "it is not valid JSON"],
    ["no bytes at all", "", 1, "it is not valid JSON"],
    [
      "a name twice",
      `{\n  "format": 1,\n  "agents": [],\n  "agents": []\n}`,
      4,
      "a name stands twice",
    ],
    [
      "bytes that are not UTF-8",
      Buffer.from('{"format":1,\n"agents":"\xff"}', "latin1"),
      2,
      "UTF-8",
    ],
    ["another shape", "[]\n", 1, "it is not an object"],
    ["no format", `{\n  "agents": []\n}`, 1, "format: must be a whole number"],
    ["format 0", `{\n  "agents": [],\n  "format": 0\n}`, 3, "format: must be a whole number"],
    [
      "a stranger",
      `{\n  "format": 1,\n  "agents": [],\n  "extra": 1\n}`,
      4,
      "extra: is not known here",
    ],
    ["no document", `{\n  "format": 1\n}`, 1, "“agents” is missing"],
    [
      "a wrong value",
      agentsFile([agent(1), { ...agent(2), state: "off" }]),
      20,
      "agents[1].state: ",
    ],
    ["a missing member", agentsFile([{ ...agent(1), name: undefined }]), 4, "agents[0].name: "],
    ["an unknown member", agentsFile([{ ...agent(1), admin: true }]), 4, "agents[0]: "],
    ["an id twice", twice({ id: agent(1).id }), 15, "agents[1].id: another agent has this id"],
    ["a name twice in a tenant", twice({ name: "agent 1" }), 17, "agents[1].name: another agent"],
    [
      "a credential twice",
      twice({ credentialHash: agent(1).credentialHash }),
      18,
      "agents[1].credentialHash: another agent has this credential",
    ],
  ])(
    "with %s is reported with its line, kept aside and left alone",
    async (_, bytes, line, reason) => {
      await fs.writeFile(at("agents.json"), bytes);
      const store = await openTestStore(folder);

      const [broken, ...others] = store.broken();
      expect(others).toEqual([]);
      expect(broken).toMatchObject({ document: "agents", file: at("agents.json"), line });
      expect(broken?.reason).toContain(reason);
      expect(store.read("agents")).toEqual([]);

      const write = store.write("agents", () => add);
      await expect(write).rejects.toMatchObject({
        code: "settings_broken",
        facts: { file: "agents.json", line },
      });
      expect(await fs.readFile(at("agents.json"))).toEqual(Buffer.from(bytes));
      expect(path.basename(broken?.keptAside ?? "")).toMatch(/^agents\.broken-[0-9a-f]{8}\.json$/);
      expect(await fs.readFile(broken!.keptAside!)).toEqual(Buffer.from(bytes));
      expect(await modeOf(broken!.keptAside!)).toBe(0o600);
    },
  );

  it("is kept aside once for each content", async () => {
    const copies = async () =>
      (await fs.readdir(folder)).filter((name) => name.startsWith("agents.broken-"));
    await fs.writeFile(at("agents.json"), "{");
    await openTestStore(folder);
    const store = await openTestStore(folder);
    await expect(store.write("agents", () => add)).rejects.toThrow("settings_broken");
    expect(await copies()).toHaveLength(1);
    await fs.writeFile(at("agents.json"), "{ other");
    await store.reload();
    expect(await copies()).toHaveLength(2);
  });

  it("does not stop the other documents", async () => {
    await fs.writeFile(at("agents.json"), "{");
    const store = await openTestStore(folder);
    await store.write("settings", (now) => ({ ...now, vault: "memory" }));
    expect((await openTestStore(folder)).read("settings").vault).toBe("memory");
  });

  it("works again as soon as a person has mended it, without a restart", async () => {
    await fs.writeFile(at("agents.json"), "{");
    const store = await openTestStore(folder);
    await fs.writeFile(at("agents.json"), agentsFile([agent(1)]));
    await store.write("agents", (all) => [...all, agent(2)]);
    expect(store.broken()).toEqual([]);
    expect(store.read("agents")).toEqual([agent(1), agent(2)]);
  });

  it("that was moved away starts afresh", async () => {
    await fs.writeFile(at("settings.json"), "{");
    const store = await openTestStore(folder);
    expect(store.read("settings")).toEqual({ installation: "settings-broken-", vault: null });
    await fs.rename(at("settings.json"), at("elsewhere.json"));
    await store.write("settings", (now) => ({ ...now, vault: "memory" }));
    expect(store.read("settings").installation).not.toBe("settings-broken-");
    expect((await openTestStore(folder)).read("settings")).toEqual(store.read("settings"));
  });

  it("that is a folder is reported without a line", async () => {
    await fs.mkdir(at("servers.json"));
    const store = await openTestStore(folder);
    expect(store.broken()).toMatchObject([{ document: "servers", line: null, keptAside: null }]);
    await expect(store.write("servers", () => [])).rejects.toThrow("settings_broken");
  });

  it.skipIf(process.platform === "win32")("that is a pipe does not hold up the start", async () => {
    execFileSync("mkfifo", [at("servers.json")]);
    const store = await openTestStore(folder);
    expect(store.broken()).toMatchObject([{ document: "servers", line: null }]);
  });
});

describe("a file of a newer Countersign", () => {
  it("reads as empty, refuses writes by its own code and stays as it is", async () => {
    const newer = `{ "format": 2, "agents": { "in": "a shape of tomorrow" } }`;
    await fs.writeFile(at("agents.json"), newer);
    const store = await openTestStore(folder);
    expect(store.read("agents")).toEqual([]);
    expect(store.broken()).toMatchObject([{ document: "agents", keptAside: null }]);
    await expect(store.write("agents", () => add)).rejects.toMatchObject({
      code: "settings_newer",
      facts: { file: "agents.json" },
    });
    expect(await fs.readFile(at("agents.json"), "utf8")).toBe(newer);
    expect((await fs.readdir(folder)).sort()).toEqual([
      "agents.json",
      "settings.json",
      "tenants.json",
    ]);
  });
});
