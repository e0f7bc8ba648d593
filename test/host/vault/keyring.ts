// A real, throw-away gnome-keyring on a bus of its own, for the process that runs the test. libsecret keeps
// its first bus for the life of a process, so a test file has one keyring; vitest gives each file a process.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { unlockCollection } from "./dbus-unlock.ts";

const run = promisify(execFile);
const PASSWORD = "test-password";

/** Why there can be no keyring here, or `null` if there can. */
export const noKeyring: string | null = ((): string | null => {
  if (process.platform !== "linux") return "gnome-keyring is for Linux";
  for (const tool of ["dbus-daemon", "dbus-run-session", "gnome-keyring-daemon", "dbus-send"]) {
    const found = (process.env["PATH"] ?? "")
      .split(":")
      .some((d) => existsSync(path.join(d, tool)));
    if (!found) return `${tool} is not installed`;
  }
  return null;
})();

export interface Keyring {
  lock(): Promise<void>;
  unlock(): Promise<void>;
  killDaemon(): Promise<void>;
  stop(): Promise<void>;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Starts bus and keyring, unlocked, and points this process to them. */
export async function startKeyring(): Promise<Keyring> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "keyring-"));
  for (const [name, sub] of [
    ["XDG_DATA_HOME", "data"],
    ["XDG_RUNTIME_DIR", "run"],
    ["XDG_CACHE_HOME", "cache"],
    ["XDG_CONFIG_HOME", "config"],
  ] as const) {
    await mkdir(path.join(folder, sub), { mode: 0o700 });
    process.env[name] = path.join(folder, sub);
  }
  for (const name of ["DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL"])
    delete process.env[name];
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address=1"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [address] = (await once(bus.stdout, "data")) as [Buffer];
  process.env["DBUS_SESSION_BUS_ADDRESS"] = address.toString().trim();
  const daemon = spawn(
    "gnome-keyring-daemon",
    ["--unlock", "--components=secrets", "--foreground"],
    { stdio: ["pipe", "ignore", "ignore"] },
  );
  daemon.stdin.end(PASSWORD);
  for (let i = 0; i < 200 && !existsSync(path.join(folder, "run/keyring/control")); i++) {
    await sleep(25);
  }
  await run("gnome-keyring-daemon", ["--start", "--components=secrets"]);
  return {
    async lock() {
      await run("dbus-send", [
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        "org.freedesktop.Secret.Service.Lock",
        "array:objpath:/org/freedesktop/secrets/collection/login",
      ]);
    },
    unlock: () => unlockCollection(process.env["DBUS_SESSION_BUS_ADDRESS"] ?? "", PASSWORD),
    killDaemon: () => end(daemon),
    async stop() {
      await end(daemon);
      await end(bus);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
