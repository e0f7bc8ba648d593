// The keeper over real vaults, with a real keychain.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import keytarModule from "keytar";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Refusal } from "../../../electron/core/errors.ts";
import { Secret } from "../../../electron/core/secret.ts";
import type { SecretRef, VaultKind, VaultStatus } from "../../../electron/core/vault.ts";
import { createVaultKeeper, type VaultKeeperOptions } from "../../../electron/host/vault/keeper.ts";
import type { Keytar } from "../../../electron/host/vault/keychain-access.ts";
import { type Keyring, noKeyring, startKeyring } from "./keyring.ts";

const real: Keytar = keytarModule;
const PASS = "correct horse battery";
const cost = { logN: 14, r: 8, p: 1 };
const refs: SecretRef[] = [1, 2, 3].map((n) => ({ tenant: "personal", id: `sec_000000000${n}` }));
const [first = { tenant: "personal", id: "sec_none" }] = refs;
let folder: string;
let count = 0;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "keeper-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function keep(options: Partial<VaultKeeperOptions> = {}) {
  const recorded: VaultKind[] = [];
  const settings = {
    installation: `keeper${String(count++).padStart(10, "0")}`,
    stored: null,
    sealedFile: path.join(folder, "secrets.sealed"),
    record: async (kind: VaultKind) => void recorded.push(kind),
    knownRefs: () => refs,
    cost,
    ...options,
  } satisfies VaultKeeperOptions;
  return { keeper: createVaultKeeper(settings), recorded, settings };
}
const noBus = {
  load: async () => Promise.reject(new Error("Cannot autolaunch D-Bus without X11")),
};

describe("where there is no keychain", () => {
  test("threat 60: nothing is chosen, nothing is stored, and the person is told", async () => {
    const { keeper, recorded } = keep({ keychain: noBus });
    expect(await keeper.start()).toEqual({
      kind: null,
      state: "unchosen",
      reason: expect.stringContaining("Cannot autolaunch D-Bus"),
      keychain: "unavailable",
      keychainReason: expect.stringContaining("Cannot autolaunch D-Bus"),
      sealedFile: false,
    });
    const notChosen = { code: "vault_not_chosen" };
    await expect(keeper.set(first, new Secret("x"))).rejects.toMatchObject(notChosen);
    await expect(keeper.get(first)).rejects.toMatchObject(notChosen);
    await expect(keeper.delete(first)).rejects.toMatchObject(notChosen);
    await expect(keeper.unlock(PASS)).rejects.toMatchObject(notChosen);
    expect(() => keeper.kind).toThrow(expect.objectContaining(notChosen));
    expect(recorded).toEqual([]);
    expect(existsSync(path.join(folder, "secrets.sealed"))).toBe(false);
  });

  test("a stored choice of the keychain stays the choice: no fall-back", async () => {
    const { keeper } = keep({ stored: "keychain", keychain: noBus });
    expect(await keeper.start()).toMatchObject({ kind: "keychain", state: "unavailable" });
    await expect(keeper.get(first)).rejects.toMatchObject({ code: "vault_unavailable" });
    await expect(keeper.choose("keychain")).rejects.toMatchObject({ code: "vault_unavailable" });
  });

  test("memory is chosen by name, and forgets at the end", async () => {
    const { keeper, recorded } = keep({ keychain: noBus });
    expect(await keeper.choose("memory")).toMatchObject({ kind: "memory", state: "ready" });
    expect(recorded).toEqual(["memory"]);
    await keeper.set(first, new Secret("x"));
    expect((await keeper.get(first))?.reveal()).toBe("x");
    expect(await keeper.close()).toEqual({ stuck: false });
    expect(await keeper.get(first)).toBeUndefined();
  });

  test("the sealed file is made once, then unlocked, and locked on request", async () => {
    const { keeper, recorded, settings } = keep({ keychain: noBus });
    await expect(keeper.choose("file")).rejects.toMatchObject({ code: "input_invalid" });
    await expect(keeper.choose("file", "short")).rejects.toMatchObject({
      code: "vault_passphrase_weak",
    });
    expect(keeper.status()).toMatchObject({ kind: null, sealedFile: false });
    const ready = { kind: "file", state: "ready", sealedFile: true };
    expect(await keeper.choose("file", PASS)).toMatchObject(ready);
    await keeper.set(first, new Secret("x"));
    await expect(keeper.unlock("wrong wrong wrong")).rejects.toMatchObject({
      code: "vault_passphrase_wrong",
    });
    expect(await keeper.lock()).toMatchObject({ kind: "file", state: "locked" });
    await expect(keeper.get(first)).rejects.toMatchObject({ code: "vault_locked" });
    expect(recorded).toEqual(["file"]);

    const next = keep({ ...settings, stored: "file" }).keeper;
    expect(await next.start()).toMatchObject({
      kind: "file",
      state: "locked",
      keychain: "not-probed",
    });
    expect(await next.unlock(PASS)).toMatchObject(ready);
    expect((await next.get(first))?.reveal()).toBe("x");
  });

  test("an override counts for this run and is not recorded", async () => {
    const { keeper, recorded } = keep({ stored: "file", override: "memory" });
    expect(await keeper.start()).toMatchObject({ kind: "memory", state: "ready" });
    expect(recorded).toEqual([]);
    for (const call of [keeper.lock(), keeper.unlock(PASS)]) {
      await expect(call).rejects.toMatchObject({ code: "not_applicable" });
    }
  });

  test("a chosen sealed file that is not there is unavailable, and is not made by itself", async () => {
    const { keeper } = keep({ stored: "file" });
    expect(await keeper.start()).toMatchObject({ kind: "file", state: "unavailable" });
    await expect(keeper.unlock(PASS)).rejects.toMatchObject({ code: "vault_unavailable" });
    expect(keeper.status().sealedFile).toBe(false);
  });

  test("secrets of a vault that does not answer stay there when another one is chosen", async () => {
    const { keeper } = keep({ stored: "keychain", keychain: noBus });
    expect(await keeper.choose("file", PASS)).toMatchObject({ kind: "file", state: "ready" });
    expect(await keeper.get(first)).toBeUndefined();
  });
});

describe.skipIf(noKeyring !== null)(`with a keychain (${noKeyring ?? "gnome-keyring"})`, () => {
  let keyring: Keyring;
  beforeAll(async () => {
    keyring = await startKeyring();
  });
  afterAll(() => keyring?.stop());
  const text = async (keeper: { get(ref: SecretRef): Promise<Secret | undefined> }, ref = first) =>
    (await keeper.get(ref))?.reveal();

  test("the keychain is used where it works, and the choice is recorded", async () => {
    const { keeper, recorded } = keep();
    const ready = { kind: "keychain", state: "ready", reason: null, keychain: "ready" };
    expect(await keeper.start()).toMatchObject(ready);
    expect(recorded).toEqual(["keychain"]);
    expect(keeper.kind).toBe("keychain");
    await keeper.set(first, new Secret("x"));
    expect(await text(keeper)).toBe("x");
  });

  test("a call does not overtake the start", async () => {
    const { keeper, settings } = keep();
    await keeper.set(first, new Secret("x"));
    expect(await text(keep({ ...settings, stored: "keychain" }).keeper)).toBe("x");
  });

  test("with a sealed file there, the keychain is not chosen by itself", async () => {
    const { keeper, settings, recorded } = keep();
    await writeFile(settings.sealedFile, "anything");
    expect(await keeper.start()).toMatchObject({ state: "unchosen", keychain: "ready" });
    expect(recorded).toEqual([]);
  });

  test("R14: locking and unlocking the keychain is told to whoever watches", async () => {
    const { keeper } = keep();
    await keeper.start();
    await keeper.set(first, new Secret("x"));
    const seen: VaultStatus["state"][] = [];
    keeper.watch((status) => seen.push(status.state));
    await keyring.lock();
    await expect(keeper.get(first)).rejects.toMatchObject({ code: "vault_locked" });
    await keyring.unlock();
    expect(await keeper.probe()).toMatchObject({ kind: "keychain", state: "ready" });
    expect(await text(keeper)).toBe("x");
    expect(seen).toEqual(["locked", "ready"]);
  });

  test("a locked keychain is not chosen; unlocked and probed again, it is", async () => {
    await keyring.lock();
    const { keeper, recorded } = keep();
    expect(await keeper.start()).toMatchObject({ state: "unchosen", keychain: "locked" });
    await keyring.unlock();
    expect(await keeper.probe()).toMatchObject({ kind: "keychain", state: "ready" });
    expect(recorded).toEqual(["keychain"]);
  });

  test("choosing the sealed file moves every secret, and leaves none in the keychain", async () => {
    const { keeper, recorded, settings } = keep();
    await keeper.start();
    for (const ref of refs.slice(0, 2)) await keeper.set(ref, new Secret(`value of ${ref.id}`));
    expect(await keeper.choose("file", PASS)).toMatchObject({ kind: "file", state: "ready" });
    for (const ref of refs.slice(0, 2)) expect(await text(keeper, ref)).toBe(`value of ${ref.id}`);
    expect(await keeper.get(refs[2] ?? first)).toBeUndefined();
    expect(recorded).toEqual(["keychain", "file"]);
    const behind = keep({ ...settings, stored: "keychain" }).keeper;
    for (const ref of refs) expect(await behind.get(ref)).toBeUndefined();
    // And back again.
    await keeper.choose("keychain");
    expect(await text(keeper)).toBe(`value of ${first.id}`);
    expect(await text(behind)).toBe(`value of ${first.id}`);
  });

  test("a move that fails half-way changes nothing", async () => {
    let writes = 0;
    const { keeper, recorded, settings } = keep({
      stored: "file",
      keychain: {
        load: async () => ({
          ...real,
          setPassword: async (service, account, password) => {
            if (account.includes("sec_") && ++writes === 2)
              throw new Error("The connection is closed");
            return real.setPassword(service, account, password);
          },
        }),
      },
    });
    await keeper.choose("file", PASS);
    for (const ref of refs) await keeper.set(ref, new Secret(`value of ${ref.id}`));
    const before = await readFile(settings.sealedFile);
    await expect(keeper.choose("keychain")).rejects.toMatchObject({ code: "vault_unavailable" });
    expect(await readFile(settings.sealedFile)).toEqual(before);
    expect(recorded).toEqual(["file"]);
    expect(keeper.kind).toBe("file");
    for (const ref of refs) expect(await text(keeper, ref)).toBe(`value of ${ref.id}`);
    const other = keep({ ...settings, stored: "keychain", keychain: {} }).keeper;
    for (const ref of refs) expect(await other.get(ref)).toBeUndefined();
  });

  test("a choice that cannot be recorded is taken back, the file made for it too", async () => {
    const { keeper, settings } = keep({
      stored: "keychain",
      record: async () => Promise.reject(new Refusal("settings_unwritable")),
    });
    await keeper.set(first, new Secret("x"));
    await expect(keeper.choose("file", PASS)).rejects.toMatchObject({
      code: "settings_unwritable",
    });
    expect(keeper.status()).toMatchObject({ kind: "keychain", state: "ready", sealedFile: false });
    expect(existsSync(settings.sealedFile)).toBe(false);
    expect(await text(keeper)).toBe("x");
  });

  test("choosing memory copies the secrets and keeps the lasting ones where they are", async () => {
    const { keeper, settings } = keep();
    await keeper.set(first, new Secret("x"));
    await keeper.choose("memory");
    expect(await text(keeper)).toBe("x");
    expect(await text(keep({ ...settings, stored: "keychain" }).keeper)).toBe("x");
  });

  test("no reader finds a secret missing or locked while it is being moved", async () => {
    const { keeper } = keep();
    await keeper.start();
    for (const ref of refs) await keeper.set(ref, new Secret(ref.id));
    const moving = new AbortController();
    const move = keeper
      .choose("file", PASS)
      .then(() => keeper.choose("keychain"))
      .finally(() => moving.abort());
    let reads = 0;
    for (; !moving.signal.aborted && reads < 5_000; reads++) {
      for (const ref of refs) expect(await text(keeper, ref)).toBe(ref.id);
    }
    await move;
    expect(reads).toBeGreaterThan(3);
  });
});
