// Replacing several files in one step. A list of what is to be put in place is the moment of truth: once it is on
// disk, a start after a crash finishes the work; before that, nothing has happened.
import fs from "node:fs/promises";
import path from "node:path";
import { besideName, replaceFile, syncFolder, writeBeside } from "./atomic.ts";
import { errnoOf } from "./failure.ts";

const LIST = ".together.json";
const MOVE = /^\.([a-z]+\.json)\.[0-9a-f]{16}\.tmp$/;

/** A file by its name in the folder, and what it is to hold. */
export interface Replacement {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/**
 * Puts all of them in place, mode 0600, durable when it resolves.
 * @throws what the system call threw; the files are then as they were
 */
export async function replaceFiles(folder: string, all: readonly Replacement[]): Promise<void> {
  const temps = all.map(({ fileName }) => besideName(fileName));
  const before: (readonly [string, Uint8Array])[] = [];
  try {
    for (const { fileName } of all) {
      const file = path.join(folder, fileName);
      const bytes = await fs.readFile(file).catch(missing);
      if (bytes !== null) before.push([file, bytes]);
    }
    for (const [i, { bytes }] of all.entries()) {
      await writeBeside(path.join(folder, temps[i] ?? ""), bytes);
    }
    await replaceFile(path.join(folder, LIST), new TextEncoder().encode(JSON.stringify(temps)));
    await move(folder, temps);
  } catch (error) {
    await undo(folder, temps, before).catch(() => {});
    throw error;
  }
}

/** What a crash interrupted after the list was written. Before leftovers are removed: they may be on the list. */
export async function finishTogether(folder: string): Promise<void> {
  const list = await fs.readFile(path.join(folder, LIST), "utf8").catch(missing);
  if (list === null) return;
  let temps: unknown;
  try {
    temps = JSON.parse(list);
  } catch {
    temps = [];
  }
  const names = Array.isArray(temps) ? temps.filter((name) => typeof name === "string") : [];
  await move(
    folder,
    names.filter((name) => MOVE.test(name)),
  );
}

async function move(folder: string, temps: readonly string[]): Promise<void> {
  for (const temp of temps) {
    const file = MOVE.exec(temp)?.[1];
    if (file === undefined) continue;
    // Not there any more: it was moved before the crash.
    await fs.rename(path.join(folder, temp), path.join(folder, file)).catch(missing);
  }
  await syncFolder(folder);
  await fs.rm(path.join(folder, LIST), { force: true });
  await syncFolder(folder);
}

/** The list goes first: from then on, a start would not repeat what is being undone. */
async function undo(
  folder: string,
  temps: readonly string[],
  before: readonly (readonly [string, Uint8Array])[],
): Promise<void> {
  await fs.rm(path.join(folder, LIST), { force: true });
  for (const temp of temps) await fs.rm(path.join(folder, temp), { force: true });
  for (const [file, bytes] of before) {
    const now = await fs.readFile(file).catch(missing);
    if (now === null || !now.equals(bytes)) await replaceFile(file, bytes);
  }
}

function missing(error: unknown): null {
  if (errnoOf(error) === "ENOENT") return null;
  throw error;
}
