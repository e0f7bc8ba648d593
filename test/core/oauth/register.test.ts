import { describe, expect, it } from "vitest";
import { chooseRegistration, registerDynamically } from "../../../electron/core/oauth/register.ts";
import { flowOver, json, scriptedNet } from "../../support/flow-net.ts";
import { ISSUER, owner, paperIssuer, refusalOf } from "./peer.ts";

const DOCUMENT = "https://countersign.example/client.json";
const wish = {
  name: "Countersign",
  redirectUris: ["http://127.0.0.1:7780/oauth/callback/x"],
  scope: ["mail:read"],
  deviceFlow: false,
};

describe("becoming known to an issuer", () => {
  it("what was registered before comes first, then a document, then dynamically, then a person", () => {
    const all = paperIssuer({ client_id_metadata_document_supported: true });
    const way = (issuer: typeof all, known = [owner], metadataDocument: string | null = DOCUMENT) =>
      chooseRegistration(issuer, { known, metadataDocument }).way;
    expect(way(all)).toBe("known");
    expect(way(all, [])).toBe("metadata-document");
    expect(way(all, [], null)).toBe("dynamic");
    expect(way(paperIssuer(), [])).toBe("dynamic");
    expect(way(paperIssuer({ registration_endpoint: undefined }), [])).toBe("ask");
  });

  it("an issuer that took another's place gets none of its credentials (95)", () => {
    for (const issuer of [`${ISSUER}/`, "https://issuer.example", "https://new.example"]) {
      const found = chooseRegistration(paperIssuer(), {
        known: [{ ...owner, issuer }],
        metadataDocument: null,
      });
      expect(found.way).toBe("dynamic");
    }
  });

  it("registers as a native program (97), for this issuer alone", async () => {
    const net = scriptedNet(
      json(
        {
          client_id: "new-one",
          registration_access_token: "rat-secret-123",
          registration_client_uri: `${ISSUER}/r/1`,
        },
        201,
      ),
    );
    const flow = flowOver(net);
    const made = await registerDynamically(flow, paperIssuer(), wish);
    expect(JSON.parse(net.sent[0]?.init.body ?? "")).toMatchObject({
      application_type: "native",
      token_endpoint_auth_method: "none",
      redirect_uris: wish.redirectUris,
    });
    expect(made.owner).toMatchObject({
      issuer: ISSUER,
      clientId: "new-one",
      auth: { method: "none" },
    });
    expect(made.management?.token.reveal()).toBe("rat-secret-123");
    expect(JSON.stringify(flow.steps)).not.toContain("rat-secret-123");
  });

  it("keeps a secret that the issuer insists on, and its end", async () => {
    const given = {
      client_id: "x",
      client_secret: "given-secret-9",
      client_secret_expires_at: 2_000_000_000,
    };
    const flow = flowOver(scriptedNet(json(given, 201)));
    const made = await registerDynamically(flow, paperIssuer(), wish);
    expect(made.owner.auth.method).toBe("client_secret_basic");
    expect(made.secretExpiresAt).toBe(2_000_000_000_000);
    expect(JSON.stringify([flow.steps, made])).not.toContain("given-secret-9");
  });

  it.each<[string, Record<string, unknown>, number]>([
    ["no id", {}, 201],
    [
      "other redirect addresses",
      { client_id: "x", redirect_uris: ["https://evil.example/cb"] },
      201,
    ],
    [
      "a method that was not asked for",
      { client_id: "x", token_endpoint_auth_method: "client_secret_jwt" },
      201,
    ],
    [
      "a secret method without a secret",
      { client_id: "x", token_endpoint_auth_method: "client_secret_post" },
      201,
    ],
    ["an error", { error: "invalid_redirect_uri" }, 400],
    ["a redirect", {}, 302],
  ])("refuses an answer with %s", async (_name, body, status) => {
    const flow = flowOver(scriptedNet(json(body, status)));
    expect((await refusalOf(registerDynamically(flow, paperIssuer(), wish))).code).toBe(
      "issuer_error",
    );
  });
});
