// Small real implementations of core's ports for tests of core alone.
import crypto from "node:crypto";
import type { Clock } from "../../electron/core/clock.ts";
import type { Digest } from "../../electron/core/digest.ts";
import type { CallEnd, CallIntent, Journal } from "../../electron/core/journal.ts";
import type { Documents, Store } from "../../electron/core/registry.ts";
import type { Secret } from "../../electron/core/secret.ts";
import { NO_UPDATES } from "../../electron/core/update/document.ts";
import type { SecretRef, Vault } from "../../electron/core/vault.ts";

export const digest: Digest = {
  sha256: (data) => crypto.createHash("sha256").update(data).digest(),
  equal: (a, b) => a.length === b.length && crypto.timingSafeEqual(a, b),
  random: (n) => crypto.randomBytes(n),
};

export function movableClock(
  start = Date.UTC(2026, 10, 24),
): Clock & { advance(ms: number): void } {
  let wall = start;
  let mono = 0;
  return {
    now: () => wall,
    monotonic: () => mono,
    advance(ms) {
      wall += ms;
      mono += ms;
    },
  };
}

export function memoryStore(): Store & { all: Documents } {
  const all = {
    settings: { installation: "0123456789abcdef", vault: "memory" as const },
    tenants: [
      { id: "personal", name: "Personal", createdAt: "2026-01-01T00:00:00.000Z" },
      { id: "work", name: "Work", createdAt: "2026-01-01T00:00:00.000Z" },
    ],
    agents: [],
    servers: [],
    apis: [],
    issuers: [],
    accounts: [],
    certificates: [],
    actors: [],
    rules: [],
    policies: [],
    learning: { span: null, dismissed: [] },
    connections: [],
    labels: [],
    consents: [],
    programs: [],
    pins: [],
    updates: NO_UPDATES,
  } as { -readonly [N in keyof Documents]: Documents[N] };
  const listeners = new Set<(name: keyof Documents) => void>();
  return {
    all,
    read: (name) => all[name],
    write: (name, next) => {
      try {
        all[name] = next(all[name]);
      } catch (error) {
        return Promise.reject(error);
      }
      for (const listener of listeners) listener(name);
      return Promise.resolve();
    },
    writeTogether: (names, next) => {
      try {
        Object.assign(all, next(all));
      } catch (error) {
        return Promise.reject(error);
      }
      for (const listener of listeners) for (const name of names) listener(name);
      return Promise.resolve();
    },
    broken: () => [],
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function mapVault(): Vault & {
  entries: Map<string, Secret>;
  fail: Error | null;
  reads: number;
} {
  const entries = new Map<string, Secret>();
  const key = (ref: SecretRef): string => `${ref.tenant}/${ref.id}`;
  return {
    kind: "memory",
    entries,
    fail: null,
    reads: 0,
    async get(ref) {
      this.reads++;
      await Promise.resolve();
      if (this.fail) throw this.fail;
      return entries.get(key(ref));
    },
    async set(ref, value) {
      await Promise.resolve();
      if (this.fail) throw this.fail;
      entries.set(key(ref), value);
    },
    delete: (ref) => Promise.resolve(entries.delete(key(ref))),
  };
}

export function listJournal(): Journal & {
  intents: CallIntent[];
  ends: [string, CallEnd][];
  refusals: CallEnd[];
  full: Error | null;
} {
  const unused = (): never => {
    throw new Error("not part of this test");
  };
  return {
    intents: [],
    ends: [],
    refusals: [],
    full: null,
    intent(record) {
      if (this.full) return Promise.reject(this.full);
      this.intents.push(record);
      return Promise.resolve();
    },
    end(id, end) {
      this.ends.push([id, end]);
    },
    refused(_record, end) {
      this.refusals.push(end);
    },
    search: unused,
    statistics: unused,
    get: unused,
    watch: unused,
    trouble: () => null,
  };
}
