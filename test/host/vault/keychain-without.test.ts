// Machines that have no keychain: the real keytar, pointed at nothing.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../../../electron/core/secret.ts";
import type { Keytar } from "../../../electron/host/vault/keychain-access.ts";
import { createKeychainVault } from "../../../electron/host/vault/keychain.ts";
import { noKeyring } from "./keyring.ts";

const ref = { tenant: "personal", id: "sec_0000000001" };
const unavailable = { code: "vault_unavailable" };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "no-keyring-"));
  for (const name of ["DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"]) delete process.env[name];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function everythingIsUnavailable(load?: () => Promise<Keytar>) {
  const vault = createKeychainVault({ installation: "without", ...(load && { load }) });
  await expect(vault.get(ref)).rejects.toMatchObject(unavailable);
  await expect(vault.set(ref, new Secret("x"))).rejects.toMatchObject(unavailable);
  await expect(vault.delete(ref)).rejects.toMatchObject(unavailable);
  const health = await vault.probe();
  expect(health).toMatchObject({ state: "unavailable", reason: expect.any(String) });
  return health.reason;
}

describe.skipIf(process.platform !== "linux")("threat 60: without a keychain (Linux)", () => {
  test("a machine without a session bus is unavailable, never missing", async () => {
    process.env["DBUS_SESSION_BUS_ADDRESS"] = `unix:path=${folder}/none`;
    await everythingIsUnavailable();
  });

  test("so is one whose bus is disabled, as inside Electron without a desktop", async () => {
    process.env["DBUS_SESSION_BUS_ADDRESS"] = "disabled:";
    await everythingIsUnavailable();
  });

  test("a keychain library that cannot be loaded is a reason, not a crash", async () => {
    const require = createRequire(import.meta.url);
    const own = path.dirname(path.dirname(require.resolve("keytar")));
    await cp(path.join(own, "lib"), path.join(folder, "lib"), { recursive: true });
    const reason = await everythingIsUnavailable(async () =>
      createRequire(path.join(folder, "here.cjs"))("./lib/keytar.js"),
    );
    expect(reason).toContain("libsecret-1-0");
  });

  // Last: libsecret keeps the first bus that it could reach.
  test.skipIf(noKeyring !== null)(
    "a bus on which nobody offers secrets is unavailable",
    async () => {
      const config = path.join(folder, "bus.conf");
      await writeFile(
        config,
        `<busconfig><type>session</type><listen>unix:dir=${folder}</listen><policy context="default">
       <allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`,
      );
      const bus = spawn(
        "dbus-daemon",
        ["--nofork", "--print-address=1", `--config-file=${config}`],
        {
          stdio: ["ignore", "pipe", "ignore"],
        },
      );
      const gone = once(bus, "exit");
      const [address] = (await once(bus.stdout, "data")) as [Buffer];
      process.env["DBUS_SESSION_BUS_ADDRESS"] = address.toString().trim();
      expect(await everythingIsUnavailable()).toContain("org.freedesktop.secrets");
      bus.kill("SIGKILL");
      await gone;
    },
  );
});
