import { assert, property, string, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { contract } from "../../electron/contract.ts";
import { expiryOf } from "../../electron/core/certificates.ts";
import { accountsOf, whoIs } from "../../renderer/identities/account-face.ts";
import { expiryTone, expiryWords } from "../../renderer/identities/expiry.tsx";
import {
  EMPTY_ISSUER,
  type IssuerDraft,
  issuerFaults,
  METHODS,
  toIssuerInput,
} from "../../renderer/identities/issuer-draft.ts";
import { toBase64 } from "../../renderer/lib/base64.ts";
import { spelledOut } from "../../renderer/lib/hidden.ts";
import { scopesFit, scopesOf } from "../../renderer/lib/scopes.ts";
import { sampleAccounts, sampleIssuers } from "./sample-identities.ts";

const now = 1_800_000_000_000;
const DAY = 86_400_000;
const draft = (part: Partial<IssuerDraft>): IssuerDraft => ({
  ...EMPTY_ISSUER,
  issuer: "https://login.acme.example/realms/main",
  clientId: "countersign",
  secret: "s",
  certificate: "crt_0123456789abcdef",
  keyPem: "-----BEGIN PRIVATE KEY-----\nx",
  ...part,
});

describe("the form of a registration", () => {
  it.each(METHODS.flatMap((method) => [[method, false] as const, [method, true] as const]))(
    "makes input that the contract takes: %s, own key %s",
    (method, ownKey) => {
      const filled = draft({ method, ownKey });
      expect(issuerFaults(filled)).toEqual({});
      const parsed = contract["issuers.add"].input.safeParse(toIssuerInput(filled));
      expect(parsed.error?.issues ?? []).toEqual([]);
    },
  );

  it("sends nothing that its method did not ask for", () => {
    const typed = draft({ method: "none", secret: "CANARY-1", keyPem: "CANARY-2", ownKey: true });
    expect(JSON.stringify(toIssuerInput(typed))).not.toMatch(/CANARY|crt_/);
    const made = draft({ method: "private_key_jwt", keyPem: "CANARY-3", ownKey: false });
    expect(toIssuerInput(made).auth).toEqual({
      method: "private_key_jwt",
      alg: "ES256",
      privateKey: null,
    });
  });

  it("leaves the issuer exactly as it was written", () => {
    const issuer = "HTTPS://Login.acme.example:443/a/../realms/main/";
    expect(toIssuerInput(draft({ issuer: ` ${issuer} ` })).issuer).toBe(issuer);
  });

  it.each([
    ["an address that is none", { issuer: "acme" }, "issuer"],
    ["plain HTTP to another machine", { issuer: "http://login.example/" }, "issuer"],
    ["plain HTTP here, not agreed to", { issuer: "http://127.0.0.1:8080/" }, "issuerPlain"],
    ["no client id", { clientId: " " }, "clientId"],
    ["no secret", { secret: "" }, "secret"],
    ["no key of one's own", { method: "private_key_jwt", ownKey: true, keyPem: "x" }, "keyPem"],
    ["no certificate", { method: "tls_client_auth", certificate: "" }, "issuerCertificate"],
    ["an authority that is not PEM", { trustPem: "MIIB" }, "issuerTrust"],
  ] as const)("stops at %s", (_, part, field) => {
    expect(Object.keys(issuerFaults(draft(part)))).toContain(field);
  });
});

describe("an account", () => {
  const [ada, admin, unnamed] = sampleAccounts(now);
  const [acme, , local] = sampleIssuers(now);
  it("is called what its issuer claims, else by its subject", () => {
    expect(whoIs(ada!)).toEqual({ who: "ada@acme.example", claimed: true });
    expect(whoIs(unnamed!)).toMatchObject({ claimed: false, who: unnamed!.sub });
    expect(whoIs({ name: null, email: null, sub: null }).who).toBe("Somebody unnamed");
  });
  it("serves only its own registration, at its own issuer, in its own tenant", () => {
    const all = [ada!, admin!, unnamed!];
    expect(accountsOf(all, acme!).map(({ id }) => id)).toEqual([ada!.id, admin!.id]);
    expect(accountsOf(all, local!).map(({ id }) => id)).toEqual([unnamed!.id]);
    expect(accountsOf(all, { ...acme!, clientId: "another" })).toEqual([]);
    expect(accountsOf(all, { ...acme!, tenant: "lab" })).toEqual([]);
  });
});

describe("the end of a certificate", () => {
  const at = (days: number) => ({
    expiry: expiryOf(
      {
        notBefore: new Date(now - DAY).toISOString(),
        notAfter: new Date(now + days * DAY).toISOString(),
      },
      now,
    ),
  });
  it.each([
    [211.5, "211 days left", "calm"],
    [30.5, "30 days left", "calm"],
    [29.9, "29 days left", "warn"],
    [7.5, "7 days left", "warn"],
    [6.9, "6 days left", "bad"],
    [1.5, "1 day left", "bad"],
    [0.4, "Ends within a day", "bad"],
    [-0.4, "Ended today", "bad"],
    [-1.5, "Ended 1 day ago", "bad"],
    [-12.5, "Ended 12 days ago", "bad"],
  ])("in %d days is told as “%s”", (days, text, tone) => {
    expect([expiryWords(at(days)), expiryTone(at(days))]).toEqual([text, tone]);
  });
  it("is not told of what has none", () => {
    expect(expiryWords({ expiry: null })).toBe("");
  });
});

describe("scopes as typed", () => {
  it("are separated by blanks or commas, each once", () => {
    expect(scopesOf(" openid  mcp:invoke,crm:read\topenid ")).toEqual([
      "openid",
      "mcp:invoke",
      "crm:read",
    ]);
  });
  it("fit exactly where the contract takes them", () => {
    const shape = contract["accounts.signIn"].input.shape.scopes;
    assert(
      property(string({ unit: "binary", maxLength: 40 }), (text) => {
        expect(scopesFit(text)).toBe(shape.safeParse(scopesOf(text)).success);
      }),
    );
  });
});

it("bytes become the same base64 as everywhere, at any length", () => {
  assert(
    property(uint8Array({ maxLength: 300 }), (bytes) => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
    }),
  );
  const large = new Uint8Array(100_001).map((_, i) => i % 251);
  expect(toBase64(large)).toBe(Buffer.from(large).toString("base64"));
});

it("text for a menu spells out what is hidden in it", () => {
  expect(spelledOut("Admin \u202Enimda")).toBe("Admin [RLO]nimda");
});
