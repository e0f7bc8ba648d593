import { describe, expect, it } from "vitest";
import {
  canonicalResource,
  discoverResource,
  resourcePlaces,
  scopesToAsk,
} from "../../../electron/core/oauth/resource.ts";
import type { FlowResponse } from "../../../electron/core/oauth/types.ts";
import { flowOver, json, scriptedNet } from "../../support/flow-net.ts";
import { refusalOf as thrownBy } from "../bytes.ts";
import { refusalOf } from "./peer.ts";

const SERVER = "https://api.example/v1/mcp";
const strict = { allowPlainHttpOnLoopback: false };
const document = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  resource: SERVER,
  authorization_servers: ["https://issuer.example"],
  scopes_supported: ["read", "write"],
  ...change,
});
const discover = (challenge: string | undefined, ...answers: Partial<FlowResponse>[]) =>
  discoverResource(flowOver(scriptedNet(...answers)), SERVER, challenge, strict);

describe("where a server's word about itself is looked for", () => {
  it("first where its 401 points, then by path, then at the root", () => {
    const challenge = 'Bearer resource_metadata="https://api.example/custom.json", scope="read"';
    expect(resourcePlaces(SERVER, challenge, false).map((p) => p.url)).toEqual([
      "https://api.example/custom.json",
      "https://api.example/.well-known/oauth-protected-resource/v1/mcp",
      "https://api.example/.well-known/oauth-protected-resource",
    ]);
  });

  it("only at the root for a server without a path", () => {
    expect(resourcePlaces("https://api.example/", undefined, false)).toHaveLength(1);
  });

  it.each([
    "http://api.example/x",
    "https://169.254.169.254/latest",
    "https://evil.example/x",
    "file:///etc/passwd",
  ])("does not follow a 401 to %s (threat 30)", (target) => {
    const refusal = thrownBy(() =>
      resourcePlaces(SERVER, `Bearer resource_metadata="${target}"`, false),
    );
    expect(refusal?.code).toBe("resource_metadata_invalid");
  });

  it("says nothing where the server says nothing", async () => {
    expect(await discover(undefined, { status: 404 })).toBeNull();
  });
});

describe("a server speaks for itself alone", () => {
  it.each([
    "https://api.example/v1/mcp/",
    "https://api.example/V1/mcp",
    "https://api.example/v1",
    "https://api.example",
    "https://evil.example/v1/mcp",
    undefined,
    [SERVER],
  ])("a document about %s is not used (87)", async (resource) => {
    const refusal = await refusalOf(discover(undefined, json(document({ resource }))));
    expect(refusal.code).toBe("resource_metadata_invalid");
  });

  it("at the root it may speak about the whole origin", async () => {
    const root = json(document({ resource: "https://api.example" }));
    const found = await discover(undefined, { status: 404 }, root);
    expect(found?.resource).toBe("https://api.example");
  });

  it("takes nothing out of signed_metadata that nobody verified (96)", async () => {
    const forged = Buffer.from(
      JSON.stringify({ authorization_servers: ["https://evil.example"] }),
    ).toString("base64url");
    const flow = flowOver(scriptedNet(json(document({ signed_metadata: `e30.${forged}.c2ln` }))));
    const found = await discoverResource(flow, SERVER, undefined, strict);
    expect(found?.authorizationServers).toEqual(["https://issuer.example"]);
    expect(flow.steps[0]?.rules.map((r) => r.id)).toContain("signed-metadata-unused");
  });

  it.each([
    [[]],
    [undefined],
    ["https://issuer.example"],
    [["http://issuer.example"]],
    [["javascript:1"]],
  ])("refuses %j as its issuers (90)", async (authorization_servers) => {
    const refusal = await refusalOf(discover(undefined, json(document({ authorization_servers }))));
    expect(refusal.code).toBe("resource_metadata_invalid");
  });

  it.each<[string, Partial<FlowResponse>]>([
    ["HTML", { headers: { "content-type": "text/html" }, body: "<html>" }],
    ["a redirect", { status: 302 }],
  ])("refuses %s (89)", async (_name, answer) => {
    expect((await refusalOf(discover(undefined, answer))).code).toBe("resource_metadata_invalid");
  });
});

describe("what is asked of the issuer", () => {
  it("is what the 401 wants, else what the server lists, else nothing", async () => {
    const challenged = await discover('Bearer scope="read"', json(document()));
    expect(scopesToAsk(challenged!)).toEqual(["read"]);
    const listed = await discover(undefined, json(document()));
    expect(scopesToAsk(listed!)).toEqual(["read", "write"]);
    const silent = await discover(undefined, json(document({ scopes_supported: undefined })));
    expect(scopesToAsk(silent!)).toEqual([]);
  });

  it("names the server in its canonical form (110)", () => {
    expect(canonicalResource("HTTPS://API.example:443/")).toBe("https://api.example");
    expect(canonicalResource("https://api.example/v1/mcp#x")).toBe(SERVER);
    expect(canonicalResource("https://api.example/mcp/")).toBe("https://api.example/mcp/");
  });
});
