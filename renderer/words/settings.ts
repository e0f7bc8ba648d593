// Words of the settings screen.
import { number, plural } from "../lib/format.ts";

export const settingsWords = {
  title: "Settings",
  subtitle: "This installation, and how it looks.",
  look: "Appearance",
  theme: "Theme",
  themes: { system: "As the system", light: "Light", dark: "Dark" },
  start: "Start",
  startAtLogin: "Start Countersign with your session",
  startAtLoginHint:
    "Off until you want it. Agents can then call without your opening the app first.",
  startUnavailable:
    "Countersign can be started with your session once it is installed. This one runs from a folder that may move.",
  installation: "This installation",
  version: "Version",
  runtime: "Runs on",
  runtimeName: { electron: "Electron", node: "Node.js" },
  door: "Door",
  dataFolder: "Data folder",
  started: "Running since",
  secrets: "Secrets",
  kept: "Kept in",
  keptHint: {
    keychain: "Each key lies in the system's own keychain and is asked for when it is needed.",
    file: "Sealed by your passphrase. Lock it, and no key can be used until it is opened again.",
    memory: "Gone when Countersign ends. Every key has to be given again after a start.",
    none: "You choose when the first key is to be kept.",
  },
  lock: "Lock",
  showKeys: "Show keys",
  privacy: "Privacy",
  telemetry: "Telemetry",
  telemetryNone: "None",
  telemetryText:
    "Countersign sends nothing about you to anyone. It speaks to the servers and issuers that you add, and to the source of updates if you choose one.",
  doctor: "Something wrong?",
  doctorText: "The doctor checks this machine and says what to do about what it finds.",
  licences: "Licences",
  licencesText: (count: number) =>
    `Countersign is under the Apache License 2.0. It ships with ${plural(count, { one: "# package", other: "# packages" })} of others. Chromium's own licences lie beside the program, in LICENSES.chromium.html.`,
  licencesLoading: "Gathering the licences",
  licencesFailed: "The licences could not be loaded.",
  licencesSearch: "Search packages and licences",
  licencesList: "Packages that ship",
  licencesNone: "No package matches",
  licenceText: (name: string, version: string) => `${name} ${version}`,
  noText: "This package brings no licence text. Its package file names the licence above.",
  shown: (count: number, all: number) => `${number(count)} of ${number(all)}`,
} as const;
