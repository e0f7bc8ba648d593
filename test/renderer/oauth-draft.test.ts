import { describe, expect, it } from "vitest";
import { contract } from "../../electron/contract.ts";
import { EMPTY_ISSUER } from "../../renderer/identities/issuer-draft.ts";
import {
  type Draft,
  EMPTY_DRAFT,
  faultsOf,
  type HttpDraft,
  toInput,
} from "../../renderer/servers/draft.ts";
import { NEW_ISSUER, type OAuthDraft, resourceOf } from "../../renderer/servers/oauth-draft.ts";

const TYPES = ["client-credentials", "account", "token-exchange", "mtls", "composite"] as const;
const draft = (
  pattern: HttpDraft["pattern"],
  oauth: Partial<OAuthDraft> = {},
  http: Partial<HttpDraft> = {},
): Draft => ({
  ...EMPTY_DRAFT,
  http: {
    ...EMPTY_DRAFT.http,
    url: "https://mail.acme.example/mcp",
    ...http,
    pattern,
    oauth: {
      ...EMPTY_DRAFT.http.oauth,
      issuer: "iss_0123456789abcdef",
      certificate: "crt_0123456789abcdef",
      account: "acc_0123456789abcdef",
      scopes: "mcp:invoke crm:read",
      ...oauth,
    },
  },
});
const authOf = (one: Draft) => {
  const input = toInput(one);
  return input.kind === "http" ? input.auth : null;
};

describe("a server with tokens", () => {
  it.each(TYPES.flatMap((type) => [[type, true] as const, [type, false] as const]))(
    "makes input that the contract takes: %s, exchange %s",
    (type, exchange) => {
      const filled = draft(type, { exchange, perUser: "30" });
      expect(faultsOf(filled)).toEqual({});
      const parsed = contract["servers.add"].input.safeParse(toInput(filled));
      expect(parsed.error?.issues ?? []).toEqual([]);
    },
  );

  it("says its own address as the resource until another is written, and none where it was emptied", () => {
    const resource = (oauth: Partial<OAuthDraft>, url = "https://mail.acme.example/mcp") =>
      resourceOf(draft("mtls", oauth).http.oauth, url);
    expect(resource({})).toBe("https://mail.acme.example/mcp");
    expect(resource({}, "https://mail.acme.example/mcp#part")).toBe(
      "https://mail.acme.example/mcp",
    );
    expect(resource({}, "not yet")).toBe("");
    expect(resource({ resource: "https://other.example/" })).toBe("https://other.example/");
    expect(authOf(draft("mtls", { resource: "" }))).toMatchObject({ resource: null });
  });

  it("sends no person and no actor with client credentials in a composite", () => {
    expect(authOf(draft("composite", { exchange: false, actor: "required" }))).toMatchObject({
      account: null,
      actor: "none",
      exchange: false,
      perUserPerMinute: null,
    });
  });

  it.each(TYPES)("binds %s by DPoP where no certificate binds it", (type) => {
    const auth = authOf(draft(type, { dpop: true }));
    const certified = type === "mtls" || type === "composite";
    expect(JSON.stringify(auth).includes("dpop")).toBe(!certified);
  });

  it("names no actor where another issuer vouches for the person", () => {
    const home = "iss_fedcba9876543210";
    expect(authOf(draft("token-exchange", { home, actor: "required" }))).toMatchObject({
      home,
      actor: "none",
    });
    expect(authOf(draft("token-exchange"))).toMatchObject({ home: null, actor: "if-supported" });
  });

  it("takes whoever is signed in where no account was chosen", () => {
    expect(authOf(draft("token-exchange", { account: "" }))).toMatchObject({ account: null });
  });

  it.each([
    ["no issuer", draft("account", { issuer: "" }), "oauthIssuer"],
    ["a scope with a quote", draft("account", { scopes: `a"b` }), "scopes"],
    ["a resource that is no address", draft("account", { resource: "crm" }), "resource"],
    ["no certificate", draft("mtls", { certificate: "" }), "certificate"],
    ["a certificate over plain HTTP", draft("mtls", {}, { url: "http://127.0.0.1:1/" }), "url"],
    ["a limit that is no number", draft("composite", { perUser: "many" }), "perUser"],
    ["no limit of an exchange", draft("token-exchange", { perUser: "0" }), "perUser"],
    ["a limit of none", draft("composite", { perUser: "0" }), "perUser"],
    ["a token over plain HTTP here", draft("account", {}, { url: "http://127.0.0.1:1/" }), "plain"],
    ["a token over plain HTTP away", draft("account", {}, { url: "http://x.example/" }), "url"],
    ["an authority that is not PEM", draft("account", {}, { trustPem: "MIIB" }), "trust"],
    [
      "a new registration without its id",
      draft("account", { issuer: NEW_ISSUER, newIssuer: EMPTY_ISSUER }),
      "clientId",
    ],
  ])("stops at %s", (_, one, field) => {
    expect(Object.keys(faultsOf(one))).toContain(field);
  });

  it("forgets a key that was typed before the pattern changed", () => {
    const input = toInput(draft("client-credentials", {}, { key: "CANARY" }));
    expect(JSON.stringify(input)).not.toContain("CANARY");
  });
});
