// What the journal's tests share: a folder and a journal that end with the test.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import v8 from "node:v8";
import vm from "node:vm";
import { onTestFinished } from "vitest";
import type { Clock } from "../../../electron/core/clock.ts";
import { type HostJournal, openJournal } from "../../../electron/host/journal/open.ts";
import { rememberingLog, systemClock } from "./records.ts";

export { callId, ended, intent, rememberingLog, START, systemClock } from "./records.ts";

/** A private folder that is gone after the test. */
export function folder(): string {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "journal-"));
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A journal that is closed after the test. */
export function opened(file: string, clock: Clock = systemClock): HostJournal {
  const journal = openJournal({ file, clock, log: rememberingLog() });
  onTestFinished(() => journal.close());
  return journal;
}

/**
 * Ends the connections that were closed: @photostructure/sqlite holds a closed file open until its statements are
 * garbage, which no other process would see, but a test that looks at the file from this one does.
 */
export async function released(): Promise<void> {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until `holds`, at most five seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > end) throw new Error("it did not come to hold within 5 s");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
