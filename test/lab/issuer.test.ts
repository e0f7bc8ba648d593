// The practice issuer driven by openid-client: every way of proving who one is, every flow.
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { createPrivateKey, randomUUID } from "node:crypto";
import * as oidc from "openid-client";
import { describe, expect, it } from "vitest";
import { DEVICE_CODE } from "../../electron/lab/grants.ts";
import type { LabClient } from "../../electron/lab/types.ts";
import { configure, REDIRECT, signIn } from "./support/flows.ts";
import { type Answer, basic, post, useLab } from "./support/lab.ts";

const house = useLab({ tokenSeconds: 120 });
const METHODS = ["basic", "post", "jwt", "tls", "tlsDn", "selfSigned"] as const;
const PEOPLE = [...METHODS, "desktop"] as const;
const client = (name: (typeof PEOPLE)[number]): LabClient => house.lab.issuer.clients[name];
const token = (): string => `${house.lab.issuer.url}/token`;

describe("client credentials", () => {
  it.each(METHODS)(
    "%s: a JWT for one server, signed ES256, typed at+jwt, as long as was set",
    async (name) => {
      const crm = house.lab.server("crm");
      const got = await oidc.clientCredentialsGrant(await configure(house.lab, client(name)), {
        resource: crm.resource,
        scope: "crm:read",
      });
      expect(got).toMatchObject({ scope: "crm:read", expires_in: 120 });
      expect(decodeProtectedHeader(got.access_token)).toMatchObject({
        alg: "ES256",
        typ: "at+jwt",
      });
      expect(decodeJwt(got.access_token)).toMatchObject({
        iss: house.lab.issuer.url,
        aud: crm.resource,
        sub: client(name).id,
        client_id: client(name).id,
      });
    },
  );

  it("narrows to the scopes that the server knows, and refuses a server that nobody knows", async () => {
    const config = await configure(house.lab, client("basic"));
    const got = await oidc.clientCredentialsGrant(config, {
      resource: house.lab.server("crm").resource,
      scope: "crm:read mail:read",
    });
    expect(got.scope).toBe("crm:read");
    await expect(
      oidc.clientCredentialsGrant(config, { resource: "https://nowhere.example" }),
    ).rejects.toMatchObject({ error: "invalid_target" });
  });

  it("26 a bad secret by Basic: 401 with WWW-Authenticate", async () => {
    const answer = await post(
      token(),
      { grant_type: "client_credentials" },
      basic({ ...client("basic"), secret: "wrong" }),
    );
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain("Basic");
  });

  it("25 two ways of proving oneself at once: invalid_request", async () => {
    const { secret = "" } = client("basic");
    const answer = await post(
      token(),
      { grant_type: "client_credentials", client_secret: secret },
      basic(client("basic")),
    );
    expect(answer.json).toMatchObject({ error: "invalid_request" });
  });

  it("34 client credentials by a public client: refused", async () => {
    const answer = await post(token(), {
      grant_type: "client_credentials",
      client_id: "practice-desktop",
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.json).not.toHaveProperty("access_token");
  });

  it("35 a client that bears a person's name: refused", async () => {
    await expect(house.lab.issuer.addClient({ client_id: "ada" })).rejects.toThrow("person");
  });

  it("106, 107 an assertion for the token endpoint, for a list, or used twice: invalid_client", async () => {
    const { key, id } = client("jwt");
    const assert = (claims: Record<string, unknown>): Promise<string> => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: id,
        sub: id,
        aud: house.lab.issuer.url,
        jti: randomUUID(),
        iat: now,
        exp: now + 60,
        ...claims,
      })
        .setProtectedHeader({ alg: "ES256", kid: key?.kid ?? "" })
        .sign(createPrivateKey(key?.pkcs8 ?? ""));
    };
    const ask = (assertion: string): Promise<Answer> =>
      post(token(), {
        grant_type: "client_credentials",
        client_assertion: assertion,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      });
    const good = await assert({});
    expect((await ask(good)).status).toBe(200);
    for (const bad of [
      good,
      await assert({ aud: token() }),
      await assert({ aud: [house.lab.issuer.url] }),
    ]) {
      expect((await ask(bad)).json).toMatchObject({ error: "invalid_client" });
    }
  });
});

describe("sign-in", () => {
  it.each(PEOPLE)("%s: code + PKCE, state, nonce and iss, then a refresh", async (name) => {
    const { tokens, config } = await signIn(house.lab, client(name), "katherine");
    expect(tokens.claims()).toMatchObject({
      sub: "katherine",
      tid: "larkspur",
      name: "Katherine Johnson",
      iss: house.lab.issuer.url,
    });
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(next.access_token).not.toBe(tokens.access_token);
  });

  it("gives a token for the one server that was asked for (RFC 8707), with the person's company in it", async () => {
    const crm = house.lab.server("crm");
    const { tokens } = await signIn(house.lab, client("desktop"), "alan", {
      resource: crm.resource,
      scope: "openid crm:read",
    });
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      aud: crm.resource,
      sub: "alan",
      tid: "osprey",
      scope: "crm:read",
    });
  });

  it("31 a refresh token used twice: the whole family is revoked", async () => {
    const { tokens, config } = await signIn(house.lab, client("desktop"), "ada");
    const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "");
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
    await expect(oidc.refreshTokenGrant(config, next.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
    await expect(oidc.fetchUserInfo(config, next.access_token, "ada")).rejects.toThrow();
  });

  it("3 another loopback port is accepted, another path is not", async () => {
    const config = await configure(house.lab, client("desktop"));
    const url = (redirect: string): string =>
      oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope: "openid",
        code_challenge: "x".repeat(43),
        code_challenge_method: "S256",
      }).href;
    expect(await house.lab.signIn(url("http://127.0.0.1:61000/callback"), "ada")).toContain(
      "http://127.0.0.1:61000/callback?code=",
    );
    await expect(
      house.lab.signIn(url("http://127.0.0.1:61000/elsewhere"), "ada"),
    ).rejects.toMatchObject({ code: "no-way-on" });
  });

  it("5 no code_challenge: invalid_request; 10 and iss on errors, too", async () => {
    const config = await configure(house.lab, client("basic"));
    const bare = oidc.buildAuthorizationUrl(config, { redirect_uri: REDIRECT, scope: "openid" });
    const back = new URL((await house.lab.signIn(bare.href, "ada")) ?? "");
    expect(back.searchParams.get("error")).toBe("invalid_request");
    expect(back.searchParams.get("iss")).toBe(house.lab.issuer.url);
  });

  it("11 the person says no: access_denied, and no code", async () => {
    const config = await configure(house.lab, client("desktop"));
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: "openid",
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
    });
    const back = new URL((await house.lab.signIn(url.href, "ada", false)) ?? "");
    expect(back.searchParams.get("error")).toBe("access_denied");
    expect(back.searchParams.has("code")).toBe(false);
    await expect(house.lab.signIn(url.href, "nobody")).rejects.toMatchObject({
      code: "unknown-person",
    });
  });

  it("13 the pages run no script, stand in no frame, load nothing and say PRACTICE", async () => {
    const config = await configure(house.lab, client("desktop"));
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: "openid",
      code_challenge: "x".repeat(43),
      code_challenge_method: "S256",
    });
    const first = await fetch(url, { redirect: "manual" });
    expect(first.status).toBe(303);
    const cookie = first.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const page = await fetch(new URL(first.headers.get("location") ?? "", url), {
      headers: { cookie },
    });
    const html = await page.text();
    const csp = page.headers.get("content-security-policy") ?? "";
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).toContain("form-action 'self' http://127.0.0.1:49152");
    expect(csp).not.toContain("unsafe");
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    expect(html).toContain("PRACTICE");
    expect(html).not.toMatch(/<script|\son\w+=|(?:src|href)=/i);
    // Without its cookie the page belongs to nobody.
    const stranger = await fetch(new URL(first.headers.get("location") ?? "", url));
    expect(stranger.status).toBe(400);
    for (const path of ["/device", "/auth?client_id=nobody"]) {
      const other = await fetch(house.lab.issuer.url + path, { headers: { accept: "text/html" } });
      expect(other.headers.get("content-security-policy"), path).toContain("default-src 'none'");
      expect(await other.text(), path).not.toMatch(/<script|\son\w+=/i);
    }
  });

  it("pushed authorization requests work as well", async () => {
    const config = await configure(house.lab, client("basic"));
    const verifier = oidc.randomPKCECodeVerifier();
    const url = await oidc.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: REDIRECT,
      scope: "openid",
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const back = await house.lab.signIn(url.href, "ada");
    const tokens = await oidc.authorizationCodeGrant(config, new URL(back ?? ""), {
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    expect(tokens.claims()?.sub).toBe("ada");
  });

  it("DPoP: the library fetches its nonce, and the token is bound to the key", async () => {
    const config = await configure(house.lab, client("basic"));
    const dpop = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair());
    const got = await oidc.clientCredentialsGrant(
      config,
      { resource: house.lab.server("crm").resource, scope: "crm:read" },
      { DPoP: dpop },
    );
    expect(got.token_type).toBe("dpop");
    expect(decodeJwt(got.access_token)["cnf"]).toMatchObject({ jkt: expect.any(String) as string });
  });
});

describe("without a browser", () => {
  it("device flow: pending until the person has agreed, then tokens", async () => {
    const config = await configure(house.lab, client("desktop"));
    const started = await oidc.initiateDeviceAuthorization(config, { scope: "openid mail:read" });
    const poll = (): Promise<Answer> =>
      post(token(), {
        grant_type: DEVICE_CODE,
        client_id: "practice-desktop",
        device_code: started.device_code,
      });
    expect((await poll()).json).toMatchObject({ error: "authorization_pending" });
    expect(await house.lab.signIn(started.verification_uri_complete ?? "", "grace")).toBeNull();
    const got = await poll();
    expect(decodeJwt(String(got.json["id_token"]))).toMatchObject({ sub: "grace" });
    expect(got.json).toHaveProperty("refresh_token");
  });

  it("registers clients by themselves, with their application_type", async () => {
    const registered = await oidc.dynamicClientRegistration(
      new URL(house.lab.issuer.url),
      {
        client_name: "A stranger",
        application_type: "native",
        redirect_uris: ["http://127.0.0.1/callback"],
        token_endpoint_auth_method: "none",
        grant_types: ["authorization_code", "refresh_token"],
      },
      oidc.None(),
      { execute: [oidc.allowInsecureRequests] },
    );
    const { client_id: id, application_type: type } = registered.clientMetadata();
    expect(type).toBe("native");
    const { tokens } = await signIn(house.lab, { id, method: "none" }, "ada", { scope: "openid" });
    expect(tokens.claims()?.sub).toBe("ada");
  });

  it("revokes and introspects; 37 an unknown token is revoked without complaint", async () => {
    const { tokens, config } = await signIn(house.lab, client("basic"), "ada");
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({
      active: true,
      sub: "ada",
    });
    await oidc.tokenRevocation(config, tokens.refresh_token ?? "");
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
    await oidc.tokenRevocation(config, "no-such-token");
  });
});
