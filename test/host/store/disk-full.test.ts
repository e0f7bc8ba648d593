import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockInstance } from "../../../electron/host/store/lock.ts";
import { prepareDataFolder } from "../../../electron/host/store/folder.ts";
import { agent, agentsFile, openTestStore, tempFolder } from "./fixtures.ts";

/** A real file system of 64 KiB needs the right to mount one. */
function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const probe = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
  return probe.status === 0;
}

let folder: string;
const file = (): string => path.join(folder, "agents.json");

// Skipped where no file system can be mounted (not Linux, not root, or a container without the right).
describe.skipIf(!canMount())("a disk that is full", () => {
  beforeEach(async () => {
    folder = await tempFolder();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", folder]);
  });
  afterEach(async () => {
    execFileSync("umount", [folder]);
    await fs.rmdir(folder);
  });

  const fill = async (): Promise<void> => {
    const handle = await fs.open(path.join(folder, "ballast"), "w");
    const block = Buffer.alloc(1024);
    try {
      for (let i = 0; i < 256; i++) await handle.write(block);
      throw new Error("the small disk did not fill up");
    } catch (error) {
      expect(error).toMatchObject({ code: "ENOSPC" });
    } finally {
      await handle.close();
    }
  };

  it("refuses the write, keeps file and memory as they were, and works again with room", async () => {
    const store = await openTestStore(folder);
    await store.write("agents", () => [agent(1)]);
    await fill();
    const many = Array.from({ length: 50 }, (_, n) => agent(n));
    await expect(store.write("agents", () => many)).rejects.toMatchObject({
      code: "settings_unwritable",
      facts: { file: "agents.json", reason: "the disk is full" },
    });
    expect(store.read("agents")).toEqual([agent(1)]);
    expect(await fs.readFile(file(), "utf8")).toBe(agentsFile([agent(1)]));
    expect((await fs.readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);

    await fs.rm(path.join(folder, "ballast"));
    await store.write("agents", () => many);
    expect(store.read("agents")).toHaveLength(50);
  });

  it("still lets Countersign start on a folder it knows, so that it can say what is wrong", async () => {
    await openTestStore(folder);
    await fill();
    const lock = await lockInstance(folder);
    const store = await openTestStore(folder);
    expect(store.read("tenants")).toHaveLength(1);
    await lock.release();
  });

  it("says so on a fresh folder instead of running with an id that is not kept", async () => {
    await fill();
    await expect(openTestStore(folder)).rejects.toMatchObject({
      code: "settings_unwritable",
      facts: { file: "settings.json", reason: "the disk is full" },
    });
  });

  it("reports a broken file even if no copy of it can be kept", async () => {
    const broken = `{${" ".repeat(9000)}`;
    await fs.writeFile(file(), broken);
    await fs.writeFile(
      path.join(folder, "settings.json"),
      `{"format":1,"settings":{"installation":"AAAAAAAAAAAAAAAA","vault":null}}`,
    );
    await fs.writeFile(path.join(folder, "tenants.json"), `{"format":1,"tenants":[]}`);
    await fill();
    const store = await openTestStore(folder);
    expect(store.broken()).toMatchObject([{ document: "agents", keptAside: null }]);
    expect(await fs.readFile(file(), "utf8")).toBe(broken);
  });

  it("that is read-only is told before anything is half written", async () => {
    execFileSync("mount", ["-o", "remount,ro", folder]);
    await expect(prepareDataFolder(folder)).rejects.toMatchObject({
      code: "data_folder_unusable",
      facts: { reason: "the disk is read-only" },
    });
  });
});
