import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { migrate, MIGRATIONS } from "../../../electron/host/journal/schema.ts";
import { openDatabase } from "../../../electron/host/journal/sqlite.ts";
import { callId, ended, eventually, folder, intent, opened, released } from "./kit.ts";

/** A file system of 1 MB of its own, or null where this account may not mount one. */
function smallDisk(): string | null {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  const dir = folder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", dir]).status !== 0) return null;
  onTestFinished(() => void spawnSync("umount", ["-l", dir]));
  return dir;
}
const canMount = ((): boolean => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const dir = fs.mkdtempSync("/tmp/journal-mount-");
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", dir]).status === 0;
  if (isMounted) spawnSync("umount", [dir]);
  fs.rmdirSync(dir);
  return isMounted;
})();

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const big = JSON.stringify({ text: "x".repeat(16_000) });

describe.skipIf(!canMount)("a disk of its own (needs root and mount on Linux)", () => {
  test("that is full denies every call within 100 ms, and is used again once there is room", async () => {
    const disk = smallDisk() ?? "";
    const file = path.join(disk, "journal.db");
    const ballast = path.join(disk, "ballast");
    fs.writeFileSync(ballast, Buffer.alloc(400_000));
    const journal = opened(file);
    const kept: number[] = [];
    const refusals: unknown[] = [];
    for (let n = 0; n < 100 && refusals.length === 0; n++) {
      await journal.intent(intent(n, { input: big })).then(
        () => kept.push(n),
        (error: unknown) => refusals.push(error),
      );
    }
    expect(kept.length).toBeGreaterThan(0);
    expect(refusals[0]).toMatchObject({
      code: "journal_unwritable",
      facts: { reason: "the disk is full" },
    });
    expect(journal.trouble()?.facts).toEqual({ reason: "the disk is full" });

    for (let n = 200; n < 220; n++) {
      const began = performance.now();
      await expect(journal.intent(intent(n, { input: big }))).rejects.toBeInstanceOf(Refusal);
      expect(performance.now() - began).toBeLessThan(100);
    }
    // What was kept can be read meanwhile, and an outcome waits for room.
    journal.end(callId(0), ended());
    expect(journal.search({ text: "get-sum", limit: 500 }).matched).toBe(kept.length);

    fs.rmSync(ballast);
    await journal.intent(intent(300));
    expect(journal.trouble()).toBeNull();
    expect(journal.flush()).toBe(true);
    expect(journal.get(callId(0))?.outcome).toBe("ok");
    for (const n of kept) expect(journal.get(callId(n))).toBeDefined();
    expect(journal.get(callId(210))).toBeUndefined();
    journal.close();
    const raw = openDatabase(file);
    expect(raw.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    raw.close();
  });

  test("that can only be read denies every call, and is used again once it can be written", async () => {
    const disk = smallDisk() ?? "";
    const file = path.join(disk, "journal.db");
    const before = opened(file);
    await before.intent(intent(1));
    before.end(callId(1), ended());
    before.close();
    await released();
    execFileSync("mount", ["-o", "remount,ro", disk]);
    const journal = opened(file);
    expect(journal.trouble()).toMatchObject({ code: "journal_unwritable" });
    await expect(journal.intent(intent(2))).rejects.toMatchObject({ code: "journal_unwritable" });
    expect(() => journal.search({ limit: 10 })).toThrow(Refusal);
    expect(journal.count()).toBeNull();
    execFileSync("mount", ["-o", "remount,rw", disk]);
    await pause(300);
    await journal.intent(intent(2));
    expect(journal.trouble()).toBeNull();
    expect(journal.search({ limit: 10 }).rows.map((row) => row.seq)).toEqual([2, 1]);
  });
});

test.skipIf(process.getuid?.() === 0 || process.platform === "win32")(
  "a file that this account may only read denies every call",
  async () => {
    const file = path.join(folder(), "journal.db");
    opened(file).close();
    fs.chmodSync(file, 0o400);
    const journal = opened(file);
    await expect(journal.intent(intent(1))).rejects.toMatchObject({ code: "journal_unwritable" });
  },
);

describe("a file that cannot be used", () => {
  test("is left as it is when it is no journal", async () => {
    const file = path.join(folder(), "journal.db");
    const bytes = Buffer.from("these are somebody's notes, and they matter\n".repeat(200));
    fs.writeFileSync(file, bytes);
    const journal = opened(file);
    expect(journal.trouble()).toMatchObject({
      code: "journal_unwritable",
      facts: { reason: "its file is damaged or not a journal; it was left as it is" },
    });
    await expect(journal.intent(intent(1))).rejects.toMatchObject({ code: "journal_unwritable" });
    journal.end(callId(1), ended());
    journal.refused(intent(2), ended());
    journal.close();
    expect(fs.readFileSync(file).equals(bytes)).toBe(true);
  });

  test("denies calls when its pages are damaged, and the bytes are left", async () => {
    const file = path.join(folder(), "journal.db");
    const before = opened(file);
    await Promise.all(Array.from({ length: 500 }, async (_, n) => before.intent(intent(n))));
    before.close();
    await released();
    const bytes = fs.readFileSync(file);
    bytes.fill(0xa5, 4096);
    fs.writeFileSync(file, bytes);
    const journal = opened(file);
    await expect(journal.intent(intent(1000))).rejects.toMatchObject({
      code: "journal_unwritable",
    });
    expect(journal.trouble()?.facts["reason"]).toContain("damaged");
    expect(() => journal.search({ limit: 10 })).toThrow(Refusal);
    journal.close();
    expect(fs.readFileSync(file).equals(bytes)).toBe(true);
  });

  test("is left as it is when it is another program's database", () => {
    const file = path.join(folder(), "journal.db");
    const other = openDatabase(file);
    other.exec("CREATE TABLE bookmarks(url TEXT); INSERT INTO bookmarks VALUES('x')");
    other.close();
    expect(opened(file).trouble()?.facts).toEqual({
      reason: "its file belongs to another program",
    });
    const again = openDatabase(file);
    expect(again.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "bookmarks" }]);
    again.close();
  });

  test("is left as it is when a later version wrote it", async () => {
    const file = path.join(folder(), "journal.db");
    const first = opened(file);
    await first.intent(intent(1));
    first.close();
    const raw = openDatabase(file);
    raw.exec("PRAGMA user_version = 99");
    raw.close();
    const journal = opened(file);
    expect(journal.trouble()).toMatchObject({ code: "settings_newer", facts: { file } });
    await expect(journal.intent(intent(2))).rejects.toBeInstanceOf(Refusal);
    journal.close();
    const after = openDatabase(file);
    expect(after.prepare("SELECT id, outcome FROM calls").all()).toEqual([
      { id: callId(1), outcome: "pending" },
    ]);
    after.close();
  });

  test("may be a folder, or lie in no folder", () => {
    const dir = folder();
    expect(opened(dir).trouble()).toMatchObject({ code: "journal_unwritable" });
    expect(opened(path.join(dir, "none", "journal.db")).trouble()).toMatchObject({
      code: "journal_unwritable",
    });
  });

  test("is noticed when it is taken away while the journal is open", async () => {
    const dir = folder();
    const file = path.join(dir, "journal.db");
    const journal = opened(file);
    await journal.intent(intent(1));
    fs.renameSync(file, path.join(dir, "moved.db"));
    for (const side of ["-wal", "-shm"]) fs.rmSync(file + side, { force: true });
    await journal.intent(intent(2));
    journal.close();
    expect(opened(file).get(callId(2))?.id).toBe(callId(2));
  });
});

test("a lock of another program denies calls within 100 ms, and they go on after it", async () => {
  const file = path.join(folder(), "journal.db");
  const journal = opened(file);
  await journal.intent(intent(1));
  const other = openDatabase(file);
  other.exec("BEGIN IMMEDIATE");
  const began = performance.now();
  const results = await Promise.allSettled(
    Array.from({ length: 1000 }, async (_, n) => journal.intent(intent(10 + n))),
  );
  expect(performance.now() - began).toBeLessThan(100);
  expect(results.every((result) => result.status === "rejected")).toBe(true);
  expect(journal.trouble()?.facts).toEqual({ reason: "another program holds it locked" });
  journal.end(callId(1), ended());
  expect(journal.flush()).toBe(false);
  other.exec("ROLLBACK");
  other.close();
  // No call comes: the outcome is tried again by itself.
  await eventually(() => journal.get(callId(1))?.outcome === "ok");
  expect(journal.trouble()).toBeNull();
});

test("more calls than may wait are refused, and those before them are kept", async () => {
  const journal = opened(path.join(folder(), "journal.db"));
  const results = await Promise.allSettled(
    Array.from({ length: 5000 }, async (_, n) => journal.intent(intent(n))),
  );
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(4096);
  expect(results.at(-1)).toMatchObject({
    reason: { code: "journal_unwritable", facts: { reason: "too many calls wait to be written" } },
  });
  expect(journal.count()).toBe(4096);
});

describe("a migration", () => {
  test("that fails half-way leaves the old shape and the rows", async () => {
    const file = path.join(folder(), "journal.db");
    const journal = opened(file);
    await journal.intent(intent(1));
    journal.close();
    const db = openDatabase(file);
    const steps = [
      ...MIGRATIONS,
      "ALTER TABLE calls ADD COLUMN extra TEXT; DELETE FROM calls; SELECT nothing",
    ];
    expect(() => migrate(db, file, steps)).toThrow();
    expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: MIGRATIONS.length });
    expect(db.prepare("SELECT count(*) AS n FROM calls").get()).toEqual({ n: 1 });
    const better = [...MIGRATIONS, "ALTER TABLE calls ADD COLUMN extra TEXT"];
    migrate(db, file, better);
    expect(db.prepare("SELECT id, extra FROM calls").get()).toEqual({ id: callId(1), extra: null });
    db.close();
    expect(opened(file).trouble()?.code).toBe("settings_newer");
  });
});
