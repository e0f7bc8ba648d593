// The machine that Countersign runs on: runtime, clock, trust and environment.
import fs from "node:fs/promises";
import tls from "node:tls";
import type { DoctorFinding } from "../../contract.ts";
import type { Clock } from "../../core/clock.ts";
import type { Reminder } from "../../core/reminders.ts";
import { say, told } from "./words.ts";

export interface Runtime {
  readonly kind: "electron" | "node";
  readonly version: string;
  readonly testRuntime: boolean;
}

const OLDEST_NODE = [20, 19] as const;

/** `version` as in process.versions.node. */
export function checkNode(runtime: Runtime, version: string): DoctorFinding {
  if (runtime.kind === "electron") return say("node.inside", { version });
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const old = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  return say(old ? "node.old" : "node.ok", { version });
}

export function checkElectron({ kind, version, testRuntime }: Runtime): DoctorFinding {
  if (kind === "node") return say("electron.none");
  return say(testRuntime ? "electron.test" : "electron.official", { version });
}

/** No version of Countersign is older: a clock before this lost its battery. */
const BUILT_AFTER = Date.UTC(2026, 0, 1);
const ABSURD = Date.UTC(2100, 0, 1);
/** Two clocks of one machine may differ by this much without anybody having set them. */
const SLACK_MS = 60_000;

export interface ClockFacts {
  readonly clock: Clock;
  /** Both clocks as they stood when the program started; null where that is now. */
  readonly atStart: { readonly wall: number; readonly monotonic: number } | null;
  /** `at` of the newest journal row. */
  readonly newestCall: number | null;
}

/** Going forwards is not reported: a machine that slept looks just the same. */
export function checkClock({ clock, atStart, newestCall }: ClockFacts): DoctorFinding {
  const wall = clock.now();
  const now = new Date(wall).toISOString();
  if (wall < BUILT_AFTER || wall > ABSURD) return say("clock.wrong", { now });
  if (newestCall !== null && newestCall > wall + SLACK_MS) {
    return say("clock.behind", { newest: new Date(newestCall).toISOString(), now });
  }
  if (atStart !== null) {
    const behind = clock.monotonic() - atStart.monotonic - (wall - atStart.wall);
    if (behind > SLACK_MS) return say("clock.jumped", { seconds: Math.round(behind / 1000) });
  }
  return say("clock.ok", { now, zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC" });
}

/** Where Debian, Fedora, SUSE, Alpine and macOS keep theirs. */
const STORES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Which authorities are trusted, and which certificates of one's own end soon. */
export async function checkCertificates(
  reminders: readonly Reminder[] | null,
  roots: readonly string[] = tls.rootCertificates,
): Promise<DoctorFinding> {
  if (roots.length === 0) return say("certificates.none");
  const ending = (reminders ?? []).filter(({ kind }) => kind !== "key");
  const [first] = ending;
  if (first !== undefined) {
    return say(first.step === 0 ? "certificates.over" : "certificates.ending", told(ending));
  }
  let store = "not found";
  for (const file of STORES) {
    if ((await fs.access(file).catch(() => "no")) !== undefined) continue;
    store = file;
    break;
  }
  const facts = { count: roots.length, store };
  return say(reminders === null ? "certificates.idle" : "certificates.ok", facts);
}

/** Names only: the value of a proxy variable can hold a password. */
/** Whether locking the screen is noticed (host/session-lock.ts). */
export function checkAway(away: "lock-and-sleep" | "sleep"): DoctorFinding {
  return say(away === "sleep" ? "away.sleep" : "away.watched");
}

export function checkEnvironment(removed: readonly string[]): DoctorFinding {
  if (removed.length === 0) return say("environment.ok");
  return say("environment.removed", { names: removed.join(", ") });
}
