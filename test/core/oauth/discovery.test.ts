import { describe, expect, it } from "vitest";
import { discoverIssuer, discoveryPlaces } from "../../../electron/core/oauth/discovery.ts";
import {
  checkIssuer,
  endpointOf,
  type CheckedIssuer,
} from "../../../electron/core/oauth/issuer.ts";
import { Ruling } from "../../../electron/core/oauth/ruling.ts";
import type { FlowResponse } from "../../../electron/core/oauth/types.ts";
import { flowOver, json, scriptedNet } from "../../support/flow-net.ts";
import { refusalOf as thrownBy } from "../bytes.ts";
import { fc, test } from "../property.ts";
import { identity, ISSUER, metadata, paperIssuer, refusalOf } from "./peer.ts";

const none: Partial<FlowResponse> = { status: 404 };
const strict = { allowPlainHttpOnLoopback: false };
const found = (issuer: string, ...answers: Partial<FlowResponse>[]): Promise<CheckedIssuer> =>
  discoverIssuer(flowOver(scriptedNet(...answers)), issuer, strict);

describe("where an issuer's metadata is looked for", () => {
  it("three places for an issuer with a path, in MCP's order (88)", () => {
    expect(discoveryPlaces(ISSUER, false).map((p) => p.url)).toEqual([
      "https://issuer.example/.well-known/oauth-authorization-server/tenant",
      "https://issuer.example/.well-known/openid-configuration/tenant",
      "https://issuer.example/tenant/.well-known/openid-configuration",
    ]);
  });

  it("two places for an issuer without a path, slash or no slash (88)", () => {
    for (const issuer of ["https://issuer.example", "https://issuer.example/"]) {
      expect(discoveryPlaces(issuer, false).map((p) => p.url)).toEqual([
        "https://issuer.example/.well-known/oauth-authorization-server",
        "https://issuer.example/.well-known/openid-configuration",
      ]);
    }
  });

  it("tries them in order and no other", async () => {
    const net = scriptedNet(none, none, json(metadata()));
    const flow = flowOver(net);
    expect((await discoverIssuer(flow, ISSUER, strict)).foundAt).toBe(
      `${ISSUER}/.well-known/openid-configuration`,
    );
    expect(net.sent).toHaveLength(3);
    expect(flow.steps.map((s) => s.rules[0]?.id)).toEqual([
      "metadata-present",
      "metadata-present",
      "metadata-status",
    ]);
    const missing = scriptedNet(none);
    expect((await refusalOf(discoverIssuer(flowOver(missing), ISSUER, strict))).code).toBe(
      "issuer_metadata_invalid",
    );
    expect(missing.sent).toHaveLength(3);
  });

  it.each([
    ["http://issuer.example", "plain HTTP"],
    ["http://127.0.0.1:8080", "plain HTTP without consent"],
    ["https://issuer.example/?a=b", "a query"],
    ["https://issuer.example/#x", "a fragment"],
    ["https://me@issuer.example", "a user name"],
    ["javascript:alert(1)", "no web address"],
    ["issuer.example", "no address"],
  ])("refuses %s before anything is sent: %s (90)", async (issuer) => {
    const net = scriptedNet(json({}));
    const refusal = await refusalOf(discoverIssuer(flowOver(net), issuer, strict));
    expect(refusal.code).toBe("issuer_metadata_invalid");
    expect(net.sent).toHaveLength(0);
  });
});

describe("an issuer is its exact string", () => {
  it.each([
    "https://issuer.example/tenant/",
    "https://issuer.example/Tenant",
    "https://ISSUER.example/tenant",
    "https://issuer.example:443/tenant",
    "https://issuer.example/./tenant",
    "https://evil.example/tenant",
    42,
    undefined,
  ])("metadata that calls itself %s is not used (86)", async (other) => {
    const refusal = await refusalOf(found(ISSUER, json(metadata({ issuer: other }))));
    expect(refusal.code).toBe("issuer_metadata_invalid");
  });

  test(
    "no other string passes for it (86)",
    [fc.oneof(fc.webUrl(), fc.string(), fc.constantFrom(`${ISSUER}/`, ISSUER.toUpperCase()))],
    (other) => {
      fc.pre(other !== ISSUER);
      const ran = thrownBy(() =>
        checkIssuer(ISSUER, metadata({ issuer: other }), "here", false, new Ruling()),
      );
      expect(ran?.code).toBe("issuer_metadata_invalid");
    },
    200,
  );
});

describe("a document that is none", () => {
  it.each<[string, Partial<FlowResponse>]>([
    ["HTML", { headers: { "content-type": "text/html" }, body: "<html>" }],
    [
      "JSON of the wrong type",
      { headers: { "content-type": "text/plain" }, body: JSON.stringify(metadata()) },
    ],
    ["broken JSON", { headers: { "content-type": "application/json" }, body: '{"issuer":' }],
    ["a list", json([metadata()])],
    [
      "two issuers in one",
      {
        headers: { "content-type": "application/json" },
        body: `{"issuer":"https://evil.example","issuer":"${ISSUER}"}`,
      },
    ],
    ["a redirect", { status: 302, headers: { location: "https://evil.example" } }],
    ["a list where text belongs", json(metadata({ scopes_supported: "openid" }))],
  ])("%s is refused, and no other place is tried (89)", async (_name, answer) => {
    const net = scriptedNet(answer);
    const refusal = await refusalOf(discoverIssuer(flowOver(net), ISSUER, strict));
    expect(refusal.code).toBe("issuer_metadata_invalid");
    expect(net.sent).toHaveLength(1);
  });

  it("an issuer that is down is tried later, and is not called invalid", async () => {
    const refusal = await refusalOf(
      found(ISSUER, { status: 503, headers: { "retry-after": "7" } }),
    );
    expect(refusal).toMatchObject({
      code: "issuer_error",
      facts: { retry: "later", retryAfterMs: 7000 },
    });
  });
});

describe("endpoints", () => {
  it.each([
    "http://issuer.example/token",
    "javascript:alert(1)",
    "/token",
    "https://a@issuer.example/t",
    7,
  ])("an endpoint %s makes the metadata unusable (90)", async (token_endpoint) => {
    const refusal = await refusalOf(found(ISSUER, json(metadata({ token_endpoint }))));
    expect(refusal.code).toBe("issuer_metadata_invalid");
  });

  it("plain HTTP on loopback does for an issuer there, and for no other", async () => {
    const issuer = "http://127.0.0.1:9";
    const local = { allowPlainHttpOnLoopback: true };
    const document = metadata({ issuer, token_endpoint: `${issuer}/token` });
    const ok = await discoverIssuer(flowOver(scriptedNet(json(document))), issuer, local);
    expect(endpointOf(ok, "token_endpoint", null)).toBe(`${issuer}/token`);
    const mixed = scriptedNet(json(metadata({ token_endpoint: `${issuer}/token` })));
    expect((await refusalOf(discoverIssuer(flowOver(mixed), ISSUER, local))).code).toBe(
      "issuer_metadata_invalid",
    );
  });

  it("with a certificate goes to the alias, without one to the plain endpoint (68)", () => {
    const issuer = paperIssuer({
      mtls_endpoint_aliases: { token_endpoint: "https://mtls.issuer.example/token" },
    });
    expect(endpointOf(issuer, "token_endpoint", identity)).toBe(
      "https://mtls.issuer.example/token",
    );
    expect(endpointOf(issuer, "token_endpoint", null)).toBe(`${ISSUER}/token`);
  });

  it("falls back to the plain endpoint where the aliases lack it (69)", () => {
    const issuer = paperIssuer({
      mtls_endpoint_aliases: { token_endpoint: "https://mtls.issuer.example/token" },
    });
    expect(endpointOf(issuer, "revocation_endpoint", identity)).toBe(`${ISSUER}/revoke`);
  });

  it("ignores aliases that nobody knows (70)", () => {
    const issuer = paperIssuer({
      mtls_endpoint_aliases: {
        junk: 7,
        __proto__: null,
        constructor: "x",
        issuer: "https://evil.example",
      },
    });
    expect(issuer.metadata.mtlsAliases).toEqual({});
    expect(endpointOf(issuer, "token_endpoint", identity)).toBe(`${ISSUER}/token`);
  });

  it("refuses an alias that is no https address (70, 90)", async () => {
    const aliases = {
      mtls_endpoint_aliases: { token_endpoint: "http://mtls.issuer.example/token" },
    };
    expect((await refusalOf(found(ISSUER, json(metadata(aliases))))).code).toBe(
      "issuer_metadata_invalid",
    );
  });

  it("names hosts that are not the issuer's own (threat 31)", () => {
    const issuer = paperIssuer({ token_endpoint: "https://elsewhere.example/token" });
    expect(issuer.foreignHosts).toEqual(["elsewhere.example"]);
  });

  it("an issuer that nobody checked has no endpoints", () => {
    const forged = { ...paperIssuer() };
    expect(thrownBy(() => endpointOf(forged, "token_endpoint", null))?.code).toBe("internal");
  });
});
