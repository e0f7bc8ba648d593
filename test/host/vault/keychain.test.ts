// Against a real gnome-keyring through the real keytar.
import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import keytarModule from "keytar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Secret } from "../../../electron/core/secret.ts";
import type { Keytar } from "../../../electron/host/vault/keychain-access.ts";
import { createKeychainVault } from "../../../electron/host/vault/keychain.ts";
import { type Keyring, noKeyring, startKeyring } from "./keyring.ts";

const real: Keytar = keytarModule;
const SERVICE = "Countersign";
let count = 0;
/** A vault nobody else has, and a look behind it. */
function fresh(load: () => Promise<Keytar> = async () => real) {
  const installation = `installation${String(count++).padStart(4, "0")}`;
  const ref = { tenant: "personal", id: "sec_0000000001" };
  const account = `${installation}/personal/sec_0000000001`;
  const raw = (suffix: string) => real.getPassword(SERVICE, `${account}${suffix}`);
  return { vault: createKeychainVault({ installation, load }), installation, ref, account, raw };
}
const text = (secret: Secret | undefined) => secret?.reveal();

describe.skipIf(noKeyring !== null)(`the OS keychain (${noKeyring ?? "gnome-keyring"})`, () => {
  let keyring: Keyring;
  beforeAll(async () => {
    keyring = await startKeyring();
  });
  afterAll(() => keyring?.stop());

  test("is ready after a throw-away value was set, read and deleted, which leaves no trace", async () => {
    const { vault, installation } = fresh();
    expect(vault.health().state).toBe("not-probed");
    expect(await vault.probe()).toEqual({ state: "ready", reason: null });
    expect(await real.getPassword(SERVICE, `${installation}#probe`)).toBeNull();
  });

  test("loads keytar by itself on first use", async () => {
    const vault = createKeychainVault({ installation: "by-itself" });
    expect((await vault.probe()).state).toBe("ready");
  });

  test("says missing for a secret that is not there", async () => {
    const { vault, ref } = fresh();
    expect(await vault.get(ref)).toBeUndefined();
    expect(await vault.delete(ref)).toBe(false);
  });

  test("keeps, replaces and deletes a secret, and leaves nothing behind", async () => {
    const { vault, ref, raw } = fresh();
    for (const value of ["first", "x".repeat(9_000), "third", "y".repeat(30_000), "fifth"]) {
      await vault.set(ref, new Secret(value));
      expect(text(await vault.get(ref))).toBe(value);
    }
    expect(await vault.delete(ref)).toBe(true);
    expect(await vault.get(ref)).toBeUndefined();
    for (const slot of ["a", "b"]) {
      for (const n of ["", 1, 2, 3, 4, 5, 20]) expect(await raw(`#${slot}${n}`)).toBeNull();
    }
  });

  test("threat 61: brings a PEM key back unchanged and never stores a raw newline", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 3072,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const written: string[] = [];
    const { vault, ref } = fresh(async () => ({
      ...real,
      setPassword: (service, account, password) => {
        written.push(password);
        return real.setPassword(service, account, password);
      },
    }));
    await vault.set(ref, new Secret(privateKey));
    expect(text(await vault.get(ref))).toBe(privateKey);
    expect(written.length).toBeGreaterThan(2);
    for (const entry of written) expect(entry).toMatch(/^[A-Za-z0-9._-]{1,2400}$/);
  });

  test("splits 64 KiB into entries that Windows would hold, and joins them", async () => {
    const { vault, ref, raw } = fresh();
    const value = "ä€😀x".repeat(65_536 / 5).slice(0, 65_536);
    await vault.set(ref, new Secret(value));
    expect(text(await vault.get(ref))).toBe(value);
    expect((await raw("#a1"))?.length).toBe(2_400);
  });

  test("refuses a secret that is too large, or that is no text, before it writes", async () => {
    const { vault, ref, raw } = fresh();
    const refused = { code: "input_invalid" };
    await expect(vault.set(ref, new Secret("x".repeat(300_000)))).rejects.toMatchObject(refused);
    await expect(vault.set(ref, new Secret("\ud800"))).rejects.toMatchObject(refused);
    expect(await raw("#a")).toBeNull();
  });

  test("brings any text back unchanged", async () => {
    const { vault, ref } = fresh();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 4_000 }), async (value) => {
        await vault.set(ref, new Secret(value));
        expect(text(await vault.get(ref))).toBe(value);
      }),
      { numRuns: 25 },
    );
  });

  test("keeps tenants, and data folders, apart", async () => {
    const { vault, ref } = fresh();
    await vault.set(ref, new Secret("mine"));
    expect(await vault.get({ ...ref, tenant: "other" })).toBeUndefined();
    expect(await fresh().vault.get(ref)).toBeUndefined();
    for (const tenant of ["../personal", "a/b", "a#b", ""]) {
      await expect(vault.get({ ...ref, tenant })).rejects.toMatchObject({ code: "input_invalid" });
    }
  });

  test("refuses an entry that was copied from another secret's address", async () => {
    const { vault, ref, account, raw } = fresh();
    await vault.set(ref, new Secret("mine"));
    const copy = account.replace("sec_0000000001", "sec_0000000002");
    await real.setPassword(SERVICE, `${copy}#a`, (await raw("#a")) ?? "");
    await expect(vault.get({ ...ref, id: "sec_0000000002" })).rejects.toMatchObject({
      code: "vault_entry_broken",
    });
  });

  test("tells a damaged secret from a missing one, and takes a new value for it", async () => {
    const { vault, ref, account } = fresh();
    await vault.set(ref, new Secret("z".repeat(9_000)));
    await real.deletePassword(SERVICE, `${account}#a2`);
    await expect(vault.get(ref)).rejects.toMatchObject({ code: "vault_entry_broken" });
    expect(vault.health().state).toBe("ready");
    await vault.set(ref, new Secret("again"));
    expect(text(await vault.get(ref))).toBe("again");
  });

  test.each(["set", "header"])(
    "keeps the old secret when the keychain locks half-way through a replacement (%s)",
    async (when) => {
      let armed = false;
      const { vault, ref } = fresh(async () => ({
        ...real,
        setPassword: async (service, account, password) => {
          const now = when === "set" ? account.endsWith("#b2") : account.endsWith("#b");
          if (armed && now) await keyring.lock();
          return real.setPassword(service, account, password);
        },
      }));
      await vault.set(ref, new Secret("the old one"));
      armed = true;
      const failure = vault.set(ref, new Secret("n".repeat(9_000)));
      await expect(failure).rejects.toMatchObject({ code: "vault_locked" });
      armed = false;
      await keyring.unlock();
      expect(text(await vault.get(ref))).toBe("the old one");
      await vault.set(ref, new Secret("the new one"));
      expect(text(await vault.get(ref))).toBe("the new one");
    },
  );

  test("keeps the old secret when what is read back differs from what was written", async () => {
    let armed = false;
    const { vault, ref } = fresh(async () => ({
      ...real,
      setPassword: (service, account, password) =>
        real.setPassword(
          service,
          account,
          armed && account.endsWith("#b") ? password.slice(1) : password,
        ),
    }));
    await vault.set(ref, new Secret("the old one"));
    armed = true;
    await expect(vault.set(ref, new Secret("the new one"))).rejects.toMatchObject({
      code: "vault_write_unverified",
    });
    expect(text(await vault.get(ref))).toBe("the old one");
  });

  test("finds the newer of two whole values after a crash before the old one was cleared", async () => {
    let armed = false;
    const { installation, vault, ref } = fresh(async () => ({
      ...real,
      deletePassword: async (service, account) =>
        armed && account.endsWith("#a") ? false : real.deletePassword(service, account),
    }));
    await vault.set(ref, new Secret("older"));
    armed = true;
    await vault.set(ref, new Secret("newer"));
    const afterRestart = createKeychainVault({ installation });
    expect(text(await afterRestart.get(ref))).toBe("newer");
    expect(await afterRestart.delete(ref)).toBe(true);
    expect(await afterRestart.get(ref)).toBeUndefined();
  });

  test("threat 60, R14: a locked keychain is locked, never missing; unlocking resumes", async () => {
    const { vault, ref, installation } = fresh();
    await vault.probe();
    await vault.set(ref, new Secret("kept"));
    const seen: string[] = [];
    vault.watch(({ state }) => seen.push(state));
    await keyring.lock();
    try {
      // What a naive reader would believe:
      expect(
        await real.getPassword(SERVICE, `${installation}/personal/sec_0000000001#a`),
      ).toBeNull();
      const locked = { code: "vault_locked" };
      await expect(vault.get(ref)).rejects.toMatchObject(locked);
      await expect(vault.get({ ...ref, id: "sec_never_was" })).rejects.toMatchObject(locked);
      await expect(vault.set(ref, new Secret("new"))).rejects.toMatchObject(locked);
      await expect(vault.delete(ref)).rejects.toMatchObject(locked);
      expect((await vault.probe()).state).toBe("locked");
    } finally {
      await keyring.unlock();
    }
    expect(text(await vault.get(ref))).toBe("kept");
    expect(seen).toEqual(["locked", "ready"]);
  });

  test("writes the sentinel again if somebody removed it", async () => {
    const { vault, ref, installation } = fresh();
    await vault.probe();
    await real.deletePassword(SERVICE, `${installation}#sentinel`);
    expect(await vault.get(ref)).toBeUndefined();
  });

  test("serves many callers at once without mixing them up", async () => {
    const { vault, ref } = fresh();
    const ids = Array.from({ length: 20 }, (_, i) => `sec_many_${i}`);
    await Promise.all(ids.map((id) => vault.set({ ...ref, id }, new Secret(`value of ${id}`))));
    const values = await Promise.all(ids.map((id) => vault.get({ ...ref, id })));
    expect(values.map(text)).toEqual(ids.map((id) => `value of ${id}`));
  });

  // Last: libsecret cannot follow a service that went away.
  test("R14: says unavailable when the keyring daemon dies", async () => {
    const { vault, ref } = fresh();
    await vault.set(ref, new Secret("kept"));
    await keyring.killDaemon();
    await expect(vault.get(ref)).rejects.toMatchObject({ code: "vault_unavailable" });
    expect(vault.health()).toMatchObject({ state: "unavailable" });
    expect(vault.health().reason).toContain("restart Countersign");
  });
});
