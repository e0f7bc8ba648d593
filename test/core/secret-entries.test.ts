// The list of secrets: complete, from the settings alone, with nothing in it that is one.
import { describe, expect, it } from "vitest";
import type { DocumentName, Documents, Store } from "../../electron/core/registry.ts";
import { secretEntries } from "../../electron/core/secret-entries.ts";
import { lastingSecrets } from "../../electron/core/secret-list.ts";

const DAY = 86_400_000;
const ADDED = "2026-10-01T00:00:00.000Z";
const api = (name: string, more: object = {}): object => ({
  id: `srv_${name}`,
  tenant: "personal",
  name,
  kind: "http",
  pattern: { type: "api-key", name: "X-API-Key", secret: `sec_${name}`, secretAddedAt: ADDED },
  ...more,
});
const oauth = (name: string, pattern: object): object => api(name, { pattern });

const documents = {
  servers: [
    api("crm"),
    api("practice", { tenant: "lab" }),
    {
      id: "srv_files",
      tenant: "personal",
      name: "files",
      kind: "stdio",
      secretEnv: {
        ONE: { secret: "sec_one", secretAddedAt: ADDED },
        TWO: { secret: "sec_two", secretAddedAt: "2026-09-01T00:00:00.000Z" },
      },
    },
    oauth("tickets", { type: "client-credentials", issuer: "iss_acme" }),
    oauth("wiki", {
      type: "token-exchange",
      issuer: "iss_acme",
      account: null,
      actor: "required",
      home: "iss_home",
    }),
    oauth("vaulted", { type: "mtls", issuer: "iss_mtls", certificate: "crt_laptop" }),
  ],
  issuers: [
    {
      id: "iss_acme",
      tenant: "personal",
      name: "acme",
      issuer: "https://login.acme.example",
      auth: { method: "client_secret_basic", secret: "sec_client", secretAddedAt: ADDED },
      proof: { secret: "sec_proof", madeAt: ADDED },
      registration: {
        secretExpiresAt: "2026-10-20T00:00:00.000Z",
        management: { uri: "https://login.acme.example/r", secret: "sec_management" },
      },
    },
    {
      id: "iss_home",
      tenant: "personal",
      name: "home",
      issuer: "https://home.example",
      auth: {
        method: "private_key_jwt",
        secret: "sec_signing",
        secretAddedAt: ADDED,
        next: { secret: "sec_next", secretAddedAt: ADDED },
      },
    },
    {
      id: "iss_mtls",
      tenant: "personal",
      name: "bank",
      issuer: "https://bank.example",
      auth: { method: "tls_client_auth", certificate: "crt_laptop" },
    },
  ],
  accounts: [
    {
      id: "acc_ada",
      tenant: "personal",
      issuer: "https://home.example",
      name: "Ada",
      signedInAt: ADDED,
      secret: "sec_refresh",
    },
    { id: "acc_bob", tenant: "personal", issuer: "https://home.example", secret: null },
  ],
  certificates: [
    {
      id: "crt_laptop",
      tenant: "personal",
      label: "laptop",
      state: "active",
      key: "sec_laptop",
      keyAddedAt: ADDED,
      notAfter: "2026-12-01T00:00:00.000Z",
    },
    {
      id: "crt_old",
      tenant: "personal",
      label: "old",
      state: "replaced",
      key: "sec_old",
      keyAddedAt: ADDED,
      notAfter: "2026-11-01T00:00:00.000Z",
    },
  ],
  actors: [{ agent: "agt_claude", tenant: "personal", secret: "sec_actor", createdAt: ADDED }],
  agents: [
    { id: "agt_claude", tenant: "personal", name: "Claude Code", credentialHash: "not-to-be-seen" },
  ],
  policies: [
    {
      id: "pol_house",
      name: "house",
      mode: "join",
      source: { type: "server", url: "https://opa.example/v1/data/x", secret: "sec_opa" },
      installedAt: ADDED,
    },
    { id: "pol_file", name: "file", mode: "join", source: { type: "bundle" }, installedAt: ADDED },
  ],
};
const store: Pick<Store, "read"> = {
  read: <N extends DocumentName>(name: N) =>
    (documents as unknown as Record<string, unknown>)[name] as Documents[N],
};
const entries = secretEntries(store);
const of = (id: string) => entries.find((one) => one.id === id);

describe("the list of secrets", () => {
  it("has every secret that the settings point to, once", () => {
    const ids = entries.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    // What the vault is cleared by, and the sign-ins that change under their address.
    const known = [...lastingSecrets(store).map(({ id }) => id), "sec_refresh"];
    expect(ids.toSorted()).toEqual(known.toSorted());
  });

  it("says what each is for, who uses it, and who replaces it", () => {
    expect(of("sec_crm")).toMatchObject({ kind: "api-key", usedBy: ["crm"], renewedBy: "person" });
    expect(of("sec_two")).toMatchObject({ kind: "environment", name: "TWO", usedBy: ["files"] });
    expect(of("sec_client")).toMatchObject({ kind: "client-secret", usedBy: ["tickets", "wiki"] });
    expect(of("sec_signing")).toMatchObject({ kind: "signing-key", usedBy: ["wiki"] });
    expect(of("sec_next")?.kind).toBe("next-signing-key");
    expect(of("sec_laptop")?.usedBy).toEqual(["vaulted", "bank"]);
    // No account is named: the one that is signed in where people sign in for this server.
    expect(of("sec_refresh")).toMatchObject({
      kind: "sign-in",
      owner: { name: "Ada" },
      usedBy: ["wiki"],
      renewedBy: "countersign",
    });
    expect(of("sec_actor")).toMatchObject({ owner: { name: "Claude Code" }, usedBy: ["wiki"] });
  });

  it("puts first what must be replaced first", () => {
    const due = entries.flatMap(({ id, dueAt }) => (dueAt === null ? [] : [[id, dueAt]]));
    expect(due.map(([id]) => id)).toEqual([
      "sec_client",
      "sec_two",
      "sec_laptop",
      "sec_crm",
      "sec_practice",
      "sec_one",
    ]);
    expect(Date.parse(of("sec_crm")?.dueAt ?? "") - Date.parse(ADDED)).toBe(90 * DAY);
    expect(of("sec_old")?.dueAt).toBeNull();
    expect(entries.slice(due.length).every(({ dueAt }) => dueAt === null)).toBe(true);
  });

  it("keeps tenants apart, and holds nothing that is secret", () => {
    expect(secretEntries(store, "lab").map(({ id }) => id)).toEqual(["sec_practice"]);
    expect(JSON.stringify(entries)).not.toContain("not-to-be-seen");
    for (const entry of entries) {
      expect(Object.keys(entry).sort()).toEqual(
        ["addedAt", "dueAt", "id", "kind", "name", "owner", "renewedBy", "tenant", "usedBy"].sort(),
      );
    }
  });
});
