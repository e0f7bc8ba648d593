// The openssl of the machine as a second opinion. Where it is missing, tests that need it are skipped and say so.
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const version = spawnSync("openssl", ["version"], { encoding: "utf8" });
export const hasOpenssl = version.status === 0 && version.stdout.startsWith("OpenSSL 3");
export const hasLegacy =
  hasOpenssl && spawnSync("openssl", ["list", "-providers", "-provider", "legacy"]).status === 0;

export interface Bench {
  readonly folder: string;
  path(name: string): string;
  write(name: string, data: string | Uint8Array): string;
  read(name: string): Buffer;
  run(...args: string[]): string;
  close(): void;
}

/** A folder for files, and openssl run in it. Passphrases go in by the environment, as UTF-8. */
export function openBench(passphrase = ""): Bench {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "countersign-tls-"));
  return {
    folder,
    path: (name) => path.join(folder, name),
    write(name, data) {
      fs.writeFileSync(path.join(folder, name), data);
      return name;
    },
    read: (name) => fs.readFileSync(path.join(folder, name)),
    run: (...args) =>
      execFileSync("openssl", args, {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, P: passphrase, LC_ALL: "C.UTF-8" },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 20_000,
      }),
    close: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
