import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "vite";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Secret } from "../../../electron/core/secret.ts";
import { createSealedFileVault } from "../../../electron/host/vault/sealed-file.ts";

// The least that is accepted: a derivation takes 30 ms instead of 500.
const cost = { logN: 14, r: 8, p: 1 };
const PASS = "correct horse battery";
const ref = { tenant: "personal", id: "sec_0000000001" };
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "sealed-"));
  file = path.join(folder, "secrets.sealed");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const at = (name: string = file) => createSealedFileVault({ file: name, cost });
async function made(secrets: Record<string, string> = { [ref.id]: "the secret" }) {
  const vault = at();
  await vault.make(PASS);
  for (const [id, value] of Object.entries(secrets)) {
    await vault.set({ ...ref, id }, new Secret(value));
  }
  return vault;
}

describe("the sealed file", () => {
  test("is absent, then made, locked, unlocked", async () => {
    const vault = at();
    expect(vault.state()).toBe("absent");
    // Not "locked": there is nothing that anybody could unlock.
    const gone = { code: "vault_unavailable", facts: { reason: vault.missing } };
    await expect(vault.get(ref)).rejects.toMatchObject(gone);
    await vault.make(PASS);
    expect(vault.state()).toBe("ready");
    expect(await vault.get(ref)).toBeUndefined();
    await vault.set(ref, new Secret("the secret"));
    vault.lock();
    expect(vault.state()).toBe("locked");
    const locked = { code: "vault_locked" };
    await expect(vault.get(ref)).rejects.toMatchObject(locked);
    await expect(vault.set(ref, new Secret("x"))).rejects.toMatchObject(locked);
    await expect(vault.delete(ref)).rejects.toMatchObject(locked);
    await vault.unlock(PASS);
    expect((await vault.get(ref))?.reveal()).toBe("the secret");
    expect(await vault.delete(ref)).toBe(true);
    expect(await vault.delete(ref)).toBe(false);
    expect(await vault.get(ref)).toBeUndefined();
  });

  test("uses scrypt with N = 2^17 unless told otherwise, and says so in its header", async () => {
    const vault = createSealedFileVault({ file });
    await vault.make(PASS);
    expect([...(await readFile(file)).subarray(8, 12)]).toEqual([17, 8, 1, 0]);
  });

  test("is for its owner alone", async () => {
    await made();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["secrets.sealed"]);
  });

  test("refuses a passphrase of fewer than 12 characters, however many bytes they take", async () => {
    const weak = { code: "vault_passphrase_weak", facts: { minimum: 12 } };
    await expect(at().make("elevenchars")).rejects.toMatchObject(weak);
    await expect(at().make("😀".repeat(11))).rejects.toMatchObject(weak);
    expect(at().state()).toBe("absent");
  });

  test("knows the same passphrase typed as composed or decomposed letters", async () => {
    await at().make("übergrößenträger");
    await at().unlock("übergrößenträger".normalize("NFD"));
  });

  test("tells a wrong passphrase from a damaged file", async () => {
    const vault = await made();
    await expect(vault.unlock("correct horse batterx")).rejects.toMatchObject({
      code: "vault_passphrase_wrong",
    });
    // A wrong attempt does not close what is open.
    expect((await vault.get(ref))?.reveal()).toBe("the secret");
  });

  test("never makes a file over another", async () => {
    await made();
    const before = await readFile(file);
    await expect(at().make(PASS)).rejects.toMatchObject({ code: "not_applicable" });
    expect(await readFile(file)).toEqual(before);
  });

  test("brings any text back unchanged", async () => {
    const vault = await made();
    const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
    await fc.assert(
      fc.asyncProperty(id, fc.string({ unit: "binary", maxLength: 2_000 }), async (id, value) => {
        await vault.set({ ...ref, id }, new Secret(value));
        expect((await vault.get({ ...ref, id }))?.reveal()).toBe(value);
      }),
      { numRuns: 60 },
    );
    const big = "k".repeat(65_536);
    await vault.set(ref, new Secret(big));
    expect((await vault.get(ref))?.reveal()).toBe(big);
  });

  test("takes no id for a property of objects", async () => {
    const vault = await made({});
    for (const id of ["__proto__", "constructor", "toString"]) {
      expect(await vault.get({ tenant: "__proto__", id })).toBeUndefined();
      await vault.set({ tenant: "__proto__", id }, new Secret(id));
      expect((await vault.get({ tenant: "__proto__", id }))?.reveal()).toBe(id);
    }
  });

  test("any flipped bit, anywhere, is found out, and the file is not written over", async () => {
    const vault = await made();
    const good = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(7), async (i, bit) => {
        const bad = Buffer.from(good);
        bad[i] = bad.readUInt8(i) ^ (1 << bit);
        await writeFile(file, bad);
        const broken = { code: "vault_file_broken", facts: { file: "secrets.sealed" } };
        await expect(at().unlock(PASS)).rejects.toMatchObject(broken);
        await expect(vault.get(ref)).rejects.toMatchObject(broken);
        await expect(vault.set(ref, new Secret("x"))).rejects.toMatchObject(broken);
        expect(await readFile(file)).toEqual(bad);
      }),
      { numRuns: 150 },
    );
  });

  test("a change by somebody who mends the checksum is found out too", async () => {
    await made();
    const good = await readFile(file);
    const mended = (change: (bytes: Buffer) => void) => {
      const bad = Buffer.from(good.subarray(0, -32));
      change(bad);
      return Buffer.concat([bad, createHash("sha256").update(bad).digest()]);
    };
    const cases: [number, string][] = [
      [12, "vault_passphrase_wrong"], // salt: another key
      [40, "vault_passphrase_wrong"], // check
      [56, "vault_file_broken"], // nonce
      [100, "vault_file_broken"], // body
      [good.length - 33, "vault_file_broken"], // tag
    ];
    for (const [i, code] of cases) {
      await writeFile(
        file,
        mended((b) => void (b[i] = b.readUInt8(i) ^ 1)),
      );
      await expect(at().unlock(PASS)).rejects.toMatchObject({ code });
    }
  });

  test("a header that asks for too much memory or time is refused before anything is derived", async () => {
    await made();
    const good = await readFile(file);
    for (const [i, value] of [
      [8, 31],
      [8, 19],
      [8, 0],
      [9, 255],
      [10, 255],
      [10, 0],
      [11, 1],
    ] as const) {
      const bad = Buffer.from(good.subarray(0, -32));
      bad[i] = value;
      await writeFile(file, Buffer.concat([bad, createHash("sha256").update(bad).digest()]));
      const began = performance.now();
      await expect(at().unlock(PASS)).rejects.toMatchObject({ code: "vault_file_broken" });
      expect(performance.now() - began).toBeLessThan(200);
    }
  });

  test("a file that is foreign, empty or cut short is left as it is, with the reason", async () => {
    await made();
    const good = await readFile(file);
    const reasons: [Buffer, string][] = [
      [Buffer.from("-----BEGIN CERTIFICATE-----\n".repeat(20)), "not a sealed file"],
      [Buffer.alloc(0), "empty"],
      [Buffer.from("CSVAULT\u0009".padEnd(300)), "does not know"],
      ...[1, 7, 60, 150, good.length - 1].map((n): [Buffer, string] => [
        good.subarray(0, n),
        "cut short",
      ]),
    ];
    for (const [bytes, reason] of reasons) {
      await writeFile(file, bytes);
      await expect(at().unlock(PASS)).rejects.toMatchObject({
        code: "vault_file_broken",
        facts: { reason: expect.stringContaining(reason) },
      });
      await expect(at().make(PASS)).rejects.toMatchObject({ code: "not_applicable" });
      expect(await readFile(file)).toEqual(bytes);
    }
  });

  test("a file that went away is unavailable, not missing, and is not made anew", async () => {
    const vault = await made();
    await rm(file);
    await expect(vault.get(ref)).rejects.toMatchObject({ code: "vault_unavailable" });
    await expect(vault.set(ref, new Secret("x"))).rejects.toMatchObject({
      code: "vault_unavailable",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test("sees what another vault on the same file has written, and loses none of it", async () => {
    const [one, two] = [await made(), at()];
    await two.unlock(PASS);
    const writes = Array.from({ length: 24 }, (_, i) => ({ ...ref, id: `sec_both_${i}` }));
    await Promise.all(writes.map((r, i) => (i % 2 ? one : two).set(r, new Secret(r.id))));
    for (const r of writes) {
      expect((await one.get(r))?.reveal()).toBe(r.id);
      expect((await two.get(r))?.reveal()).toBe(r.id);
    }
  });

  test("locks itself when another sealed file took its place", async () => {
    const vault = await made();
    await rm(file);
    await at().make("another passphrase");
    await expect(vault.get(ref)).rejects.toMatchObject({ code: "vault_locked" });
    expect(vault.state()).toBe("locked");
  });

  test("locking in the middle of a write never seals with an erased key", async () => {
    const vault = await made();
    for (let i = 0; i < 60; i++) {
      const write = vault.set(ref, new Secret(`value ${i}`)).then(
        () => ({ code: "written" }),
        (error: unknown) => error,
      );
      // A write takes a few milliseconds: each attempt stops it a tenth of one later.
      const until = performance.now() + i / 10;
      while (performance.now() < until) await new Promise(setImmediate);
      vault.lock();
      expect(await write).toMatchObject({
        code: expect.stringMatching(/^(written|vault_locked)$/),
      });
      await vault.unlock(PASS);
      expect((await vault.get(ref))?.reveal()).toMatch(/^(the secret|value \d+)$/);
    }
  });

  test("takes over a lock file whose process is gone or that is old, and waits for one that lives", async () => {
    const vault = await made();
    const lock = `${file}.lock`;
    const gone = fork(path.join(folder, "none.cjs"), { stdio: "ignore" });
    await once(gone, "exit");
    await writeFile(lock, `${gone.pid} x`);
    await vault.set(ref, new Secret("one"));
    await writeFile(lock, `${process.pid} x`);
    await utimes(lock, new Date(0), new Date(0));
    await vault.set(ref, new Secret("two"));
    // Its maker was killed before it could sign.
    await writeFile(lock, "");
    await vault.set(ref, new Secret("two"));
    await writeFile(lock, `${process.pid} x`);
    const waiting = vault.set(ref, new Secret("three"));
    await sleep(200);
    expect((await vault.get(ref))?.reveal()).toBe("two");
    await rm(lock);
    await waiting;
    expect((await vault.get(ref))?.reveal()).toBe("three");
  });

  test("threat 60: the secret's bytes, raw, base64 or hex, are in no file", async () => {
    const canary = `canary-${"7d1f".repeat(8)}`;
    const vault = await made({ [ref.id]: canary });
    await vault.set({ ...ref, id: "sec_0000000002" }, new Secret(`x${canary}`));
    const raw = Buffer.from(canary);
    const b64 = [0, 1, 2].map((n) => Buffer.concat([Buffer.alloc(n), raw]).toString("base64"));
    const forms = [canary, raw.toString("hex"), ...b64.map((t) => t.slice(4, -4)), ref.id];
    for (const name of await readdir(folder)) {
      const bytes = await readFile(path.join(folder, name));
      for (const form of forms) expect(bytes.includes(form)).toBe(false);
    }
  });

  test("a disk that is full leaves the old file as it was (ENOSPC)", async ({ skip }) => {
    const { execFileSync } = await import("node:child_process");
    const disk = path.join(folder, "disk");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      skip("mounting a small file system needs root");
    }
    try {
      const small = at(path.join(disk, "secrets.sealed"));
      await small.make(PASS);
      await small.set(ref, new Secret("kept"));
      await expect(small.set(ref, new Secret("x".repeat(100_000)))).rejects.toMatchObject({
        code: "vault_file_unwritable",
        facts: { reason: expect.stringContaining("ENOSPC") },
      });
      expect((await small.get(ref))?.reveal()).toBe("kept");
      expect(await readdir(disk)).toEqual(["secrets.sealed"]);
    } finally {
      execFileSync("umount", [disk]);
    }
  });

  test("R6: a process killed while it writes leaves a whole file, and the next writer cleans up", async () => {
    await made({ [ref.id]: "round 0" });
    await build({
      configFile: false,
      logLevel: "silent",
      build: {
        ssr: path.join(import.meta.dirname, "writer.fixture.ts"),
        outDir: path.join(folder, "out"),
        target: "node18",
        rollupOptions: { output: { format: "cjs", entryFileNames: "writer.cjs" } },
      },
    });
    for (let round = 0; round < 12; round++) {
      const child = fork(path.join(folder, "out/writer.cjs"), [file, PASS], { stdio: "ignore" });
      const gone = once(child, "exit");
      await once(child, "message");
      await sleep(Math.random() * 60);
      child.kill("SIGKILL");
      await gone;
      const vault = at();
      await vault.unlock(PASS);
      expect((await vault.get(ref))?.reveal()).toMatch(/^round \d+$/);
      await vault.set({ ...ref, id: "sec_after" }, new Secret(String(round)));
      expect((await readdir(folder)).sort()).toEqual(["out", "secrets.sealed"]);
    }
  }, 60_000);
});
