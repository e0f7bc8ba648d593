// Every flow against the practice company: a real issuer (oidc-provider), real TLS, real sockets.
import crypto from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Refusal } from "../../electron/core/errors.ts";
import {
  beginSignIn,
  finishSignIn,
  redirectPath,
} from "../../electron/core/oauth/authorization-code.ts";
import { isChecked } from "../../electron/core/oauth/check-token.ts";
import { clientCredentials } from "../../electron/core/oauth/client-credentials.ts";
import { beginDevice, pollDevice } from "../../electron/core/oauth/device.ts";
import { discoverIssuer } from "../../electron/core/oauth/discovery.ts";
import { newDpopSecret, openDpopKey } from "../../electron/core/oauth/dpop.ts";
import {
  ACCESS_TOKEN_TYPE,
  ID_TOKEN_TYPE,
  type TokenAsk,
} from "../../electron/core/oauth/grant.ts";
import { enterpriseToken } from "../../electron/core/oauth/id-jag.ts";
import type { CheckedIssuer } from "../../electron/core/oauth/issuer.ts";
import { refreshToken } from "../../electron/core/oauth/refresh.ts";
import { registerDynamically } from "../../electron/core/oauth/register.ts";
import { discoverResource, scopesToAsk } from "../../electron/core/oauth/resource.ts";
import { revokeTokens } from "../../electron/core/oauth/revoke.ts";
import { type ActorSigner, exchangeToken } from "../../electron/core/oauth/token-exchange.ts";
import type { ClientAuth, OAuthClient, TlsIdentity } from "../../electron/core/oauth/types.ts";
import { Secret } from "../../electron/core/secret.ts";
import { type Lab, startLab } from "../../electron/lab/lab.ts";
import type { LabClient } from "../../electron/lab/types.ts";
import { flowOver, formOf, socketNet, type TestFlow } from "../support/flow-net.ts";
import { digest } from "../support/ports.ts";

let lab: Lab;
let net: ReturnType<typeof socketNet>;
let issuer: CheckedIssuer;
let flow: TestFlow;
const local = { allowPlainHttpOnLoopback: true };

beforeAll(async () => {
  lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
  net = socketNet(lab.ca.certificatePem);
  flow = flowOver(net);
  issuer = await discoverIssuer(flow, lab.issuer.url, local);
});
afterAll(async () => {
  net?.close();
  await lab?.stop();
});

const fresh = (): TestFlow => {
  net.sent.length = 0;
  flow = flowOver(net);
  return flow;
};

function ownerOf(who: LabClient, at = lab.issuer.url): OAuthClient {
  const auth: ClientAuth =
    who.method === "private_key_jwt"
      ? {
          method: who.method,
          privateKey: new Secret(who.key?.pkcs8 ?? ""),
          alg: who.key?.alg ?? "",
          kid: who.key?.kid ?? "",
        }
      : who.method === "client_secret_basic" || who.method === "client_secret_post"
        ? { method: who.method, secret: new Secret(who.secret ?? "") }
        : { method: who.method };
  return { issuer: at, clientId: who.id, auth, ...local };
}

function identityOf(pem: { certificatePem: string; privateKeyPem: string }): TlsIdentity {
  const certificate = new crypto.X509Certificate(pem.certificatePem);
  const thumbprint = crypto.createHash("sha256").update(certificate.raw).digest("base64url");
  return {
    id: `crt_${thumbprint.slice(0, 16)}`,
    certificateChainPem: pem.certificatePem,
    privateKey: new Secret(pem.privateKeyPem),
    thumbprint,
    subject: certificate.subject,
    notAfter: Date.parse(certificate.validTo),
  };
}

const askAs = (who: LabClient, change: Partial<TokenAsk> = {}): TokenAsk => ({
  issuer,
  owner: ownerOf(who),
  tls: who.certificate === undefined ? null : identityOf(who.certificate),
  dpop: null,
  scope: [],
  resource: null,
  certificateBound: who.certificate !== undefined,
  ...change,
});

async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error as Refusal;
}

describe("discovery", () => {
  it("finds the issuer from a server's own 401", async () => {
    const server = lab.server("crm");
    const answer = await fetch(server.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(401);
    const found = await discoverResource(
      fresh(),
      server.url,
      answer.headers.get("www-authenticate") ?? undefined,
      local,
    );
    expect(found?.resource).toBe(server.resource);
    expect(found?.authorizationServers).toEqual([lab.issuer.url]);
    expect(scopesToAsk(found!).length).toBeGreaterThan(0);
    expect(flow.steps.map((s) => s.state)).toEqual(["ok"]);
  });
});

describe("client credentials", () => {
  it.each(["basic", "post", "jwt"] as const)("asks with %s", async (name) => {
    const server = lab.server("crm");
    const token = await clientCredentials(fresh(), {
      ...askAs(lab.issuer.clients[name], { scope: ["crm:read"], resource: server.resource }),
      audience: null,
    });
    expect(isChecked(token)).toBe(true);
    expect(token).toMatchObject({
      scheme: "Bearer",
      scope: ["crm:read"],
      audience: [server.resource],
      binding: { type: "none" },
    });
    expect(token.expiresAt - token.obtainedAt).toBeLessThanOrEqual(300_000);
  });

  it.each(["tls", "tlsDn", "selfSigned"] as const)(
    "asks with %s at the alias and gets a token bound to its certificate (59, 68)",
    async (name) => {
      const server = lab.server("payroll");
      const ask = askAs(lab.issuer.clients[name], {
        scope: [server.scopes[0] ?? ""],
        resource: server.resource,
      });
      const token = await clientCredentials(fresh(), { ...ask, audience: null });
      expect(token.binding).toEqual({ type: "mtls", thumbprint: ask.tls?.thumbprint });
      const sent = net.sent.at(-1);
      expect(sent?.url.startsWith(lab.issuer.mtlsUrl)).toBe(true);
      expect(formOf(sent).get("client_id")).toBe(lab.issuer.clients[name].id);
      const rule = flow.steps.at(-1)?.rules.find((r) => r.id === "cnf-matches-certificate");
      expect(rule).toMatchObject({ ok: true, source: "RFC 8705 §3.1" });
    },
  );

  it("refuses an unbound token where a bound one was asked (74)", async () => {
    const ask = askAs(lab.issuer.clients.basic, {
      scope: ["crm:read"],
      resource: lab.server("crm").resource,
      certificateBound: true,
      tls: identityOf(lab.issuer.clients.tls.certificate!),
    });
    expect((await refusal(clientCredentials(fresh(), { ...ask, audience: null }))).code).toBe(
      "token_not_bound",
    );
  });

  it("proves the binding of an opaque token by introspection (67)", async () => {
    const ask = askAs(lab.issuer.clients.tls, {
      scope: ["inventory:read"],
      resource: lab.api.resource,
    });
    const token = await clientCredentials(fresh(), { ...ask, audience: null });
    expect(flow.steps.map((s) => s.id)).toEqual(["token", "introspect", "check-token"]);
    expect(token.binding).toEqual({ type: "mtls", thumbprint: ask.tls?.thumbprint });
  });

  it("says that the issuer does not accept our credential, and never shows the secret", async () => {
    const owner = ownerOf(lab.issuer.clients.basic);
    const canary = "canary-Zk39-wrong-secret-81";
    const found = await refusal(
      clientCredentials(fresh(), {
        ...askAs(lab.issuer.clients.basic),
        owner: { ...owner, auth: { method: "client_secret_basic", secret: new Secret(canary) } },
        audience: null,
      }),
    );
    expect(found.code).toBe("issuer_refused_client");
    expect(JSON.stringify([found.facts, flow.steps])).not.toContain(canary);
    expect(flow.steps.at(-1)?.state).toBe("failed");
  });

  it("binds to a DPoP key, with the nonce that the issuer asks for", async () => {
    const dpop = await openDpopKey(await newDpopSecret(), digest);
    const token = await clientCredentials(fresh(), {
      ...askAs(lab.issuer.clients.basic, {
        scope: ["crm:read"],
        resource: lab.server("crm").resource,
        dpop,
      }),
      audience: null,
    });
    expect(token).toMatchObject({ scheme: "DPoP", binding: { type: "dpop", jkt: dpop.jkt } });
    expect(flow.steps.map((s) => [s.id, s.state])).toEqual([
      ["token", "ok"],
      ["token", "ok"],
      ["check-token", "ok"],
    ]);
    // The nonce is kept: the next request needs no second try.
    await clientCredentials(fresh(), {
      ...askAs(lab.issuer.clients.basic, { resource: lab.server("crm").resource, dpop }),
      audience: null,
    });
    expect(flow.steps.map((s) => s.id)).toEqual(["token", "check-token"]);
  });

  it("mends a clock that is five minutes off with one retry (108)", async () => {
    const wrong = flowOver(net, Date.now() - 5 * 60_000);
    net.sent.length = 0;
    const token = await clientCredentials(wrong, {
      ...askAs(lab.issuer.clients.jwt, { resource: lab.server("crm").resource }),
      audience: null,
    });
    expect(wrong.steps.map((s) => [s.id, s.state])).toEqual([
      ["token", "failed"],
      ["token", "ok"],
      ["check-token", "ok"],
    ]);
    expect(token.expiresAt - token.obtainedAt).toBeGreaterThan(200_000);
  });
});

describe("a person", () => {
  const redirect = (): string => `http://127.0.0.1:7789${redirectPath(lab.issuer.url, digest)}`;

  async function signIn(scope: readonly string[], resource: string | null, person = "ada") {
    const { owner } = await registerDynamically(fresh(), issuer, {
      name: "Countersign test",
      redirectUris: [redirect()],
      scope: [],
      deviceFlow: true,
    });
    const ask = { issuer, owner, tls: null, dpop: null, scope, resource, certificateBound: false };
    const { url, pending } = await beginSignIn(flow, {
      ...ask,
      redirectUri: redirect(),
      prompt: "consent",
      loginHint: null,
    });
    const back = new URL((await lab.signIn(url, person)) ?? "");
    const callback = { path: back.pathname, params: back.searchParams };
    return { ask, pending, callback, url };
  }

  it("registers as native, signs in with PKCE, refreshes with rotation and signs out (97, 110, 94)", async () => {
    const resource = `${lab.issuer.url}/account`;
    const { ask, pending, callback, url } = await signIn(
      ["openid", "offline_access", "mail:read"],
      resource,
    );
    expect(new URL(url).searchParams.get("resource")).toBe(resource);
    const token = await finishSignIn(flow, pending, callback);
    const code = net.sent.find((s) => formOf(s).get("grant_type") === "authorization_code");
    expect(formOf(code).get("resource")).toBe(resource);
    const registered = net.sent.find((s) => s.init.body?.includes("client_name") === true);
    expect(JSON.parse(registered?.init.body ?? "{}")).toMatchObject({ application_type: "native" });
    expect(token.idClaims).toMatchObject({ sub: "ada", tid: "larkspur" });
    expect(token.refreshToken).not.toBeNull();
    expect((await refusal(finishSignIn(flow, pending, callback))).code).toBe("sign_in_failed");

    const spent: string[] = [];
    const next = await refreshToken(fresh(), {
      ...ask,
      scope: [],
      granted: token.scope,
      refreshToken: token.refreshToken!,
      expectedSubject: "ada",
      received: (one) => Promise.resolve(void spent.push(one.reveal())),
    });
    const rotated = next.refreshToken!;
    expect(rotated.reveal()).not.toBe(token.refreshToken!.reveal());
    expect(spent).toEqual([rotated.reveal()]);

    const out = await revokeTokens(fresh(), ask, [
      { token: next.value, hint: "access_token" },
      { token: rotated, hint: "refresh_token" },
    ]);
    // A JWT cannot be taken back at this issuer: that is said, not hidden.
    expect(out.revoked).toContain("refresh_token");
    const after = await refusal(
      refreshToken(fresh(), {
        ...ask,
        scope: [],
        granted: token.scope,
        refreshToken: rotated,
      }),
    );
    expect(after.code).toBe("sign_in_needed");
    const shown = JSON.stringify(flow.steps);
    expect(shown).not.toContain(rotated.reveal());
  });

  it("does not finish with an answer of another sign-in, and still waits for its own (93, 94)", async () => {
    const { pending, callback } = await signIn(["openid"], null);
    const stranger = new URLSearchParams(callback.params);
    stranger.set("state", "another");
    const wrong = await refusal(finishSignIn(flow, pending, { ...callback, params: stranger }));
    expect(wrong.code).toBe("sign_in_failed");
    const elsewhere = await refusal(finishSignIn(flow, pending, { ...callback, path: "/other" }));
    expect(elsewhere.code).toBe("sign_in_failed");
    expect((await finishSignIn(flow, pending, callback)).idClaims).toMatchObject({ sub: "ada" });
  });

  it("says so when the person declines", async () => {
    const { owner } = await registerDynamically(fresh(), issuer, {
      name: "Countersign test",
      redirectUris: [redirect()],
      scope: [],
      deviceFlow: false,
    });
    const { url, pending } = await beginSignIn(flow, {
      issuer,
      owner,
      tls: null,
      dpop: null,
      scope: ["openid"],
      resource: null,
      certificateBound: false,
      redirectUri: redirect(),
      prompt: null,
      loginHint: null,
    });
    const back = new URL((await lab.signIn(url, "ada", false)) ?? "");
    const found = await refusal(
      finishSignIn(flow, pending, { path: back.pathname, params: back.searchParams }),
    );
    expect(found.facts["reason"]).toBe("it was declined");
  });

  async function byDevice(scope: readonly string[]) {
    const ask = askAs(lab.issuer.clients.desktop, { scope });
    const pending = await beginDevice(flow, ask);
    expect((await pollDevice(flow, pending)).state).toBe("waiting");
    flow.clock.advance(5000);
    const early = await pollDevice(flow, pending);
    expect(early.state).toBe("waiting");
    await lab.signIn(pending.verificationUriComplete ?? pending.verificationUri, "ada");
    flow.clock.advance(60_000);
    const done = await pollDevice(flow, pending);
    if (done.state !== "done") throw new Error("the device flow still waits");
    return done.token;
  }

  it("signs in on another device, polling no faster than asked", async () => {
    fresh();
    const token = await byDevice(["openid", "mail:read"]);
    expect(token.idClaims).toMatchObject({ sub: "ada" });
    // The first poll came too early and sent nothing.
    expect(flow.steps.filter((s) => s.id === "device-token")).toHaveLength(2);
  });

  async function agent(sub = "agt_test"): Promise<ActorSigner> {
    const keys = await generateKeyPair("ES256", { extractable: true });
    const name = "https://countersign.example/practice";
    const kid = crypto.randomUUID();
    lab.issuer.trustActors(name, {
      keys: [{ ...(await exportJWK(keys.publicKey)), kid, alg: "ES256", use: "sig" }],
    });
    return {
      subject: sub,
      issuer: name,
      sign: async (audience) =>
        new Secret(
          await new SignJWT({ jti: crypto.randomUUID() })
            .setProtectedHeader({ alg: "ES256", kid })
            .setIssuer(name)
            .setSubject(sub)
            .setAudience(audience)
            .setIssuedAt()
            .setExpirationTime("60s")
            .sign(keys.privateKey),
        ),
    };
  }

  it("lets an agent act for the person: narrowed, for one server, with our agent as the actor (49)", async () => {
    fresh();
    const account = await byDevice(["openid", "mail:read", "mail:send"]);
    const server = lab.server("mail");
    const { token, actor } = await exchangeToken(flow, {
      ...askAs(lab.issuer.clients.basic, { scope: ["mail:read"], resource: server.resource }),
      subject: { token: account.value, type: ACCESS_TOKEN_TYPE },
      actor: await agent(),
      audience: null,
      actorRequired: true,
      widerScopeAllowed: false,
    });
    expect(actor).toBe("confirmed");
    expect(token).toMatchObject({
      subject: "ada",
      scope: ["mail:read"],
      audience: [server.resource],
      actors: ["agt_test"],
    });
    const text = JSON.stringify(flow.steps);
    expect(text).not.toContain(account.value.reveal());
    expect(text).not.toContain(token.value.reveal());
  });

  it("sees who acts in an opaque token by introspection, and binds it to a certificate (composite)", async () => {
    fresh();
    const account = await byDevice(["openid", "inventory:read"]);
    const { token, actor } = await exchangeToken(flow, {
      ...askAs(lab.issuer.clients.tls, { scope: ["inventory:read"], resource: lab.api.resource }),
      subject: { token: account.value, type: ACCESS_TOKEN_TYPE },
      actor: await agent(),
      audience: null,
      actorRequired: true,
      widerScopeAllowed: false,
    });
    expect(token.binding.type).toBe("mtls");
    expect(actor).toBe("confirmed");
  });

  it("goes on at another company with an ID-JAG (56)", async () => {
    const server = lab.server("wiki");
    const scope = server.scopes.slice(0, 1);
    fresh();
    await lab.issuer.addClient({
      client_id: "practice-home",
      client_secret: "home-secret-of-this-test-only",
      token_endpoint_auth_method: "client_secret_basic",
      application_type: "native",
      redirect_uris: [redirect()],
      response_types: ["code"],
      grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"],
    });
    await lab.partner.addClient({
      client_id: "practice-home",
      client_secret: "partner-secret-of-this-test",
      token_endpoint_auth_method: "client_secret_post",
      grant_types: ["urn:ietf:params:oauth:grant-type:jwt-bearer"],
      response_types: [],
      redirect_uris: [],
    });
    const owner: OAuthClient = {
      issuer: lab.issuer.url,
      clientId: "practice-home",
      auth: { method: "client_secret_basic", secret: new Secret("home-secret-of-this-test-only") },
      ...local,
    };
    const ask = { issuer, owner, tls: null, dpop: null, certificateBound: false };
    const { url, pending } = await beginSignIn(flow, {
      ...ask,
      scope: ["openid"],
      resource: null,
      redirectUri: redirect(),
      prompt: null,
      loginHint: null,
    });
    const back = new URL((await lab.signIn(url, "ada")) ?? "");
    const account = await finishSignIn(flow, pending, {
      path: back.pathname,
      params: back.searchParams,
    });
    expect(account.idClaims).toMatchObject({ sub: "ada" });
    const partner = await discoverIssuer(flow, lab.partner.url, local);
    const token = await enterpriseToken(flow, {
      home: { ...ask, subject: { token: account.idToken!, type: ID_TOKEN_TYPE } },
      target: {
        issuer: partner,
        owner: {
          issuer: lab.partner.url,
          clientId: "practice-home",
          auth: {
            method: "client_secret_post",
            secret: new Secret("partner-secret-of-this-test"),
          },
          ...local,
        },
        tls: null,
        dpop: null,
        scope,
        resource: server.resource,
        certificateBound: false,
      },
    });
    expect(token).toMatchObject({ issuer: lab.partner.url, subject: "ada", scope });
    expect(JSON.stringify(flow.steps)).not.toContain(account.idToken!.reveal());
  });
});
