// Words of the frame around the screens, and the ones that many screens share.
import { number, plural } from "../lib/format.ts";

export const shellWords = {
  app: "Countersign",
  nav: {
    label: "Screens",
    overview: "Overview",
    log: "Live log",
    servers: "Servers",
    agents: "Agents",
    identities: "Identities",
    keys: "Keys",
    policy: "Policy",
    lab: "Lab",
    doctor: "Doctor",
    settings: "Settings",
    more: "More",
    skip: "Skip to content",
  },
  status: {
    label: "Status",
    door: "Door",
    doorHint: "The address that agents connect to",
    copyDoor: "Copy the door's address",
    vault: "Secrets",
    journal: "Journal",
    vaultKind: { keychain: "Keychain", file: "Sealed file", memory: "Memory only" },
    vaultState: {
      ready: "",
      locked: "locked",
      unavailable: "not answering",
      unchosen: "Not chosen yet",
    },
    journalFine: (calls: number) => plural(calls, { one: "# call", other: "# calls" }),
    journalBroken: "Cannot be written",
    unknown: "Not known",
  },
  theme: {
    label: (choice: "system" | "light" | "dark") =>
      `Theme: ${{ system: "as the system", light: "light", dark: "dark" }[choice]}`,
  },
  common: {
    copy: "Copy",
    copyOf: (what: string) => `Copy: ${what}`,
    command: "Command",
    copied: "Copied",
    copyFailed: "Could not copy. Select the text and copy it by hand.",
    close: "Close",
    cancel: "Cancel",
    done: "Done",
    back: "Back",
    tryAgain: "Try again",
    show: "Show",
    hide: "Hide",
    more: (name: string) => `More for ${name}`,
    loading: "Loading",
    none: "None",
    never: "Never",
    paused: "Paused",
    active: "Active",
    pause: "Pause",
    resume: "Resume",
    remove: "Remove",
    hiddenCharacter: (name: string, code: string) => `Hidden character ${name} (${code})`,
    optional: "optional",
    choose: "Choose",
    dismiss: "Dismiss",
  },
  link: {
    connecting: "Connecting to Countersign",
    lostTitle: "Countersign is not running",
    lostText:
      "What you see is from before it stopped. It reconnects by itself once Countersign is back.",
    lostFirst: "This page cannot reach it. It connects by itself once Countersign is back.",
    retry: "Try now",
    signedOutTitle: "This page is not signed in",
    signedOutText:
      "Links to Countersign work once, and a page's sign-in ends when Countersign stops. Ask for a new link in a terminal:",
    signedOutCommand: "countersign open",
    signedOutCheckout: "From a checkout: npm run -s countersign -- open",
    complaints: {
      app_session_missing: {
        sentence: "This page is not signed in to Countersign.",
        advice: "Open it with a fresh link: countersign open.",
      },
      not_running: {
        sentence: "Countersign did not answer.",
        advice: "Start it again. This page reconnects by itself.",
      },
      internal: {
        sentence: "Countersign gave an answer that this page does not understand.",
        advice: "Reload the page. The page and the program may be of different versions.",
      },
    },
  },
  banners: {
    testRuntimeTitle: "This window runs on an old Electron meant for tests",
    testRuntimeText: (version: string) =>
      `Electron ${version} no longer gets security fixes. Use it to look around, not with real keys.`,
    brokenTitle: (document: string) => `The ${document} file cannot be read`,
    newerTitle: (document: string) => `The ${document} file is from a newer Countersign`,
    brokenLine: (file: string, line: number | null) =>
      line === null ? file : `${file}, line ${number(line)}`,
    brokenKept: (copy: string) => `A copy is kept at ${copy}.`,
    brokenUntouched:
      "Nothing is lost: the file was not touched. Until it is mended, it counts as empty.",
    moreTroubles: (count: number) =>
      plural(count, { one: "# more trouble", other: "# more troubles" }),
    moreReminders: (count: number) =>
      plural(count, { one: "# more to renew", other: "# more to renew" }),
    openDoctor: "Open the doctor",
  },
  failed: "This could not be loaded",
} as const;
