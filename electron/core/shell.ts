// What the desktop around the app does for it, as a person sees and sets it.

export interface ShellSettings {
  readonly startAtLogin: {
    readonly on: boolean;
    /** Null where it can be set; else why not: no desktop app runs, or it runs from a checkout that may move. */
    readonly unavailable: "not-desktop" | "not-installed" | null;
  };
  /** The keys that show what is asked, from anywhere; `taken`: another program has them. */
  readonly shortcut: { readonly keys: string; readonly state: "on" | "taken" | "none" };
  /** What ends the permissions of a person who goes away: lock and sleep, or sleep only. */
  readonly away: "lock-and-sleep" | "sleep" | "none";
}

/** What the person's desktop can do; the headless form has none. */
export interface Shell {
  settings(): ShellSettings;
  /** @throws Refusal `not_applicable`, `shell_unwritable` */
  setStartAtLogin(on: boolean): ShellSettings;
  /** The link that the person agreed to, once. */
  takeLink(): DeepLink | null;
  /** A secret with this SHA-256 was copied. @returns seconds until it leaves the clipboard; null where nobody can */
  forgetCopied(sha256: string): number | null;
  /** Where the person's downloads go. */
  downloads(): string;
  /** Shows a file of ours among the others of its folder. */
  showInFolder(file: string): void;
}

/** The app's screens, in the order of its navigation. */
export const SCREENS = [
  "overview",
  "log",
  "servers",
  "agents",
  "identities",
  "keys",
  "policy",
  "lab",
  "doctor",
  "settings",
] as const;
export type ScreenName = (typeof SCREENS)[number];

/** What a `countersign:` link may ask for: to show a screen, or to fill in a form that the person then sends. */
export type DeepLink =
  | { readonly kind: "open"; readonly screen: ScreenName }
  | { readonly kind: "add-server"; readonly url: string };
