// Several documents in one step: all or none, for readers and across kill -9.
import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asRefusal } from "../../../electron/core/errors.ts";
import type { Tenant } from "../../../electron/core/tenants.ts";
import { bundle, childEnv } from "./bundle.ts";
import { agent, openTestStore, tempFolder } from "./fixtures.ts";

let work: string;
let script: string;

beforeAll(async () => {
  work = await tempFolder();
  script = await bundle("test/host/store/together.child.ts", work);
});
afterAll(async () => {
  await fs.rm(work, { recursive: true, force: true });
});

const renamed =
  (name: string) =>
  (all: readonly Tenant[]): Tenant[] =>
    all.map((one) => ({ ...one, name }));

describe("several documents in one step", () => {
  it("readers see both change at once, and the files hold what was read", async () => {
    const folder = path.join(work, "plain");
    const store = await openTestStore(folder);
    const seen: (readonly [number, string | undefined])[] = [];
    store.watch(() => seen.push([store.read("agents").length, store.read("tenants")[0]?.name]));
    await store.writeTogether(["tenants", "agents"], ({ tenants }) => ({
      agents: [agent(1)],
      tenants: renamed("Both")(tenants),
    }));
    expect(seen).toEqual([
      [1, "Both"],
      [1, "Both"],
    ]);
    const again = await openTestStore(folder);
    expect(again.read("agents")).toEqual(store.read("agents"));
    expect(again.read("tenants")).toEqual(store.read("tenants"));
    expect((await fs.readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("changes neither where one of them cannot be written", async () => {
    const folder = path.join(work, "refused");
    const store = await openTestStore(folder);
    const before = await fs.readFile(path.join(folder, "tenants.json"), "utf8");
    // Two agents of one id: the document would be one that cannot be read back.
    const wrong = store.writeTogether(["tenants", "agents"], ({ tenants }) => ({
      tenants: renamed("Half")(tenants),
      agents: [agent(1), agent(1)],
    }));
    expect(asRefusal(await wrong.catch((error: unknown) => error)).code).toBe("internal");
    // A folder stands where one of the files should be.
    await fs.mkdir(path.join(folder, "servers.json", "in-the-way"), { recursive: true });
    const stuck = await store
      .writeTogether(["tenants", "certificates", "servers"], ({ tenants }) => ({
        tenants: renamed("Half")(tenants),
        servers: [],
      }))
      .catch((error: unknown) => error);
    expect(asRefusal(stuck).code).toMatch(/^settings_/);
    expect(store.read("tenants")[0]?.name).toBe("Personal");
    expect(await fs.readFile(path.join(folder, "tenants.json"), "utf8")).toBe(before);
    expect((await fs.readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
    // Nobody waits for a turn that was never given back.
    await store.write("tenants", (all) => renamed("After")(all));
    expect(store.read("tenants")[0]?.name).toBe("After");
  });

  it("takes turns with single writes and with each other", async () => {
    const store = await openTestStore(path.join(work, "turns"));
    const add = (n: number) =>
      store.writeTogether(["agents", "tenants"], ({ agents }) => ({
        agents: [...agents, agent(n)],
      }));
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        n % 2 === 0 ? add(n) : store.write("agents", (all) => [...all, agent(n)]),
      ),
    );
    expect(store.read("agents")).toHaveLength(20);
  });

  it("finishes at the next start what a crash cut short, and only once", async () => {
    const folder = path.join(work, "cut");
    const store = await openTestStore(folder);
    await store.write("agents", () => [agent(1)]);
    const next = (await fs.readFile(path.join(folder, "agents.json"), "utf8")).replace(
      "agent 1",
      "agent one",
    );
    const temp = ".agents.json.0123456789abcdef.tmp";
    await fs.writeFile(path.join(folder, temp), next);
    await fs.writeFile(
      path.join(folder, ".together.json"),
      JSON.stringify([".tenants.json.0123456789abcdef.tmp", temp, "../elsewhere", 7]),
    );
    expect((await openTestStore(folder)).read("agents")[0]?.name).toBe("agent one");
    expect((await fs.readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it(
    "survives kill -9 in the middle: the two documents always tell of the same write",
    { timeout: 120_000 },
    async () => {
      const folder = path.join(work, "killed");
      let next = 0;
      for (let round = 0; round < 15; round++) {
        const acknowledged = await writeAndKill(folder, next, (round * 7) % 60);
        const store = await openTestStore(folder);
        expect(store.broken()).toEqual([]);
        const { name } = store.read("agents")[0]!;
        expect(store.read("tenants")[0]?.name).toBe(name);
        const found = Number(name.replace("agent ", ""));
        expect([acknowledged, acknowledged + 1]).toContain(found);
        next = found + 1;
      }
    },
  );
});

/** Runs the writer until `lives` ms after its first acknowledged write; resolves with the last one. */
function writeAndKill(folder: string, from: number, lives: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, folder, String(from)], {
      env: childEnv(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      if (said === "") setTimeout(() => child.kill("SIGKILL"), lives);
      said += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", () => {
      const last = said.trim().split("\n").at(-1);
      if (last === undefined || last === "") reject(new Error("the writer wrote nothing"));
      else resolve(Number(last));
    });
  });
}
