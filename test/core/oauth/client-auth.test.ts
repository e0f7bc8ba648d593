import { exportPKCS8, exportSPKI, generateKeyPair, importSPKI, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";
import { clientCredentials } from "../../../electron/core/oauth/client-credentials.ts";
import type { TokenAsk } from "../../../electron/core/oauth/grant.ts";
import type { ClientAuth } from "../../../electron/core/oauth/types.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { flowOver, formOf, json, scriptedNet } from "../../support/flow-net.ts";
import {
  ask,
  identity,
  ISSUER,
  jwt,
  owner,
  paperIssuer,
  refusalOf,
  SECRET,
  THUMBPRINT,
} from "./peer.ts";

const token = json({
  access_token: jwt({ cnf: { "x5t#S256": THUMBPRINT } }),
  token_type: "Bearer",
  expires_in: 60,
});
const unbound = json({
  access_token: "an-opaque-access-token",
  token_type: "Bearer",
  expires_in: 60,
});

async function sentBy(auth: ClientAuth, change: Partial<TokenAsk> = {}, answer = unbound) {
  const net = scriptedNet(answer);
  await clientCredentials(flowOver(net), {
    ...ask({ owner: { ...owner, auth }, ...change }),
    audience: null,
  });
  const sent = net.sent[0]!;
  return { sent, form: formOf(sent), authorization: sent.init.headers["authorization"] };
}

describe("how Countersign proves who it is", () => {
  it("client_secret_basic: form-encoded first, and nothing of it in the body (25)", async () => {
    const auth = { method: "client_secret_basic", secret: new Secret("pä:ss w%rd") } as const;
    const { form, authorization } = await sentBy(auth);
    const [id, secret] = Buffer.from(authorization?.split(" ")[1] ?? "", "base64")
      .toString()
      .split(":");
    expect([id, secret]).toEqual(["countersign", "p%C3%A4%3Ass+w%25rd"]);
    expect([...form.keys()]).toEqual(["grant_type"]);
  });

  it("client_secret_basic: what a form sends as it is stays as it is, for issuers that do not decode", async () => {
    const auth = { method: "client_secret_basic", secret: new Secret("a-b_c.d*e") } as const;
    const named = { ...owner, clientId: "my-own.client_1", auth };
    const { authorization } = await sentBy(auth, { owner: named });
    expect(Buffer.from(authorization?.split(" ")[1] ?? "", "base64").toString()).toBe(
      "my-own.client_1:a-b_c.d*e",
    );
  });

  it("client_secret_post: in the body, and no header (25)", async () => {
    const { form, authorization } = await sentBy({
      method: "client_secret_post",
      secret: new Secret(SECRET),
    });
    expect(form.get("client_secret")).toBe(SECRET);
    expect(form.get("client_id")).toBe("countersign");
    expect(authorization).toBeUndefined();
  });

  it.each(["tls_client_auth", "self_signed_tls_client_auth"] as const)(
    "%s: client_id is always sent, over the connection with the certificate, to the alias (59, 68)",
    async (method) => {
      const issuer = paperIssuer({
        mtls_endpoint_aliases: { token_endpoint: "https://mtls.issuer.example/token" },
      });
      const bound = { issuer, tls: identity, certificateBound: true };
      const { sent, form } = await sentBy({ method }, bound, token);
      expect(form.get("client_id")).toBe("countersign");
      expect(sent).toMatchObject({
        url: "https://mtls.issuer.example/token",
        identity: identity.id,
      });
    },
  );

  it("without a certificate nothing is sent in its place", async () => {
    const net = scriptedNet(unbound);
    const tls = {
      ...ask({ owner: { ...owner, auth: { method: "tls_client_auth" } } }),
      audience: null,
    };
    expect((await refusalOf(clientCredentials(flowOver(net), tls))).code).toBe(
      "issuer_refused_client",
    );
    const bound = { ...ask({ certificateBound: true }), audience: null };
    expect((await refusalOf(clientCredentials(flowOver(net), bound))).code).toBe(
      "issuer_refused_client",
    );
    expect(net.sent).toHaveLength(0);
  });

  it.each(["ES256", "RS256", "PS256", "EdDSA"])(
    "private_key_jwt with %s: for the issuer alone, fresh, and short (39, 106, 107)",
    async (alg) => {
      const pair = await generateKeyPair(alg, { extractable: true });
      const privateKey = new Secret(await exportPKCS8(pair.privateKey));
      const auth: ClientAuth = { method: "private_key_jwt", privateKey, alg, kid: "k1" };
      const verify = await importSPKI(await exportSPKI(pair.publicKey), alg);
      const seen = new Set<unknown>();
      for (let i = 0; i < 3; i++) {
        const { form } = await sentBy(auth);
        const { payload, protectedHeader } = await jwtVerify(
          form.get("client_assertion") ?? "",
          verify,
        );
        expect(payload.aud).toBe(ISSUER);
        expect(protectedHeader).toMatchObject({ alg, kid: "k1" });
        expect(payload).toMatchObject({ iss: "countersign", sub: "countersign" });
        expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(60);
        expect(form.has("client_secret")).toBe(false);
        seen.add(payload.jti);
      }
      expect(seen.size).toBe(3);
    },
  );

  it("the assertion's audience is the issuer even where the token endpoint is another's (39)", async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const privateKey = new Secret(await exportPKCS8(pair.privateKey));
    const issuer = paperIssuer({ token_endpoint: "https://evil.example/token" });
    const { form, sent } = await sentBy(
      { method: "private_key_jwt", privateKey, alg: "ES256", kid: "k" },
      { issuer },
    );
    expect(sent.url).toBe("https://evil.example/token");
    const [, body = ""] = (form.get("client_assertion") ?? "").split(".");
    expect(JSON.parse(Buffer.from(body, "base64url").toString())).toMatchObject({ aud: ISSUER });
  });

  it.each(["HS256", "none", "ES384", ""])("signs nothing with %s", async (alg) => {
    const net = scriptedNet(unbound);
    const auth: ClientAuth = {
      method: "private_key_jwt",
      privateKey: new Secret(SECRET),
      alg,
      kid: "k",
    };
    const work = clientCredentials(flowOver(net), {
      ...ask({ owner: { ...owner, auth } }),
      audience: null,
    });
    expect((await refusalOf(work)).code).toBe("issuer_refused_client");
    expect(net.sent).toHaveLength(0);
  });

  it("a key that is none is refused without being quoted", async () => {
    const pem = `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`;
    const auth: ClientAuth = {
      method: "private_key_jwt",
      privateKey: new Secret(pem),
      alg: "ES256",
      kid: "k",
    };
    const flow = flowOver(scriptedNet(unbound));
    const refusal = await refusalOf(
      clientCredentials(flow, { ...ask({ owner: { ...owner, auth } }), audience: null }),
    );
    expect(refusal.code).toBe("issuer_refused_client");
    expect(JSON.stringify([refusal.facts, flow.steps]) + String(refusal.cause)).not.toContain(
      SECRET,
    );
  });

  it("credentials of another issuer are not sent, whatever their slash (95)", async () => {
    for (const issuer of [`${ISSUER}/`, "https://other.example"]) {
      const net = scriptedNet(unbound);
      const work = clientCredentials(flowOver(net), {
        ...ask({ owner: { ...owner, issuer } }),
        audience: null,
      });
      expect((await refusalOf(work)).code).toBe("issuer_refused_client");
      expect(net.sent).toHaveLength(0);
    }
  });
});

describe("a wrong clock (108)", () => {
  it("is tried once more by the issuer's clock, and not twice", async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    const privateKey = new Secret(await exportPKCS8(pair.privateKey));
    const auth: ClientAuth = { method: "private_key_jwt", privateKey, alg: "ES256", kid: "k" };
    const theirs = Date.now() + 300_000;
    const net = scriptedNet(
      json({ error: "invalid_client" }, 401, { date: new Date(theirs).toUTCString() }),
    );
    const work = clientCredentials(flowOver(net), {
      ...ask({ owner: { ...owner, auth } }),
      audience: null,
    });
    const refusal = await refusalOf(work);
    expect(net.sent).toHaveLength(2);
    const iat = (i: number): number => {
      const [, body = ""] = (formOf(net.sent[i]).get("client_assertion") ?? "").split(".");
      return (JSON.parse(Buffer.from(body, "base64url").toString()) as { iat: number }).iat;
    };
    expect(iat(1) - iat(0)).toBeGreaterThan(295);
    expect(refusal.facts["clockSkewMs"]).toBeGreaterThan(290_000);
    expect(String(refusal.facts["error"])).toMatch(/clock is \d+ s behind/);
  });

  it("is no reason to try a secret again", async () => {
    const net = scriptedNet(
      json({ error: "invalid_client" }, 401, {
        date: new Date(Date.now() + 300_000).toUTCString(),
      }),
    );
    await refusalOf(clientCredentials(flowOver(net), { ...ask(), audience: null }));
    expect(net.sent).toHaveLength(1);
  });
});
