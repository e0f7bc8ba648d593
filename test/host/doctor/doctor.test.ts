import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DoctorFinding } from "../../../electron/contract.ts";
import { Refusal } from "../../../electron/core/errors.ts";
import type { VaultStatus } from "../../../electron/core/vault.ts";
import { type DoctorPorts, runDoctor } from "../../../electron/host/doctor/doctor.ts";
import { checkFolder, sizeText } from "../../../electron/host/doctor/keeping.ts";
import { checkCertificates } from "../../../electron/host/doctor/machine.ts";
import { whoHolds } from "../../../electron/host/door/holder.ts";
import { freePort } from "../../support/processes.ts";
import { NOW, openTestStore, tempFolder } from "../store/fixtures.ts";

let folder: string;
let port: number;

beforeEach(async () => {
  folder = await tempFolder();
  port = await freePort();
});
afterEach(async () => {
  await fs.rm(folder, { recursive: true, force: true });
});

const READY: VaultStatus = {
  kind: "keychain",
  state: "ready",
  reason: null,
  keychain: "ready",
  keychainReason: null,
  sealedFile: false,
};

const clockAt = (wall: number, monotonic = 0) => ({ now: () => wall, monotonic: () => monotonic });

async function diagnose(change: Partial<DoctorPorts> = {}) {
  const report = await runDoctor({
    runtime: { kind: "node", version: "20.19.0", testRuntime: false },
    nodeVersion: "20.19.0",
    dataFolder: folder,
    broken: () => [],
    door: { port, ours: false, whoHolds },
    vault: () => READY,
    journal: { file: path.join(folder, "journal.db"), trouble: null },
    clock: clockAt(NOW),
    atStart: null,
    newestCall: null,
    reminders: [],
    typed: (remedy) => remedy,
    removedEnvironment: [],
    ...change,
  });
  const of = (id: string): DoctorFinding => report.findings.find((f) => f.id === id)!;
  return { report, of };
}

it("finds nothing wrong with a sound machine, and says what it looked at", async () => {
  const { report } = await diagnose();
  expect(report.ok).toBe(true);
  const watched = await diagnose({ away: "lock-and-sleep" });
  expect(watched.of("away")).toMatchObject({ state: "ok" });
  expect(report.findings.map((f) => f.id)).toEqual([
    "node",
    "electron",
    "data-folder",
    "settings",
    "port",
    "keychain",
    "vault",
    "journal",
    "clock",
    "certificates",
    "keys",
    "environment",
  ]);
  expect(report.findings.filter((f) => f.state !== "ok" && f.id !== "data-folder")).toEqual([]);
  expect(report.findings.filter((f) => f.note.includes("…") || f.note.includes("{"))).toEqual([]);
});

describe("each thing that can be wrong is told with its remedy", () => {
  const vault = (change: Partial<VaultStatus>) => ({ vault: () => ({ ...READY, ...change }) });
  const electron = (version: string, testRuntime: boolean) => ({
    runtime: { kind: "electron" as const, version, testRuntime },
  });
  const trouble = new Refusal("journal_unwritable", { reason: "the disk is full" });
  it.each<[string, Partial<DoctorPorts>, string, DoctorFinding["state"], RegExp]>([
    ["an old Node", { nodeVersion: "18.20.1" }, "node", "problem", /older than 20\.19/],
    ["a Node one step too old", { nodeVersion: "20.18.9" }, "node", "problem", /older than 20\.19/],
    ["the test runtime", electron("25.1.1", true), "electron", "warning", /old test runtime/],
    [
      "the keychain locked",
      vault({ state: "locked", keychain: "locked" }),
      "keychain",
      "warning",
      /locked/,
    ],
    [
      "no keychain",
      vault({ keychain: "unavailable", keychainReason: "no bus", reason: "another place's" }),
      "keychain",
      "warning",
      /no bus/,
    ],
    ["no place chosen", vault({ kind: null, state: "unchosen" }), "vault", "warning", /No place/],
    [
      "the vault locked",
      vault({ kind: "file", state: "locked" }),
      "vault",
      "warning",
      /sealed file is locked/,
    ],
    [
      "the vault gone",
      vault({ state: "unavailable", reason: "no bus" }),
      "vault",
      "problem",
      /no bus/,
    ],
    ["memory only", vault({ kind: "memory" }), "vault", "warning", /gone when/],
    [
      "an unwritable journal",
      { journal: { file: "", trouble } },
      "journal",
      "problem",
      /disk is full/,
    ],
    ["a clock of 1970", { clock: clockAt(0) }, "clock", "problem", /1970/],
    ["a clock of 2106", { clock: clockAt(2 ** 32 * 1000) }, "clock", "problem", /2106/],
    [
      "a clock that went back since the last call",
      { newestCall: NOW + 3_600_000 },
      "clock",
      "problem",
      /in the future/,
    ],
    [
      "a clock that was set back while we ran",
      { clock: clockAt(NOW, 7_200_000), atStart: { wall: NOW, monotonic: 0 } },
      "clock",
      "warning",
      /7200 seconds/,
    ],
    ["a lock that nobody tells of", { away: "sleep" }, "away", "warning", /Only sleep/],
    [
      "variables that were removed",
      { removedEnvironment: ["HTTPS_PROXY"] },
      "environment",
      "warning",
      /HTTPS_PROXY/,
    ],
  ])("%s", async (_, change, id, state, note) => {
    const { report, of } = await diagnose(change);
    expect(of(id)).toMatchObject({ state, note: expect.stringMatching(note) as string });
    expect(of(id).remedy).toMatch(/\w{4}/);
    expect(report.ok).toBe(state !== "problem");
  });

  it("does not take a machine that slept for a clock that was set", async () => {
    const slept = {
      clock: clockAt(NOW + 8 * 3_600_000, 1000),
      atStart: { wall: NOW, monotonic: 0 },
    };
    expect((await diagnose(slept)).of("clock").state).toBe("ok");
  });
});

describe("the door's port", () => {
  it("is named with the program that holds it", async () => {
    const server = net.createServer().listen(port, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { of } = await diagnose();
    expect(of("port")).toMatchObject({ state: "problem" });
    expect(of("port").note).toContain(`process ${process.pid}`);
    expect((await diagnose({ door: { port, ours: true, whoHolds } })).of("port").state).toBe("ok");
    await new Promise((resolve) => server.close(resolve));
  });

  it("is free again after the doctor looked", async () => {
    await diagnose();
    const server = net.createServer().listen(port, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("the data folder", () => {
  it("is looked at and not changed, even where it is open to others", async () => {
    await fs.chmod(folder, 0o755);
    const { of } = await diagnose();
    expect(of("data-folder")).toMatchObject({
      state: "problem",
      remedy: `Close it: chmod 700 '${folder}'`,
    });
    expect((await fs.stat(folder)).mode & 0o777).toBe(0o755);
    expect(await fs.readdir(folder)).toEqual([]);
  });

  it("is no problem where the first start will make it", async () => {
    const missing = path.join(folder, "not-yet");
    expect((await diagnose({ dataFolder: missing })).of("data-folder").state).toBe("warning");
    await expect(fs.stat(missing)).rejects.toThrow("ENOENT");
  });

  it.skipIf(process.getuid?.() !== 0)(
    "is a problem where it belongs to somebody else",
    async () => {
      await fs.chown(folder, 65_534, 65_534);
      const { of } = await diagnose();
      expect(of("data-folder").note).toContain("belongs to another user");
      await fs.chown(folder, 0, 0);
    },
  );

  it.each([
    [10 * 1024 ** 3, "ok"],
    [100 * 1024 ** 2, "warning"],
    [1024 ** 2, "problem"],
  ])("with %d bytes left is %s", async (free, state) => {
    expect((await checkFolder(folder, () => Promise.resolve(free))).state).toBe(state);
  });

  const canMount =
    process.getuid?.() === 0 &&
    spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
  it.skipIf(!canMount)("on a really small disk is found full", async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", folder]);
    try {
      expect((await checkFolder(folder)).note).toContain("is full");
    } finally {
      execFileSync("umount", [folder]);
    }
  });
});

it("names every broken settings file, and the line of the first", async () => {
  await fs.writeFile(path.join(folder, "agents.json"), `{\n"format": 1,\n"agents": 7 }`);
  await fs.writeFile(path.join(folder, "servers.json"), "{");
  const store = await openTestStore(folder);
  const { of } = await diagnose({ broken: () => store.broken() });
  expect(of("settings").note).toMatch(/agents\.json, line 3: agents: .* Also: .*servers\.json\./);
});

it("knows a runtime without any authority for what it is", async () => {
  expect((await checkCertificates(null, [])).state).toBe("problem");
  // What was not looked at is not called well.
  expect((await checkCertificates(null)).note).not.toContain("within 30 days");
  expect((await checkCertificates([])).note).toContain("within 30 days");
});

it.each([
  [30, "warning"],
  [1, "warning"],
  [0, "problem"],
] as const)(
  "names a certificate that ends (step %i) as a %s, with its remedy",
  async (step, state) => {
    const one = {
      about: "thumbprint",
      kind: "certificate" as const,
      step,
      sentence: "The certificate “laptop” ends in 5 days.",
      advice: "Renew it.",
      due: false,
    };
    const { of } = await diagnose({ reminders: [one, { ...one, sentence: "And another." }] });
    expect(of("certificates")).toMatchObject({
      state,
      note: "The certificate “laptop” ends in 5 days. And another.",
      remedy: "Renew it.",
    });
    expect(of("keys").state).toBe("ok");
  },
);

it("goes on where one check fails", async () => {
  const { report, of } = await diagnose({
    broken: () => {
      throw new Error("bug");
    },
    vault: () => Promise.reject(new Error("bug")),
  });
  expect(report.findings).toHaveLength(12);
  for (const id of ["settings", "keychain", "vault"]) {
    expect(of(id)).toMatchObject({
      state: "warning",
      note: "It could not be checked: unexpected error.",
    });
  }
});

it("writes sizes as people read them", () => {
  expect([0, 1023, 1024, 1536 * 1024, 200 * 1024 ** 3].map(sizeText)).toEqual([
    "0 bytes",
    "1023 bytes",
    "1.0 KiB",
    "1.5 MiB",
    "200 GiB",
  ]);
});
