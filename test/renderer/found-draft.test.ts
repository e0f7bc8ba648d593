import { describe, expect, it } from "vitest";
import { EMPTY_DRAFT, faultsOf, toInput } from "../../renderer/servers/draft.ts";
import { toRegistration, withProposal } from "../../renderer/servers/found-draft.ts";
import { FOUND_ISSUER, NEW_ISSUER } from "../../renderer/servers/oauth-draft.ts";
import type { IssuerProposal, Proposal } from "../../renderer/types.ts";

const url = "https://tickets.acme.example/mcp";
const issuer: IssuerProposal = {
  issuer: "https://login.acme.example",
  host: "login.acme.example",
  elsewhere: true,
  lies: null,
  unconfirmed: false,
  hosts: ["auth.acme-cdn.example"],
  known: null,
  way: "dynamic",
};
const found = (change: Partial<Proposal> = {}): Proposal => ({
  url,
  plainHttp: false,
  dpop: false,
  pattern: "account",
  why: [],
  choices: [],
  name: null,
  resource: url,
  scopes: ["tickets:read"],
  signInScopes: ["openid", "tickets:read"],
  issuers: [issuer.issuer],
  issuer,
  key: null,
  redirectUri: null,
  flow: "flow_sample",
  ...change,
});
const draft = (change: Partial<Proposal> = {}) => ({
  ...EMPTY_DRAFT,
  http: withProposal({ ...EMPTY_DRAFT.http, url }, found(change)),
});

describe("a proposal becomes what a person would have entered", () => {
  it("with a registration that Countersign makes by itself, for exactly the hosts that were shown", () => {
    const now = draft();
    expect(faultsOf(now)).toEqual({});
    expect(now.http.oauth.issuer).toBe(FOUND_ISSUER);
    expect(toRegistration(now.http, "attempt-1")).toEqual({
      issuer: issuer.issuer,
      use: "account",
      scopes: ["openid", "tickets:read"],
      hosts: ["auth.acme-cdn.example"],
      confirmed: false,
      trustPem: null,
      attempt: "attempt-1",
    });
    expect(toInput(now)).toMatchObject({
      auth: { type: "account", scopes: ["tickets:read"], resource: url },
    });
  });

  it("with the registration that is there already, and none is made", () => {
    const known = { id: "iss_sample100", name: "acme", clientId: "x" };
    const now = draft({ issuer: { ...issuer, way: "known", known } });
    expect(now.http.oauth.issuer).toBe(known.id);
    expect(toRegistration(now.http, "attempt-1")).toBeNull();
  });

  it("by hand where the issuer registers nobody, and for certificates, which nothing registers by itself", () => {
    for (const change of [{ issuer: { ...issuer, way: "ask" } }, { pattern: "mtls" }] as const) {
      const now = draft(change);
      expect(now.http.oauth.issuer).toBe(NEW_ISSUER);
      expect(now.http.oauth.newIssuer.issuer).toBe(issuer.issuer);
      expect(toRegistration(now.http, "attempt-1")).toBeNull();
      expect(faultsOf(now)).not.toEqual({});
    }
  });

  it("asks for nothing but the key where the server says where it goes", () => {
    const key = { name: "Authorization", prefix: "Bearer " };
    const now = draft({ pattern: "api-key", key, issuer: null });
    expect(now.http.preset).toBe("bearer");
    expect(Object.keys(faultsOf(now))).toEqual(["key"]);
  });

  it("nothing is filled in while an issuer waits for the person's word", () => {
    const before = { ...EMPTY_DRAFT.http, url };
    const unconfirmed = { ...issuer, lies: "this-machine", unconfirmed: true } as const;
    expect(withProposal(before, found({ pattern: null, issuer: unconfirmed }))).toBe(before);
  });
});
