import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, test } from "vitest";
import { openDatabase } from "../../../electron/host/journal/sqlite.ts";
import { callId, ended, folder, intent, opened } from "./kit.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, "../../..");

/** The child as one CommonJS file, as main is built: this also shows that the engine is found from a bundle. */
async function bundled(dir: string): Promise<string> {
  fs.symlinkSync(path.join(root, "node_modules"), path.join(dir, "node_modules"), "junction");
  await build({
    configFile: false,
    root: dir,
    logLevel: "error",
    ssr: { noExternal: true, external: ["@photostructure/sqlite"] },
    build: {
      ssr: path.join(here, "child.ts"),
      outDir: dir,
      emptyOutDir: false,
      target: "node18",
      minify: false,
      rolldownOptions: {
        external: ["@photostructure/sqlite", /^node:/],
        output: { format: "cjs", entryFileNames: "child.cjs", dynamicImportInCjs: false },
      },
    },
  });
  return path.join(dir, "child.cjs");
}

/** Runs the child for `ms` after it opened the journal, then kills it. Returns the numbers it was promised. */
async function killedAfter(
  ms: number,
  script: string,
  file: string,
  first: number,
): Promise<number[]> {
  const child: ChildProcess = spawn(process.execPath, [script, file, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    if (said === "") setTimeout(() => child.kill("SIGKILL"), ms);
    said += text;
  });
  await new Promise((resolve) => child.once("close", resolve));
  expect(child.signalCode).toBe("SIGKILL");
  expect(said.startsWith("open well\n")).toBe(true);
  // The last line may have been cut by the kill: only whole ones are promises that were heard.
  const lines = said.slice(0, said.lastIndexOf("\n")).split("\n");
  return lines.filter((line) => line.startsWith("ack ")).map((line) => Number(line.slice(4)));
}

test("keeps every call that it promised to keep, through 20 kills at random moments", async () => {
  const dir = folder();
  const file = path.join(dir, "journal.db");
  const script = await bundled(dir);
  const promised: number[] = [];
  for (let round = 0; round < 20; round++) {
    const acks = await killedAfter(Math.random() * 250, script, file, round * 100_000);
    promised.push(...acks);
  }
  expect(promised.length).toBeGreaterThan(100);

  const pending = (): number => {
    const raw = openDatabase(file);
    const found = raw.prepare("SELECT count(*) AS n FROM calls WHERE outcome = 'pending'").get();
    expect(raw.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    raw.close();
    return Number(found?.["n"]);
  };
  // A kill may fall between two calls: what is to be seen here is what one in the middle of a call leaves behind.
  for (let round = 20; pending() === 0 && round < 40; round++) {
    promised.push(...(await killedAfter(Math.random() * 250, script, file, round * 100_000)));
  }
  expect(pending()).toBeGreaterThan(0);

  const journal = opened(file);
  expect(journal.trouble()).toBeNull();
  const missing = promised.filter((n) => journal.get(callId(n)) === undefined);
  expect(missing).toEqual([]);
  const last = promised.at(-1) ?? 0;
  expect(journal.search({ outcome: ["pending"], limit: 1 }).matched).toBe(0);
  expect(journal.search({ outcome: ["interrupted"], limit: 1 }).matched).toBeGreaterThan(0);
  // The index lost and doubled nothing either.
  expect(journal.search({ tenant: "personal", limit: 1 }).matched).toBe(
    Math.min(10_000, journal.count() ?? 0),
  );
  expect(journal.search({ text: `word${last}`, limit: 5 }).rows.map((row) => row.id)).toEqual([
    callId(last),
  ]);
}, 60_000);

test("opens after power loss tore its log at any byte, with all rows up to the tear and no hole", async () => {
  const dir = folder();
  const file = path.join(dir, "journal.db");
  const journal = opened(file);
  for (let n = 0; n < 60; n++) {
    await journal.intent(intent(n));
    if (n % 2 === 0) journal.end(callId(n), ended());
  }
  const [main, log] = [fs.readFileSync(file), fs.readFileSync(`${file}-wal`)];
  expect(log.length).toBeGreaterThan(100_000);
  let whole = 0;
  for (let round = 0; round < 40; round++) {
    const torn = path.join(dir, `torn-${round}.db`);
    const keep = Math.floor(Math.random() * log.length);
    fs.writeFileSync(torn, main);
    // Beyond the tear: nothing, or what a disk may hold there instead.
    const rest = round % 2 === 0 ? Buffer.alloc(0) : Buffer.alloc(log.length - keep, 0xa5);
    fs.writeFileSync(`${torn}-wal`, Buffer.concat([log.subarray(0, keep), rest]));
    const after = opened(torn);
    expect(after.trouble()).toBeNull();
    const count = after.count() ?? -1;
    whole = Math.max(whole, count);
    for (let n = 0; n < 60; n++) expect(after.get(callId(n)) !== undefined).toBe(n < count);
    await after.intent(intent(1000));
    after.close();
  }
  expect(whole).toBeGreaterThan(20);
});
