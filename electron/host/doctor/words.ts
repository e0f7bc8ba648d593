// Every sentence of the doctor, ready for translation: what was found, and what a person can do about it.
// Facts are filled in as `{name}`.
import type { DoctorFinding } from "../../contract.ts";
import type { Reminder } from "../../core/reminders.ts";

type Words = readonly [state: DoctorFinding["state"], note: string, remedy: string | null];

const TITLES = {
  node: "Node",
  electron: "Electron",
  "data-folder": "Data folder",
  settings: "Settings",
  port: "Agents' door",
  keychain: "Keychain of this system",
  vault: "Place for secrets",
  policy: "Policy",
  journal: "Journal",
  clock: "Clock",
  certificates: "Certificates",
  keys: "Age of keys",
  environment: "Environment",
  away: "When you go away",
} as const;
export type Topic = keyof typeof TITLES;

const REST = "Run `countersign doctor` again; if it stays, report what it says.";
const CLOCK =
  "Let the system set it: timedatectl set-ntp true, or the date settings of your desktop.";

const WORDS = {
  "node.ok": ["ok", "Node {version}.", null],
  "node.inside": ["ok", "Node {version}, the one inside Electron.", null],
  "node.old": [
    "problem",
    "Node {version} is older than 20.19.",
    "Install Node 20.19 or later and start Countersign again.",
  ],
  "electron.official": ["ok", "Electron {version}.", null],
  "electron.test": [
    "warning",
    "Electron {version} is an old test runtime without security updates.",
    "Use it to look around, not with keys that matter. Where GitHub can be reached, npm start fetches the official Electron.",
  ],
  "electron.none": ["ok", "Not in use: the interface is served to the browser.", null],
  "data-folder.ok": ["ok", "{folder} is yours and private; its disk has {free} left.", null],
  "data-folder.missing": [
    "warning",
    "{folder} is not there yet.",
    "Nothing to do: the first start makes it. If you expected your settings here, check --data.",
  ],
  "data-folder.foreign": [
    "problem",
    "{folder} belongs to another user.",
    "Start Countersign as that user, or choose another folder with --data DIR.",
  ],
  "data-folder.open": [
    "problem",
    "Other users may enter {folder} (mode {mode}).",
    "Close it: chmod 700 '{folder}'",
  ],
  "data-folder.unusable": [
    "problem",
    "{folder} cannot be used: {reason}.",
    "Choose another one with --data DIR, or mend this one.",
  ],
  "data-folder.low": [
    "warning",
    "The disk of {folder} has only {free} left.",
    "Free some space: when the disk is full no call is made, because none could be written down.",
  ],
  "data-folder.full": [
    "problem",
    "The disk of {folder} is full ({free} left).",
    "Free some space: until then no call is made and no setting is saved.",
  ],
  "settings.ok": ["ok", "Every settings file can be read.", null],
  "settings.broken": [
    "problem",
    "{file}, line {line}: {reason}.{more}",
    "Mend that line, or move the file away to start afresh. Countersign does not touch it.",
  ],
  "port.ours": ["ok", "Countersign listens on 127.0.0.1, port {port}.", null],
  "port.free": ["ok", "Port {port} of 127.0.0.1 is free.", null],
  "port.taken": [
    "problem",
    "Port {port} is taken by {holder}.",
    "Stop that program, or start Countersign with another --port and change the agents' addresses too.",
  ],
  "port.refused": [
    "problem",
    "Port {port} cannot be used: {reason}.",
    "Start Countersign with another --port and change the agents' addresses too.",
  ],
  "keychain.ready": ["ok", "It answers, and gives back what was stored.", null],
  "keychain.locked": [
    "warning",
    "It is locked.",
    "Unlock it with your system's own dialog (on Linux: Passwords and Keys, or log in to the desktop).",
  ],
  "keychain.unavailable": [
    "warning",
    "It does not answer: {reason}.",
    "On Linux install gnome-keyring (or KWallet) and libsecret-1-0 and log in to a desktop. Without one, choose the sealed file: countersign vault choose file.",
  ],
  "keychain.not-probed": [
    "ok",
    "Not asked: secrets are kept elsewhere, or Countersign is not running.",
    null,
  ],
  "vault.ready": ["ok", "Secrets are kept in the {kind}.", null],
  "vault.memory": [
    "warning",
    "Secrets are kept in memory only: they are gone when Countersign ends.",
    "To keep them, choose a place: countersign vault choose keychain, or: countersign vault choose file.",
  ],
  "vault.unchosen": [
    "warning",
    "No place for secrets has been chosen.",
    "Choose one in the app, or run: countersign vault choose keychain|file|memory.",
  ],
  "vault.locked": [
    "warning",
    "The {kind} is locked: calls that need a key are refused.",
    "Unlock it: the keychain with your system's own dialog, a sealed file with: countersign vault unlock.",
  ],
  "vault.unavailable": [
    "problem",
    "The {kind} cannot be used: {reason}.",
    "Mend that, or choose another place: countersign vault choose keychain|file|memory. Keys that lie in this one stay there.",
  ],
  "vault.idle": ["ok", "Countersign is not running; nothing was opened.", null],
  "policy.ok": ["ok", "The policies in force can be asked.", null],
  "policy.trouble": ["problem", "{what}", "{how}"],
  "journal.ok": ["ok", "It can be written, and has {size}.", null],
  "journal.new": ["ok", "There is none yet: the first start makes it.", null],
  "journal.trouble": [
    "problem",
    "It cannot be written: {reason}. No call is made meanwhile.",
    "Free space on the disk of the data folder, and check that its files belong to you.",
  ],
  "clock.ok": ["ok", "{now} ({zone}).", null],
  "clock.wrong": ["problem", "This machine's clock says {now}, which cannot be.", CLOCK],
  "clock.behind": [
    "problem",
    "The newest call in the journal is from {newest}, which is in the future of this clock ({now}).",
    CLOCK,
  ],
  "clock.jumped": [
    "warning",
    "The clock was set back by {seconds} seconds since Countersign started.",
    `Times in the journal may be out of order. ${CLOCK}`,
  ],
  "certificates.ok": [
    "ok",
    "{count} authorities come with this runtime and are trusted; the system's own store ({store}) is not used. No certificate of yours ends within 30 days.",
    null,
  ],
  // Only the running program knows whose certificates those are.
  "certificates.idle": [
    "ok",
    "{count} authorities come with this runtime and are trusted; the system's own store ({store}) is not used. Your own certificates are looked at while Countersign runs.",
    null,
  ],
  "certificates.ending": ["warning", "{what}", "{how}"],
  "certificates.over": ["problem", "{what}", "{how}"],
  "certificates.none": [
    "problem",
    "This runtime knows no certificate authority, so no https server can prove who it is.",
    "Install Node or Electron from its own site instead of this build.",
  ],
  "keys.ok": ["ok", "None is older than 90 days.", null],
  "keys.old": ["warning", "{what}", "{how}"],
  "keys.idle": ["ok", "Not looked at: Countersign is not running.", null],
  "away.watched": ["ok", "Locking the screen, and sleep, end what you allowed for a while.", null],
  "away.sleep": [
    "warning",
    "Only sleep ends what you allowed for a while: nothing here tells Countersign that the screen is locked.",
    "Install dbus-monitor (Debian: apt install dbus-bin) and start Countersign again; until then lock the vault when you go.",
  ],
  "environment.ok": ["ok", "Nothing in it changes trust, routing or loaded code.", null],
  "environment.removed": [
    "warning",
    "These variables were set and are not obeyed: {names}.",
    "Unset them where they come from. Proxies and extra authorities are not taken from the environment.",
  ],
} as const satisfies Record<`${Topic}.${string}`, Words>;

export type Saying = keyof typeof WORDS;
type TopicOf<S extends Saying> = S extends `${infer T extends Topic}.${string}` ? T : never;

function fill(text: string, facts: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? "…"));
}

export function say<S extends Saying>(
  saying: S,
  facts: Readonly<Record<string, string | number>> = {},
): DoctorFinding {
  const [state, note, remedy] = WORDS[saying];
  const id = saying.split(".")[0] as TopicOf<S>;
  return {
    id,
    title: TITLES[id],
    state,
    note: fill(note, facts),
    remedy: remedy === null ? null : fill(remedy, facts),
  };
}

/** Several reminders as one finding; equal advice is given once. */
export const told = (reminders: readonly Reminder[]): { what: string; how: string } => ({
  what: reminders.map(({ sentence }) => sentence).join(" "),
  how: [...new Set(reminders.map(({ advice }) => advice))].join(" "),
});

/** A check that itself failed: a bug or a system that refuses to be asked. */
export function unknown(topic: Topic, reason: string): DoctorFinding {
  return {
    id: topic,
    title: TITLES[topic],
    state: "warning",
    note: `It could not be checked: ${reason}.`,
    remedy: REST,
  };
}
