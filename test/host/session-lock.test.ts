// A locked screen ends what was allowed for a while: the signals of real buses, read from a real dbus-monitor.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createReader,
  type SessionLock,
  watchSessionLock,
} from "../../electron/host/session-lock.ts";
import { until } from "../support/processes.ts";

const installed = (program: string): boolean =>
  spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
const missing = ["dbus-daemon", "dbus-monitor", "dbus-send"].find((name) => !installed(name));
const real = missing === undefined ? describe : describe.skip;

interface Bus {
  readonly address: string;
  readonly daemon: ChildProcess;
}

async function startBus(): Promise<Bus> {
  const daemon = spawn("dbus-daemon", ["--session", "--nofork", "--print-address"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  daemon.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  await until(() => text.includes("\n"), 10_000, "the bus");
  return { address: text.trim(), daemon };
}

/** One signal, from an ordinary program on that bus. */
function send(bus: Bus, path: string, name: string, ...values: string[]): void {
  const sent = spawnSync("dbus-send", [
    `--bus=${bus.address}`,
    "--type=signal",
    path,
    name,
    ...values,
  ]);
  expect(sent.status).toBe(0);
}

real(`on real buses${missing ? ` (${missing} is not installed)` : ""}`, () => {
  let session: Bus;
  let system: Bus;
  let watch: SessionLock;
  let locks = 0;

  beforeAll(async () => {
    [session, system] = await Promise.all([startBus(), startBus()]);
    watch = watchSessionLock({
      locked: () => locks++,
      env: {
        PATH: process.env["PATH"],
        DBUS_SESSION_BUS_ADDRESS: session.address,
        DBUS_SYSTEM_BUS_ADDRESS: system.address,
      },
    });
    await until(() => watch.state() === "watching", 10_000, "the watch");
    // Both monitors have to be there: each hears a harmless signal of its own until one is heard.
    await until(
      () => {
        send(session, "/ScreenSaver", "org.gnome.ScreenSaver.ActiveChanged", "boolean:true");
        return locks > 0;
      },
      10_000,
      "the session's signals",
    );
    const before = locks;
    await until(
      () => {
        send(system, "/org/freedesktop/login1/session/_32", "org.freedesktop.login1.Session.Lock");
        return locks > before;
      },
      10_000,
      "the system's signals",
    );
    // What was sent while nobody listened yet may still be on its way.
    await settled();
  });
  afterAll(() => {
    watch?.close();
    session?.daemon.kill();
    system?.daemon.kill();
  });

  /** A last signal goes through both buses; when it is heard, all before it were. */
  async function settled(): Promise<number> {
    for (let last = -1; last !== locks;) {
      last = locks;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return locks;
  }
  async function heard(act: () => void, times: number): Promise<void> {
    const before = await settled();
    act();
    if (times > 0) await until(() => locks >= before + times, 5000, "the lock");
    expect((await settled()) - before).toBe(times);
  }

  it.each(["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"])(
    "a lock is heard from %s, and its end is none",
    async (name) => {
      const path = `/${name.replaceAll(".", "/")}`;
      await heard(() => send(session, path, `${name}.ActiveChanged`, "boolean:true"), 1);
      await heard(() => send(session, path, `${name}.ActiveChanged`, "boolean:false"), 0);
    },
  );

  it("a lock is heard from logind, by its signal and by its property", async () => {
    const path = "/org/freedesktop/login1/session/_32";
    await heard(() => send(system, path, "org.freedesktop.login1.Session.Lock"), 1);
    await heard(() => send(system, path, "org.freedesktop.login1.Session.Unlock"), 0);
  });

  it("other signals are none", async () => {
    await heard(() => {
      send(session, "/x", "org.example.Thing.ActiveChanged", "boolean:true");
      send(session, "/x", "org.example.Thing.Text", "string:member=Lock");
      send(system, "/x", "org.example.Session.Lock");
    }, 0);
  });

  it("says that it is unavailable where a bus has gone, and stops with its program", async () => {
    const gone = await startBus();
    const own = watchSessionLock({
      locked: () => undefined,
      env: {
        PATH: process.env["PATH"],
        DBUS_SESSION_BUS_ADDRESS: gone.address,
        DBUS_SYSTEM_BUS_ADDRESS: "unix:path=/nonexistent",
      },
    });
    await until(() => own.state() === "watching", 10_000, "the watch");
    gone.daemon.kill("SIGKILL");
    await until(() => own.state() === "unavailable", 10_000, "the end of the bus");
    own.close();
  });
});

describe("where there is no such program", () => {
  it("says so, and nothing breaks", async () => {
    const own = watchSessionLock({
      locked: () => undefined,
      env: {},
      program: "/nonexistent/dbus-monitor",
    });
    await until(() => own.state() === "unavailable", 5000, "the state");
    own.close();
  });
});

describe("what the monitor prints", () => {
  const heard = (text: string, step = text.length): number => {
    let count = 0;
    const read = createReader(() => count++);
    for (let at = 0; at < text.length; at += step) read(text.slice(at, at + step));
    return count;
  };
  const head = (member: string, from: string): string =>
    `signal time=1.2 sender=:1.5 -> destination=(null destination) serial=2 path=/a; interface=${from}; member=${member}\n`;
  const properties = (hint: string): string =>
    `${head("PropertiesChanged", "org.freedesktop.DBus.Properties")}   string "org.freedesktop.login1.Session"\n   array [\n      dict entry(\n         string "IdleHint"\n         variant             boolean true\n      )\n      dict entry(\n         string "LockedHint"\n         variant             boolean ${hint}\n      )\n   ]\n   array [\n   ]\n`;

  it("is read the same in whatever pieces it comes", () => {
    const text = `${properties("true")}${head("ActiveChanged", "org.gnome.ScreenSaver")}   boolean true\n${properties("false")}`;
    for (const step of [1, 7, 64, text.length]) expect(heard(text, step)).toBe(2);
  });

  it("is a lock only where it says so", () => {
    expect(heard(properties("false"))).toBe(0);
    expect(heard(properties("true"))).toBe(1);
    // A text that holds what looks like a signal is indented like every value.
    expect(
      heard(
        `${head("Said", "org.example.A")}   string "x\n signal interface=org.freedesktop.login1.Session; member=Lock"\n`,
      ),
    ).toBe(0);
    expect(heard("x".repeat(100_000))).toBe(0);
  });
});
