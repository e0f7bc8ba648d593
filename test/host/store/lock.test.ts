import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { exitCode } from "../../../electron/core/errors.ts";
import { lockInstance } from "../../../electron/host/store/lock.ts";
import { bundle, childEnv } from "./bundle.ts";
import { modeOf, tempFolder } from "./fixtures.ts";

interface Outcome {
  readonly won: boolean;
  readonly code?: string;
  readonly facts?: Record<string, unknown>;
}

let work: string;
let script: string;
let folder: string;
const started = new Set<ChildProcess>();

beforeAll(async () => {
  work = await tempFolder();
  script = await bundle("test/host/store/locker.child.ts", work);
});
beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(async () => {
  for (const child of started) child.kill("SIGKILL");
  started.clear();
  await fs.rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await fs.rm(work, { recursive: true, force: true });
});

async function start(target = folder): Promise<{ child: ChildProcess; outcome: Outcome }> {
  const child = spawn(process.execPath, [script, target], {
    env: childEnv(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  started.add(child);
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return { child, outcome: JSON.parse(chunk.toString()) as Outcome };
}

it(
  "lets exactly one of twenty parallel starts win, and tells the others who did",
  { timeout: 60_000 },
  async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => start()));
    const winners = all.filter(({ outcome }) => outcome.won);
    expect(winners).toHaveLength(1);
    const pid = winners[0]!.child.pid;
    for (const { outcome } of all.filter(({ outcome }) => !outcome.won)) {
      expect(outcome).toEqual({ won: false, code: "already_running", facts: { folder, pid } });
    }
    expect(exitCode("already_running")).toBe(72);
  },
);

it("is free again after kill -9, with nothing to clean by hand", async () => {
  for (let round = 0; round < 3; round++) {
    const { child, outcome } = await start();
    expect(outcome).toEqual({ won: true });
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  const lock = await lockInstance(folder);
  expect(lock.held()).toBe(true);
  await lock.release();
});

it("is free again after it was released", async () => {
  const first = await lockInstance(folder);
  await first.release();
  await first.release();
  expect(first.held()).toBe(false);
  const second = await lockInstance(folder);
  await second.release();
});

it("refuses the same process a second time", async () => {
  const lock = await lockInstance(folder);
  await expect(lockInstance(folder)).rejects.toMatchObject({
    code: "already_running",
    facts: { folder, pid: process.pid },
  });
  const { outcome } = await start();
  expect(outcome.won).toBe(false);
  await lock.release();
});

it("is the same lock through a symbolic link", async () => {
  const link = path.join(work, "link");
  await fs.symlink(folder, link);
  const lock = await lockInstance(link);
  expect(lock.folder).toBe(folder);
  const { outcome } = await start();
  expect(outcome).toMatchObject({ won: false, code: "already_running" });
  await lock.release();
});

it("survives others reading what lies in the folder", async () => {
  const lock = await lockInstance(folder);
  for (const name of await fs.readdir(folder)) {
    if (name !== "instance.lock") await fs.readFile(path.join(folder, name));
    expect(await modeOf(path.join(folder, name))).toBe(0o600);
  }
  expect((await start()).outcome.won).toBe(false);
  await lock.release();
});
