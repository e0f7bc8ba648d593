// Whether the person locked the screen, on Linux, where Electron tells of sleep only. The desktops say it as signals on
// two buses; `dbus-monitor` (Debian: dbus-bin) prints them, and this reads what it prints.
//   session bus: org.freedesktop.ScreenSaver and org.gnome.ScreenSaver, ActiveChanged(true)
//   system bus:  org.freedesktop.login1.Session, Lock(), and its property LockedHint turning true (systemd-logind)
// Anybody in the session can send the first ones. All that they achieve is that permissions end.
import { type ChildProcess, spawn } from "node:child_process";

export interface SessionLock {
  /** `watching`: at least one bus tells of locks. */
  state(): "watching" | "starting" | "unavailable";
  close(): void;
}

const SCREENSAVERS = ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"];
const SESSION = "org.freedesktop.login1.Session";
const RULES = {
  session: SCREENSAVERS.map((name) => `type='signal',interface='${name}',member='ActiveChanged'`),
  system: [
    `type='signal',interface='${SESSION}',member='Lock'`,
    `type='signal',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',arg0='${SESSION}'`,
  ],
} as const;

/** Milliseconds until a bus that went away is tried again. */
const AGAIN_MS = 30_000;
/** Characters of one signal that are kept: the ones that matter here have a few hundred. */
const LONGEST = 16_384;

export interface SessionLockParts {
  readonly locked: () => void;
  /** Where the buses are: DBUS_SESSION_BUS_ADDRESS, DBUS_SYSTEM_BUS_ADDRESS. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly program?: string;
}

/** Starts watching both buses; never throws. */
export function watchSessionLock(parts: SessionLockParts): SessionLock {
  const watches = (["session", "system"] as const).map((bus) => watchBus(bus, parts));
  return {
    state() {
      const states = watches.map((watch) => watch.state());
      if (states.includes("watching")) return "watching";
      return states.includes("starting") ? "starting" : "unavailable";
    },
    close: () => watches.forEach((watch) => watch.close()),
  };
}

function watchBus(bus: keyof typeof RULES, parts: SessionLockParts): SessionLock {
  const { program = "dbus-monitor", env } = parts;
  let state: ReturnType<SessionLock["state"]> = "starting";
  let child: ChildProcess | null = null;
  let again: NodeJS.Timeout | undefined;
  let closed = false;

  function start(): void {
    const reader = createReader(parts.locked);
    const own = spawn(program, [`--${bus}`, ...RULES[bus]], {
      env: busesOf(env),
      stdio: ["ignore", "pipe", "ignore"],
    });
    child = own;
    own.stdout?.setEncoding("utf8").on("data", (text: string) => {
      // The monitor names itself once it is connected, before any signal comes.
      state = "watching";
      reader(text);
    });
    let over = false;
    const ended = (retry: boolean): void => {
      if (over || closed) return;
      over = true;
      state = "unavailable";
      if (!retry) return;
      again = setTimeout(start, AGAIN_MS);
      again.unref();
    };
    // A program that is not installed will not be there in half a minute either.
    own.once("error", () => ended(false));
    own.once("exit", () => ended(true));
  }

  start();
  return {
    state: () => state,
    close() {
      closed = true;
      clearTimeout(again);
      child?.kill("SIGTERM");
    },
  };
}

/** All that the monitor needs to know. */
function busesOf(env: SessionLockParts["env"]): NodeJS.ProcessEnv {
  const wanted = /^(?:PATH|HOME|XDG_RUNTIME_DIR|DBUS_(?:SESSION|SYSTEM)_BUS_ADDRESS)$/;
  const kept = Object.entries(env).filter(([name]) => wanted.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

/** Reads the monitor's text: a line for each signal, its values indented below it. Calls back for each lock. */
export function createReader(locked: () => void): (text: string) => void {
  let rest = "";
  let signal: { readonly kind: "screensaver" | "properties"; hint: boolean } | null = null;
  const line = (text: string): void => {
    if (!text.startsWith(" ")) {
      signal = null;
      if (!text.startsWith("signal ")) return;
      const name = /; interface=([\w.]+); member=(\w+)$/.exec(text);
      const [, from = "", member] = name ?? [];
      if (from === SESSION && member === "Lock") locked();
      else if (SCREENSAVERS.includes(from) && member === "ActiveChanged") {
        signal = { kind: "screensaver", hint: false };
      } else if (member === "PropertiesChanged") signal = { kind: "properties", hint: false };
      return;
    }
    if (signal === null) return;
    const value = text.trim();
    if (signal.kind === "screensaver") {
      if (value === "boolean true") locked();
      signal = null;
    } else if (value === 'string "LockedHint"') signal.hint = true;
    else if (signal.hint) {
      if (/^variant\s+boolean true$/.test(value)) locked();
      signal.hint = false;
    }
  };
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = (lines.pop() ?? "").slice(-LONGEST);
    for (const one of lines) line(one);
  };
}
