// What Countersign keeps: data folder, settings, journal, secrets.
import fs from "node:fs/promises";
import type { DoctorFinding } from "../../contract.ts";
import { Refusal } from "../../core/errors.ts";
import type { BrokenDocument } from "../../core/registry.ts";
import type { Reminder } from "../../core/reminders.ts";
import type { Complaint } from "../../core/sentences.ts";
import type { VaultStatus } from "../../core/vault.ts";
import { errnoOf, reasonOf } from "../store/failure.ts";
import { inspectFolder } from "../store/folder.ts";
import { say, told } from "./words.ts";

const MIB = 1024 * 1024;
const LOW_BYTES = 500 * MIB;
const FULL_BYTES = 20 * MIB;

/** `1.5 GiB`. */
export function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `free` asks how many bytes the user may still write there. */
export async function checkFolder(
  folder: string,
  free: (folder: string) => Promise<number> = freeBytes,
): Promise<DoctorFinding> {
  if ((await fs.lstat(folder).catch(errnoOf)) === "ENOENT") {
    return say("data-folder.missing", { folder });
  }
  try {
    const facts = await inspectFolder(folder);
    if (!facts.mine) return say("data-folder.foreign", { folder });
    if (facts.mode !== null && (facts.mode & 0o077) !== 0) {
      return say("data-folder.open", { folder, mode: facts.mode.toString(8).padStart(4, "0") });
    }
    await fs.access(facts.path, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
    const left = await free(facts.path);
    const state = left < FULL_BYTES ? "full" : left < LOW_BYTES ? "low" : "ok";
    return say(`data-folder.${state}`, { folder, free: sizeText(left) });
  } catch (error) {
    const reason = error instanceof Refusal ? String(error.facts["reason"]) : reasonOf(error);
    return say("data-folder.unusable", { folder, reason });
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await fs.statfs(folder);
  return bavail * bsize;
}

export function checkSettings(broken: readonly BrokenDocument[]): DoctorFinding {
  const [first, ...others] = broken;
  if (first === undefined) return say("settings.ok");
  const { file, line, reason } = first;
  const more = others.length === 0 ? "" : ` Also: ${others.map((b) => b.file).join(", ")}.`;
  return say("settings.broken", { file, line: line ?? "?", reason, more });
}

/** What SQLite has not moved into the file itself yet may be most of it. */
const sizeOf = (file: string): Promise<number> =>
  fs.stat(file).then(
    ({ size }) => size,
    () => 0,
  );

/** `trouble`: why writing fails, as the journal itself knows it; null where it runs well, or does not run. */
export async function checkJournal(file: string, trouble: Refusal | null): Promise<DoctorFinding> {
  if (trouble !== null) {
    return say("journal.trouble", { reason: String(trouble.facts["reason"] ?? trouble.code) });
  }
  try {
    const { size } = await fs.stat(file);
    await fs.access(file, fs.constants.R_OK | fs.constants.W_OK);
    return say("journal.ok", { size: sizeText(size + (await sizeOf(`${file}-wal`))) });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return say("journal.new");
    return say("journal.trouble", { reason: reasonOf(error) });
  }
}

/** Null: Countersign is not running, and opening the keychain might raise a dialog that nobody asked for. */
export function checkKeychain(vault: VaultStatus | null): DoctorFinding {
  const state = vault?.keychain ?? "not-probed";
  return say(`keychain.${state}`, { reason: vault?.keychainReason ?? "no reason was given" });
}

/** Keys that nobody replaced for too long. Null: Countersign is not running, and the settings stay closed. */
export function checkKeys(reminders: readonly Reminder[] | null): DoctorFinding {
  if (reminders === null) return say("keys.idle");
  const old = reminders.filter(({ kind }) => kind === "key");
  return old.length === 0 ? say("keys.ok") : say("keys.old", told(old));
}

const PLACES = { keychain: "system's keychain", file: "sealed file", memory: "memory" };

export function checkVault(vault: VaultStatus | null): DoctorFinding {
  if (vault === null) return say("vault.idle");
  if (vault.kind === null || vault.state === "unchosen") return say("vault.unchosen");
  if (vault.kind === "memory" && vault.state === "ready") return say("vault.memory");
  const facts = { kind: PLACES[vault.kind], reason: vault.reason ?? "no reason was given" };
  return say(`vault.${vault.state}`, facts);
}

/** @param trouble why the policies in force cannot be asked, in words; null where nothing is wrong */
export const checkPolicy = (
  trouble: Pick<Complaint, "sentence" | "advice"> | null,
): DoctorFinding =>
  trouble === null
    ? say("policy.ok")
    : say("policy.trouble", { what: trouble.sentence, how: trouble.advice });
