// A keychain that shows a dialog. The double here stands for time alone: what a person does to a real one
// is in keychain.test.ts.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Secret } from "../../../electron/core/secret.ts";
import type { Keytar } from "../../../electron/host/vault/keychain-access.ts";
import { createKeychainVault } from "../../../electron/host/vault/keychain.ts";

const LIMIT = 150;
const slow = { code: "vault_slow", facts: { seconds: 1 } };
const ref = { tenant: "personal", id: "sec_0000000001" };

/** Answers at once until `hang` is called; then not before `answer`. */
function dialog() {
  const entries = new Map<string, string>();
  let gate: Promise<void> = Promise.resolve();
  let answer = (): void => {};
  let inside = 0;
  let most = 0;
  const writes: string[] = [];
  async function pass<T>(work: () => T): Promise<T> {
    most = Math.max(most, ++inside);
    try {
      await gate;
      return work();
    } finally {
      inside--;
    }
  }
  const keytar: Keytar = {
    getPassword: (_, account) => pass(() => entries.get(account) ?? null),
    setPassword: (_, account, text) => {
      writes.push(account);
      return pass(() => void entries.set(account, text));
    },
    deletePassword: (_, account) => pass(() => entries.delete(account)),
  };
  const vault = createKeychainVault({
    installation: "slow",
    timeoutMs: LIMIT,
    load: async () => keytar,
  });
  return {
    vault,
    entries,
    writes,
    hang: () => {
      gate = new Promise((resolve) => (answer = resolve));
    },
    answer: () => answer(),
    most: () => most,
  };
}

test("R14: a call that gets no answer is given up in time, and says slow, not missing", async () => {
  const { vault, hang, answer } = dialog();
  hang();
  const began = performance.now();
  await expect(vault.get(ref)).rejects.toMatchObject(slow);
  expect(performance.now() - began).toBeLessThan(LIMIT * 3);
  expect(vault.health()).toMatchObject({ state: "unavailable" });
  expect(vault.stuck()).toBe(true);
  answer();
});

test("R14: however many callers wait, one native call sits in the thread pool, and all get a typed error", async () => {
  const { vault, hang, answer, most } = dialog();
  hang();
  const began = performance.now();
  const calls = Array.from({ length: 50 }, () => vault.get(ref));
  for (const outcome of await Promise.allSettled(calls)) {
    expect(outcome).toMatchObject({ status: "rejected", reason: slow });
  }
  expect(performance.now() - began).toBeLessThan(LIMIT * 4);
  expect(most()).toBe(1);
  answer();
});

test("the event loop is free while the keychain is not", async () => {
  const { vault, hang, answer } = dialog();
  hang();
  const call = vault.get(ref).catch(() => undefined);
  let worst = 0;
  for (let i = 0; i < 10; i++) {
    const before = performance.now();
    await sleep(10);
    worst = Math.max(worst, performance.now() - before - 10);
  }
  expect(worst).toBeLessThan(100);
  answer();
  await call;
});

test("R14: unlocking resumes: a late answer makes the vault ready again by itself", async () => {
  const { vault, hang, answer } = dialog();
  await vault.set(ref, new Secret("kept"));
  const seen: string[] = [];
  const ready = new Promise<void>((resolve) => {
    vault.watch(({ state }) => {
      seen.push(state);
      if (state === "ready") resolve();
    });
  });
  hang();
  await expect(vault.get(ref)).rejects.toMatchObject(slow);
  answer();
  await ready;
  expect(seen).toEqual(["unavailable", "ready"]);
  expect(vault.stuck()).toBe(false);
  expect((await vault.get(ref))?.reveal()).toBe("kept");
});

test("a write that was given up before its turn never happens", async () => {
  const { vault, hang, answer, writes } = dialog();
  hang();
  const first = vault.get(ref).catch(() => undefined);
  await expect(vault.set(ref, new Secret("too late"))).rejects.toMatchObject(slow);
  await first;
  answer();
  await sleep(LIMIT);
  expect(writes.filter((account) => account.includes(ref.id))).toEqual([]);
  expect(await vault.get(ref)).toBeUndefined();
});

test("a dialog that the person dismissed is not shown again by itself", async () => {
  let asked = 0;
  const keytar: Keytar = {
    getPassword: async () => null,
    setPassword: async () => {
      asked++;
      await sleep(LIMIT * 2);
      throw new Error("prompt dismissed");
    },
    deletePassword: async () => false,
  };
  const vault = createKeychainVault({
    installation: "dismissed",
    timeoutMs: LIMIT,
    load: async () => keytar,
  });
  expect((await vault.probe()).state).toBe("unavailable");
  await sleep(LIMIT * 3);
  expect(asked).toBe(1);
});
