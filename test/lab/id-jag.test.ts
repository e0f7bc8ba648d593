// Enterprise-managed authorization: our issuer vouches, the other company's issuer decides (line 56).
import { decodeJwt, decodeProtectedHeader } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ACCESS_TOKEN_TYPE,
  ID_JAG_TYPE,
  ID_TOKEN_TYPE,
  JWT_BEARER,
  TOKEN_EXCHANGE,
} from "../../electron/lab/grants.ts";
import { signIn } from "./support/flows.ts";
import { type Answer, basic, bearer, call, type Form, post, useLab } from "./support/lab.ts";

const house = useLab();
let idToken: string;
beforeAll(async () => {
  idToken = (await signIn(house.lab, house.lab.issuer.clients.basic, "ada")).tokens.id_token ?? "";
});

const vouch = (form: Form = {}, client = house.lab.issuer.clients.basic): Promise<Answer> =>
  post(
    `${house.lab.issuer.url}/token`,
    {
      grant_type: TOKEN_EXCHANGE,
      requested_token_type: ID_JAG_TYPE,
      subject_token: idToken,
      subject_token_type: ID_TOKEN_TYPE,
      audience: house.lab.partner.url,
      resource: house.lab.server("wiki").resource,
      scope: "wiki:read",
      ...form,
    },
    basic(client),
  );
const bring = (assertion: string, form: Form = {}): Promise<Answer> =>
  post(
    `${house.lab.partner.url}/token`,
    { grant_type: JWT_BEARER, assertion, ...form },
    basic(house.lab.partner.client),
  );
const jag = async (): Promise<string> => String((await vouch()).json["access_token"]);

describe("56 the assertion", () => {
  it("is typed oauth-id-jag+jwt, addressed to the other issuer, for our client there, and no bearer token", async () => {
    const answer = await vouch();
    expect(answer.json).toMatchObject({
      issued_token_type: ID_JAG_TYPE,
      token_type: "N_A",
      scope: "wiki:read",
    });
    const value = String(answer.json["access_token"]);
    expect(decodeProtectedHeader(value)).toMatchObject({ typ: "oauth-id-jag+jwt", alg: "ES256" });
    const claims = decodeJwt(value);
    expect(claims).toMatchObject({
      iss: house.lab.issuer.url,
      aud: house.lab.partner.url,
      sub: "ada",
      client_id: house.lab.partner.client.id,
      resource: house.lab.server("wiki").resource,
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(300);
    for (const server of ["wiki", "crm"]) {
      expect((await call(house.lab.server(server), null, {}, bearer(value))).status).toBe(401);
    }
  });

  it("is given for an ID token of this client only, to a known company, within its scopes", async () => {
    expect((await vouch({ audience: "https://elsewhere.example" })).json).toMatchObject({
      error: "invalid_target",
    });
    expect((await vouch({ audience: `${house.lab.partner.url}/` })).json).toMatchObject({
      error: "invalid_target",
    });
    expect((await vouch({ resource: house.lab.server("crm").resource })).json).toMatchObject({
      error: "invalid_target",
    });
    expect((await vouch({ scope: "wiki:read crm:read" })).json).toMatchObject({
      error: "invalid_scope",
    });
    expect((await vouch({ subject_token_type: ACCESS_TOKEN_TYPE })).json).toMatchObject({
      error: "invalid_request",
    });
    expect((await vouch({}, house.lab.issuer.clients.post)).json).toMatchObject({
      error: "invalid_request",
    });
    expect((await vouch({ subject_token: `${idToken}x` })).json).toMatchObject({
      error: "invalid_request",
    });
  });

  it("buys a token of the other company's issuer, once, and that token opens the wiki", async () => {
    const assertion = await jag();
    const got = await bring(assertion);
    expect(got.json).toMatchObject({ token_type: "Bearer", scope: "wiki:read" });
    const value = String(got.json["access_token"]);
    const wiki = house.lab.server("wiki");
    expect((await call(wiki, "read_page", { title: "visitors" }, bearer(value))).text).toContain(
      "read by ada",
    );
    expect((await call(wiki, "delete_page", { title: "audit" }, bearer(value))).status).toBe(403);
    expect((await call(house.lab.server("crm"), null, {}, bearer(value))).status).toBe(401);
    expect((await bring(assertion)).json).toMatchObject({ error: "invalid_grant" });
  });

  it("is refused, with one text, when forged, expired, for others, of another type, or widened", async () => {
    const { lab } = house;
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: lab.issuer.url,
      sub: "ada",
      aud: lab.partner.url,
      client_id: lab.partner.client.id,
      iat: now,
      exp: now + 60,
    };
    let n = 0;
    const sign = (
      changes: Record<string, unknown>,
      typ = "oauth-id-jag+jwt",
      keys = lab.issuer.keys,
    ): Promise<string> => keys.sign({ ...claims, jti: `made-${n++}`, ...changes }, typ);
    expect((await bring(await sign({}))).status).toBe(200);
    const bad = [
      await sign({ exp: now - 60 }),
      await sign({ aud: lab.issuer.url }),
      await sign({ aud: [lab.partner.url, lab.issuer.url] }),
      await sign({ client_id: "somebody-else" }),
      await sign({ iss: lab.partner.url }),
      await sign({ jti: undefined }),
      await sign({}, "JWT"),
      await sign({}, "at+jwt"),
      await sign({}, "oauth-id-jag+jwt", lab.partner.keys),
      idToken,
    ];
    for (const assertion of bad) {
      expect((await bring(assertion)).json).toEqual({
        error: "invalid_grant",
        error_description: "grant request is invalid",
      });
    }
    expect((await bring(await jag(), { scope: "wiki:write" })).json).toMatchObject({
      error: "invalid_scope",
    });
    expect((await bring(await jag(), { resource: lab.server("crm").resource })).json).toMatchObject(
      { error: "invalid_target" },
    );
  });

  it("is advertised on both sides", async () => {
    const read = async (issuer: string): Promise<Record<string, unknown>> =>
      (await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json()) as Record<
        string,
        unknown
      >;
    expect((await read(house.lab.partner.url))["authorization_grant_profiles_supported"]).toEqual([
      "urn:ietf:params:oauth:grant-profile:id-jag",
    ]);
    expect((await read(house.lab.partner.url))["grant_types_supported"]).toContain(JWT_BEARER);
    expect((await read(house.lab.issuer.url))["grant_types_supported"]).toContain(TOKEN_EXCHANGE);
  });
});
