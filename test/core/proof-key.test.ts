// The key of a registration (RFC 9449): made when it is first wanted, once, and kept in the vault.
import { expect, it } from "vitest";
import { createIssuerRegister, issuerSecrets } from "../../electron/core/issuer-register.ts";
import { openDpopKey } from "../../electron/core/oauth/dpop.ts";
import { digest, mapVault, memoryStore, movableClock } from "../support/ports.ts";

async function registered() {
  const store = memoryStore();
  const vault = mapVault();
  const register = createIssuerRegister({
    store,
    vault,
    clock: movableClock(),
    digest,
    dropIssuer: () => undefined,
    retireIssuer: () => undefined,
  });
  const { id } = await register.add({
    name: "okta",
    issuer: "https://okta.example",
    clientId: "us",
    auth: { method: "none" },
    allowPlainHttpOnLoopback: false,
    trustPem: null,
  });
  const jkt = async (): Promise<string> => {
    const pem = await vault.get(await register.proofKey(id));
    if (pem === undefined) throw new Error("it is not in the vault");
    return (await openDpopKey(pem, digest)).jkt;
  };
  return { store, vault, register, id, jkt };
}

it("is one, however many want it at once, and goes with its registration", async () => {
  const { store, vault, register, id, jkt } = await registered();
  expect(issuerSecrets(register.find(id))).toEqual([]);
  const all = await Promise.all([jkt(), jkt(), jkt()]);
  expect(new Set([...all, await jkt()]).size).toBe(1);
  const [ref] = issuerSecrets(register.find(id));
  expect(await vault.get(ref!)).toBeDefined();
  expect(JSON.stringify(store.all)).not.toContain("PRIVATE KEY");
  await register.remove(id);
  expect(await vault.get(ref!)).toBeUndefined();
});

it("is followed by another where the vault has lost it, and stays where the vault only fails", async () => {
  const { vault, register, id, jkt } = await registered();
  const first = await jkt();
  const [ref] = issuerSecrets(register.find(id));
  vault.fail = new Error("the keychain is locked");
  await expect(register.proofKey(id)).rejects.toThrow("the keychain is locked");
  vault.fail = null;
  expect(await jkt()).toBe(first);
  await vault.delete(ref!);
  expect(await jkt()).not.toBe(first);
});

it("leaves nothing in the vault where the settings cannot name it", async () => {
  const { store, vault, register, id } = await registered();
  store.write = () => Promise.reject(new Error("the disk is full"));
  await expect(register.proofKey(id)).rejects.toThrow("the disk is full");
  expect(vault.entries.size).toBe(0);
});
