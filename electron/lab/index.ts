// The way in: what follows this import costs a second and 100 MB, and is loaded only when somebody wants the lab.
import crypto, { createHash } from "node:crypto";
import type { Lab, LabOptions } from "./lab.ts";

export type { Lab, LabOptions } from "./lab.ts";
export type { LabClient, LabLog, LabPerson, LabServer, LabTool } from "./types.ts";
export type { LabRefusal, RefusalCode } from "./refusals.ts";

/** Starts the practice company. @throws LabError `folder-in-use` */
export async function startLab(options: LabOptions): Promise<Lab> {
  provideHash();
  const { startLab: start } = await quietly(() => import("./lab.ts"));
  return start(options);
}

/** Node before 20.12 has no `crypto.hash`; the issuer's library uses it everywhere. */
function provideHash(): void {
  if ("hash" in crypto) return;
  Object.defineProperty(crypto, "hash", {
    value: (algorithm: string, data: string | Uint8Array, encoding: "hex" | "base64url" = "hex") =>
      createHash(algorithm).update(data).digest(encoding),
  });
}

/** The library says on loading that it would rather have a newer Node. Its one line is kept from people's terminals. */
async function quietly<T>(load: () => Promise<T>): Promise<T> {
  const { warn } = console;
  const say = (...words: unknown[]): void => {
    if (!String(words[0]).includes("oidc-provider WARNING: Unsupported runtime")) warn(...words);
  };
  Object.assign(console, { warn: say });
  try {
    return await load();
  } finally {
    Object.assign(console, { warn });
  }
}
