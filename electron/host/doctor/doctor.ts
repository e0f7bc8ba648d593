// What is wrong with this machine's set-up, and the remedy. Every check looks and changes nothing.
import type { DoctorFinding, DoctorReport } from "../../contract.ts";
import type { Refusal } from "../../core/errors.ts";
import type { BrokenDocument } from "../../core/registry.ts";
import type { Reminder } from "../../core/reminders.ts";
import type { Complaint } from "../../core/sentences.ts";
import type { VaultStatus } from "../../core/vault.ts";
import { errnoOf } from "../store/failure.ts";
import {
  checkFolder,
  checkJournal,
  checkKeychain,
  checkKeys,
  checkPolicy,
  checkSettings,
  checkVault,
} from "./keeping.ts";
import {
  checkAway,
  checkCertificates,
  checkClock,
  checkElectron,
  checkEnvironment,
  checkNode,
  type ClockFacts,
  type Runtime,
} from "./machine.ts";
import { checkPort, type PortFacts } from "./port.ts";
import { type Topic, unknown } from "./words.ts";

/** What the doctor cannot find out by itself. */
export interface DoctorPorts extends ClockFacts {
  readonly runtime: Runtime;
  /** process.versions.node */
  readonly nodeVersion: string;
  readonly dataFolder: string;
  /** Of the running store, or of inspectSettings() where nothing runs. */
  readonly broken: () => readonly BrokenDocument[] | Promise<readonly BrokenDocument[]>;
  readonly door: PortFacts;
  /** Freshly probed; null where nothing runs. */
  readonly vault: () => VaultStatus | null | Promise<VaultStatus | null>;
  readonly journal: { readonly file: string; readonly trouble: Refusal | null };
  /** Why the policies in force cannot be asked; left out where nothing runs. */
  readonly policyTrouble?: Complaint | null;
  /** core's remindersOf; null where nothing runs. */
  readonly reminders: readonly Reminder[] | null;
  /** core's asTyped: a command in a remedy as it is typed on this machine. */
  readonly typed: (remedy: string) => string;
  /** Names that scrubEnvironment() removed. */
  readonly removedEnvironment: readonly string[];
  /** What the desktop app notices of a person who goes away; none where no desktop app runs. */
  readonly away?: "lock-and-sleep" | "sleep" | "none" | undefined;
}

/** One check that fails must not hide what the others found. */
async function guarded(
  topic: Topic,
  check: () => DoctorFinding | Promise<DoctorFinding>,
): Promise<DoctorFinding> {
  try {
    return await check();
  } catch (error) {
    return unknown(topic, errnoOf(error) ?? "unexpected error");
  }
}

/** Never throws. `ok` where nothing is a problem; warnings leave it true. */
export async function runDoctor(ports: DoctorPorts): Promise<DoctorReport> {
  const { runtime, dataFolder, journal } = ports;
  const vault = Promise.resolve().then(ports.vault);
  const { away = "none", policyTrouble } = ports;
  const findings = await Promise.all([
    guarded("node", () => checkNode(runtime, ports.nodeVersion)),
    guarded("electron", () => checkElectron(runtime)),
    guarded("data-folder", () => checkFolder(dataFolder)),
    guarded("settings", async () => checkSettings(await ports.broken())),
    guarded("port", () => checkPort(ports.door)),
    guarded("keychain", async () => checkKeychain(await vault)),
    guarded("vault", async () => checkVault(await vault)),
    ...(policyTrouble === undefined ? [] : [guarded("policy", () => checkPolicy(policyTrouble))]),
    guarded("journal", () => checkJournal(journal.file, journal.trouble)),
    guarded("clock", () => checkClock(ports)),
    guarded("certificates", () => checkCertificates(ports.reminders)),
    guarded("keys", () => checkKeys(ports.reminders)),
    guarded("environment", () => checkEnvironment(ports.removedEnvironment)),
    ...(away === "none" ? [] : [guarded("away", () => checkAway(away))]),
  ]);
  return {
    ok: findings.every((finding) => finding.state !== "problem"),
    findings: findings.map((finding) =>
      finding.remedy === null ? finding : { ...finding, remedy: ports.typed(finding.remedy) },
    ),
  };
}
