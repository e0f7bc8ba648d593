import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareDataFolder } from "../../../electron/host/store/folder.ts";
import { modeOf, tempFolder } from "./fixtures.ts";

const root = process.getuid?.() === 0;
let work: string;
let folder: string;

beforeEach(async () => {
  work = await tempFolder();
  folder = path.join(work, "data");
});
afterEach(async () => {
  await fs.rm(work, { recursive: true, force: true });
});

const unusable = (reason: string) => ({
  code: "data_folder_unusable",
  facts: { folder, reason },
});

describe("the data folder", () => {
  it("is made with everything above it, for its owner alone", async () => {
    const deep = path.join(work, "a", "b");
    expect(await prepareDataFolder(deep)).toBe(deep);
    expect(await modeOf(deep)).toBe(0o700);
  });

  it("may be a symbolic link to elsewhere", async () => {
    const real = path.join(work, "real");
    await fs.mkdir(real, { mode: 0o700 });
    await fs.symlink(real, folder);
    expect(await prepareDataFolder(folder)).toBe(real);
  });

  it.each([0o777, 0o770, 0o755])("is tightened from mode %o where it is empty", async (mode) => {
    await fs.mkdir(folder);
    await fs.chmod(folder, mode);
    await prepareDataFolder(folder);
    expect(await modeOf(folder)).toBe(0o700);
  });

  it("is tightened where it was Countersign's already", async () => {
    await fs.mkdir(folder);
    await fs.writeFile(path.join(folder, "settings.json"), "{}");
    await fs.chmod(folder, 0o775);
    await prepareDataFolder(folder);
    expect(await modeOf(folder)).toBe(0o700);
  });

  it("is refused, and its mode kept, where others use it too", async () => {
    await fs.mkdir(folder);
    await fs.writeFile(path.join(folder, "letter.txt"), "hello");
    await fs.chmod(folder, 0o755);
    await expect(prepareDataFolder(folder)).rejects.toMatchObject(
      unusable("other users may enter it and it holds other files"),
    );
    expect(await modeOf(folder)).toBe(0o755);
  });

  it("is refused where it is a shared folder for temporary files, even an empty one", async () => {
    await fs.mkdir(folder);
    await fs.chmod(folder, 0o1777);
    await expect(prepareDataFolder(folder)).rejects.toMatchObject({ code: "data_folder_unusable" });
    expect((await fs.stat(folder)).mode & 0o7777).toBe(0o1777);
  });

  it("may hold other files where it is private already", async () => {
    await fs.mkdir(folder, { mode: 0o700 });
    await fs.writeFile(path.join(folder, "letter.txt"), "hello");
    expect(await prepareDataFolder(folder)).toBe(folder);
  });

  it("is refused where it is a file", async () => {
    await fs.writeFile(folder, "");
    await expect(prepareDataFolder(folder)).rejects.toMatchObject(unusable("it is not a folder"));
  });

  it("is refused below a file", async () => {
    await fs.writeFile(path.join(work, "file"), "");
    folder = path.join(work, "file", "data");
    await expect(prepareDataFolder(folder)).rejects.toMatchObject(
      unusable("a part of its path is not a folder"),
    );
  });

  it("is refused where it is a link to nowhere", async () => {
    await fs.symlink(path.join(work, "nowhere"), folder);
    await expect(prepareDataFolder(folder)).rejects.toMatchObject(unusable("it is not there"));
  });

  it.skipIf(!root)("is refused where it belongs to another user", async () => {
    await fs.mkdir(folder, { mode: 0o700 });
    await fs.chown(folder, 65_534, 65_534);
    await expect(prepareDataFolder(folder)).rejects.toMatchObject(
      unusable("it belongs to another user"),
    );
  });

  it.skipIf(root)("is refused where it cannot be written", async () => {
    await fs.mkdir(folder, { mode: 0o500 });
    await expect(prepareDataFolder(folder)).rejects.toMatchObject(unusable("permission denied"));
  });
});
