import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle, childEnv } from "./bundle.ts";
import { openTestStore, tempFolder } from "./fixtures.ts";

const ROUNDS = 25;
let work: string;
let script: string;

beforeAll(async () => {
  work = await tempFolder();
  script = await bundle("test/host/store/writer.child.ts", work);
});
afterAll(async () => {
  await fs.rm(work, { recursive: true, force: true });
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

it(
  "survives kill -9 in the middle of writes: every acknowledged write is there, and none is half there",
  { timeout: 120_000 },
  async () => {
    const folder = path.join(work, "data");
    let next = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await writeAndKill(folder, next, (round * 7) % 60);
      const store = await openTestStore(folder);
      expect(store.broken()).toEqual([]);
      const agents = store.read("agents");
      expect(agents).toHaveLength(40);
      const hints = new Set(agents.map((a) => a.credentialHint));
      expect(hints.size).toBe(1);
      const found = Number([...hints][0]);
      // The one after the last word may have been put in place before the kill.
      expect([acknowledged, acknowledged + 1]).toContain(found);
      expect((await fs.readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
      next = found + 1;
    }
    expect(next).toBeGreaterThan(ROUNDS);
  },
);
