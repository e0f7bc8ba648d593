import { randomBytes } from "node:crypto";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Agent } from "../../../electron/core/agents.ts";
import { locate, parseStrict } from "../../../electron/core/json/document.ts";
import { DEFAULT_TENANT } from "../../../electron/core/names.ts";
import { documentSchemas } from "../../../electron/document-schemas.ts";
import type { Schemas } from "../../../electron/host/store/document.ts";
import { openStore, type StoreOptions } from "../../../electron/host/store/store.ts";

export const schemas: Schemas = documentSchemas;

export const NOW = Date.UTC(2026, 10, 24, 12);

export const openTestStore = (folder: string, options: Partial<StoreOptions> = {}) =>
  openStore({
    folder,
    schemas,
    json: { parse: parseStrict, locate },
    clock: { now: () => NOW, monotonic: () => 0 },
    random: (n) => randomBytes(n),
    firstTenant: { id: DEFAULT_TENANT, name: "Personal" },
    report: (error) => {
      throw error;
    },
    ...options,
  });

/** Digits only, so that every id, name and hash made from a number is valid and its own. */
export function agent(n: number, over: Partial<Agent> = {}): Agent {
  const digits = String(n).padStart(8, "0");
  return {
    id: `agt_${digits}`,
    tenant: DEFAULT_TENANT,
    name: `agent ${n}`,
    credentialHash: digits.padStart(43, "A"),
    credentialHint: digits.slice(-4),
    state: "active",
    createdAt: new Date(NOW).toISOString(),
    rotatedAt: null,
    ...over,
  };
}

export const agentsFile = (agents: readonly unknown[], format = 1): string =>
  `${JSON.stringify({ format, agents }, null, 2)}\n`;

export async function tempFolder(): Promise<string> {
  return fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), "countersign-store-")));
}

export const modeOf = async (file: string): Promise<number> => (await fs.stat(file)).mode & 0o777;
