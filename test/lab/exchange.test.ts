// Token exchange at the practice issuer: lines 38 to 55 of the negative tests, over real sockets.
import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import {
  ACCESS_TOKEN_TYPE,
  ID_TOKEN_TYPE,
  JWT_TYPE,
  TOKEN_EXCHANGE,
} from "../../electron/lab/grants.ts";
import { type AgentKey, agentKey, configure, dpopKey, signIn } from "./support/flows.ts";
import { type Answer, basic, bearer, call, type Form, post, useLab } from "./support/lab.ts";
import * as oidc from "openid-client";

const house = useLab();
const AGENTS = "https://agents.countersign.example";
let agent: AgentKey;
let ada: string;
let refresh: string;

const token = (): string => `${house.lab.issuer.url}/token`;
const exchange = (form: Form, client = house.lab.issuer.clients.basic): Promise<Answer> =>
  post(token(), { grant_type: TOKEN_EXCHANGE, ...form }, basic(client));
const subject = (value = ada): Form => ({
  subject_token: value,
  subject_token_type: ACCESS_TOKEN_TYPE,
});
const actor = async (claims: Record<string, unknown> = {}): Promise<Form> => ({
  actor_token: await agent.sign(claims),
  actor_token_type: JWT_TYPE,
});
const refusedAs = (answer: Answer, error: string, description?: string): void => {
  expect(answer.json).toMatchObject({
    error,
    ...(description === undefined ? {} : { error_description: description }),
  });
  expect(answer.json).not.toHaveProperty("access_token");
};
const FIXED = "the subject_token is not acceptable";

beforeAll(async () => {
  agent = await agentKey(AGENTS, house.lab.issuer.url);
  house.lab.issuer.trustActors(AGENTS, { keys: [agent.jwk] });
  const { tokens } = await signIn(house.lab, house.lab.issuer.clients.basic, "ada");
  ada = tokens.access_token;
  refresh = tokens.refresh_token ?? "";
});

describe("an exchange that is right", () => {
  it("gives a narrowed token that names the person and the agent", async () => {
    const mail = house.lab.server("mail");
    const answer = await exchange({
      ...subject(),
      ...(await actor()),
      resource: mail.resource,
      scope: "mail:read",
    });
    expect(answer.json).toMatchObject({
      issued_token_type: ACCESS_TOKEN_TYPE,
      token_type: "Bearer",
      scope: "mail:read",
    });
    expect(answer.headers.get("cache-control")).toContain("no-store");
    const claims = decodeJwt(String(answer.json["access_token"]));
    expect(claims).toMatchObject({
      sub: "ada",
      aud: mail.resource,
      scope: "mail:read",
      tid: "larkspur",
      client_id: "practice-basic",
      act: { sub: "agent:rover", iss: AGENTS, sub_profile: "ai_agent" },
    });
    const heard = await call(mail, "list_letters", {}, bearer(String(answer.json["access_token"])));
    expect(JSON.parse(heard.text)).toMatchObject({ onBehalfOf: "ada, by agent:rover" });
  });

  it("takes the target by its name as audience, and all the scopes there are when none is asked", async () => {
    const answer = await exchange({ ...subject(), ...(await actor()), audience: "mail" });
    expect(answer.json).toMatchObject({ scope: "mail:read mail:send" });
  });

  it("takes a JWT that was issued for exchange, and believes an actor whose key the client registered", async () => {
    const own = await agentKey("practice-jwt-agents", house.lab.issuer.url);
    const id = "countersign-agents";
    const registered = await agentKey(id, house.lab.issuer.url);
    await house.lab.issuer.addClient({
      client_id: id,
      client_secret: "s".repeat(32),
      token_endpoint_auth_method: "client_secret_basic",
      grant_types: [TOKEN_EXCHANGE],
      response_types: [],
      redirect_uris: [],
      jwks: { keys: [registered.jwk] },
    });
    const { tokens } = await signIn(house.lab, house.lab.issuer.clients.desktop, "ada", {
      resource: `${house.lab.issuer.url}/account`,
    });
    const client = { id, method: "client_secret_basic" as const, secret: "s".repeat(32) };
    const form = { ...subject(tokens.access_token), audience: "mail" };
    const good = await exchange(
      { ...form, actor_token: await registered.sign({}), actor_token_type: JWT_TYPE },
      client,
    );
    expect(decodeJwt(String(good.json["access_token"]))).toMatchObject({
      act: { sub: "agent:rover", iss: id },
    });
    const stranger = await exchange(
      { ...form, actor_token: await own.sign({}), actor_token_type: JWT_TYPE },
      client,
    );
    refusedAs(stranger, "invalid_request", "the actor_token is not acceptable");
  });

  it("works through openid-client's generic grant with private_key_jwt", async () => {
    const { lab } = house;
    const { tokens } = await signIn(lab, lab.issuer.clients.jwt, "katherine");
    const config = await configure(lab, lab.issuer.clients.jwt);
    const got = await oidc.genericGrantRequest(config, TOKEN_EXCHANGE, {
      subject_token: tokens.access_token,
      subject_token_type: ACCESS_TOKEN_TYPE,
      actor_token: await agent.sign({}),
      actor_token_type: JWT_TYPE,
      audience: "mail",
    });
    expect(decodeJwt(got.access_token)).toMatchObject({ sub: "katherine" });
  });

  it("binds the new token to a DPoP key, once for each proof", async () => {
    const key = await dpopKey();
    const mail = house.lab.server("mail");
    const proof = await key.proof("POST", token());
    const form = { grant_type: TOKEN_EXCHANGE, ...subject(), ...(await actor()), audience: "mail" };
    const answer = await post(token(), form, {
      ...basic(house.lab.issuer.clients.basic),
      dpop: proof,
    });
    expect(answer.json).toMatchObject({ token_type: "DPoP" });
    const value = String(answer.json["access_token"]);
    const good = await call(
      mail,
      "list_letters",
      {},
      { authorization: `DPoP ${value}`, dpop: await key.proof("POST", mail.url, value) },
    );
    expect(good.status).toBe(200);
    expect((await call(mail, "list_letters", {}, bearer(value))).json).toMatchObject({
      code: "no-proof",
    });
    const again = {
      grant_type: TOKEN_EXCHANGE,
      ...subject(),
      ...(await actor()),
      audience: "mail",
    };
    const replay = await post(token(), again, {
      ...basic(house.lab.issuer.clients.basic),
      dpop: proof,
    });
    refusedAs(replay, "invalid_dpop_proof");
  });
});

describe("an exchange that is wrong", () => {
  it("38 no subject_token: invalid_request", async () => {
    refusedAs(
      await exchange({ subject_token_type: ACCESS_TOKEN_TYPE, audience: "mail" }),
      "invalid_request",
    );
  });
  it("38 no subject_token_type: invalid_request", async () => {
    refusedAs(await exchange({ subject_token: ada, audience: "mail" }), "invalid_request");
  });
  it("39 actor_token without its type: invalid_request", async () => {
    refusedAs(
      await exchange({ ...subject(), actor_token: await agent.sign({}), audience: "mail" }),
      "invalid_request",
    );
  });
  it("39 actor_token_type without actor_token: invalid_request", async () => {
    refusedAs(
      await exchange({ ...subject(), actor_token_type: JWT_TYPE, audience: "mail" }),
      "invalid_request",
    );
  });

  it("40, 41 expired, revoked, forged, foreign and unknown subjects: invalid_request and one fixed text", async () => {
    const { lab } = house;
    const account = {
      ...lab.server("mail"),
      resource: `${lab.issuer.url}/account`,
      scopes: ["mail:read"],
      wantsActor: false,
    };
    const signedOut = await signIn(lab, lab.issuer.clients.basic, "ada");
    await oidc.tokenRevocation(signedOut.config, signedOut.tokens.refresh_token ?? "");
    const jwtSignedOut = await signIn(lab, lab.issuer.clients.basic, "ada", {
      resource: account.resource,
    });
    expect(jwtSignedOut.tokens.access_token.split(".")).toHaveLength(3);
    await oidc.tokenRevocation(jwtSignedOut.config, jwtSignedOut.tokens.refresh_token ?? "");
    const forger = await agentKey(lab.issuer.url, account.resource);
    const good = await lab.attacks.mint(account);
    const bad: Record<string, string> = {
      expired: await lab.attacks.expired(account),
      "revoked, opaque": signedOut.tokens.access_token,
      "revoked, JWT": jwtSignedOut.tokens.access_token,
      "signature cut": good.slice(0, -10),
      "signature changed": `${good.slice(0, -6)}AAAAAA`,
      "signed by nobody known": await forger.sign({ client_id: "practice-basic" }),
      "of another issuer": await lab.attacks.mint(account, { iss: lab.partner.url }),
      "of the other company's issuer": await lab.attacks.mint({
        ...account,
        issuer: lab.partner.url,
      }),
      "wrong type": await lab.attacks.mint(account, {}, "JWT"),
      unknown: "no-such-token",
    };
    expect(
      (await exchange({ ...subject(good), ...(await actor()), audience: "mail" })).status,
    ).toBe(200);
    for (const [why, value] of Object.entries(bad)) {
      const answer = await exchange({ ...subject(value), ...(await actor()), audience: "mail" });
      expect(answer.json, why).toEqual({ error: "invalid_request", error_description: FIXED });
      expect(answer.status, why).toBe(400);
    }
    // What the asker is not told, the lab's log is.
    expect(house.log.filter((l) => l.event === "lab.exchange.subject-refused").length).toBe(
      Object.keys(bad).length,
    );
  });

  it("42 unknown audience or resource, two targets, none, and targets that differ: invalid_target", async () => {
    const { resource } = house.lab.server("mail");
    const targets: Form[] = [
      { audience: "nowhere" },
      { resource: "https://nowhere.example/mcp" },
      { resource: `${resource}/` },
      { resource: resource.toUpperCase() },
      {},
      { audience: "mail", resource: house.lab.server("crm").resource },
      { resource: [resource, house.lab.server("crm").resource] },
      { audience: ["mail", "crm"] },
      { audience: "account" },
    ];
    for (const target of targets) {
      refusedAs(await exchange({ ...subject(), ...(await actor()), ...target }), "invalid_target");
    }
  });

  it("43 a scope beyond the subject's, or beyond the target's: invalid_scope", async () => {
    const { tokens } = await signIn(house.lab, house.lab.issuer.clients.basic, "ada", {
      scope: "openid mail:read",
    });
    const asked = async (scope: string): Promise<Answer> =>
      exchange({ ...subject(tokens.access_token), ...(await actor()), audience: "mail", scope });
    refusedAs(await asked("mail:read mail:send"), "invalid_scope");
    refusedAs(await asked("treasury:read"), "invalid_scope");
    refusedAs(await asked("openid"), "invalid_scope");
    expect((await asked("mail:read")).json).toMatchObject({ scope: "mail:read" });
  });

  it("43 nothing in common is not an empty scope but a refusal", async () => {
    const { tokens } = await signIn(house.lab, house.lab.issuer.clients.basic, "ada", {
      scope: "openid mail:read",
    });
    refusedAs(
      await exchange({ ...subject(tokens.access_token), ...(await actor()), audience: "crm" }),
      "invalid_scope",
    );
  });

  it("44 may_act is present and the actor differs, or is silent: refused; the one it names may", async () => {
    const { tokens } = await signIn(house.lab, house.lab.issuer.clients.basic, "grace");
    const grace = { ...subject(tokens.access_token), audience: "mail" };
    refusedAs(await exchange({ ...grace, ...(await actor()) }), "invalid_request");
    refusedAs(await exchange(grace), "invalid_request");
    const named = await exchange({ ...grace, ...(await actor({ sub: "agent:compiler" })) });
    expect(decodeJwt(String(named.json["access_token"]))).toMatchObject({
      sub: "grace",
      act: { sub: "agent:compiler" },
    });
  });

  it("49 a server goes on with what it got: the outer actor is the current one, the earlier one is nested", async () => {
    const { lab } = house;
    const first = await exchange({ ...subject(), ...(await actor()), audience: "mail" });
    const service = await agentKey("https://mail.larkspur.example", lab.issuer.url);
    lab.issuer.trustActors("https://mail.larkspur.example", { keys: [service.jwk] }, "service");
    const on = await exchange(
      {
        ...subject(String(first.json["access_token"])),
        actor_token: await service.sign({ sub: "mail-backend" }),
        actor_token_type: JWT_TYPE,
        audience: "mail",
      },
      lab.issuer.clients.mailBackend,
    );
    const value = String(on.json["access_token"]);
    expect(decodeJwt(value)).toMatchObject({
      sub: "ada",
      act: {
        sub: "mail-backend",
        sub_profile: "service",
        act: { sub: "agent:rover", sub_profile: "ai_agent" },
      },
    });
    // The server looks at the outermost actor only: that an agent acted before does not help.
    expect((await call(lab.server("mail"), "list_letters", {}, bearer(value))).json).toMatchObject({
      code: "actor-not-agent",
    });
  });

  it("50 an inner act that claims an administrator has no effect", async () => {
    const { lab } = house;
    const mail = lab.server("mail");
    const chain = {
      sub: "mail-backend",
      sub_profile: "service",
      act: { sub: "agent:administrator", sub_profile: "ai_agent" },
    };
    const answer = await call(
      mail,
      "list_letters",
      {},
      bearer(await lab.attacks.mint(mail, { act: chain })),
    );
    expect(answer.json).toMatchObject({ code: "actor-not-agent" });
    // Nor does a claim of the actor's own about what it is.
    const boast = await actor({
      sub: "agent:rover",
      sub_profile: "administrator",
      act: { sub: "root" },
    });
    const got = await exchange({ ...subject(), ...boast, audience: "mail" });
    expect(decodeJwt(String(got.json["access_token"]))["act"]).toEqual({
      sub: "agent:rover",
      iss: AGENTS,
      sub_profile: "ai_agent",
    });
  });

  it("51 exp and aud inside act are neither obeyed nor handed on", async () => {
    const { lab } = house;
    const mail = lab.server("mail");
    const odd = {
      sub: "agent:rover",
      sub_profile: "ai_agent",
      exp: 1,
      nbf: 9_999_999_999,
      aud: "https://elsewhere.example",
    };
    const minted = await lab.attacks.mint(mail, { act: odd });
    expect((await call(mail, "list_letters", {}, bearer(minted))).status).toBe(200);
    const on = await exchange(
      { ...subject(minted), audience: "mail" },
      lab.issuer.clients.mailBackend,
    );
    expect(decodeJwt(String(on.json["access_token"]))["act"]).toEqual({
      sub: "agent:rover",
      sub_profile: "ai_agent",
    });
  });

  it("52 an exchanged token, or any token for a server, replayed as subject: refused", async () => {
    const first = await exchange({ ...subject(), ...(await actor()), audience: "mail" });
    refusedAs(
      await exchange({
        ...subject(String(first.json["access_token"])),
        ...(await actor()),
        audience: "mail",
      }),
      "invalid_request",
      FIXED,
    );
    const { tokens } = await signIn(house.lab, house.lab.issuer.clients.basic, "ada", {
      resource: house.lab.server("crm").resource,
      scope: "openid crm:read",
    });
    refusedAs(
      await exchange({ ...subject(tokens.access_token), ...(await actor()), audience: "crm" }),
      "invalid_request",
      FIXED,
    );
  });

  it("53 an actor token used twice: invalid_request", async () => {
    const once = await actor();
    expect((await exchange({ ...subject(), ...once, audience: "mail" })).status).toBe(200);
    refusedAs(
      await exchange({ ...subject(), ...once, audience: "mail" }),
      "invalid_request",
      "the actor_token is not acceptable",
    );
  });

  it("53 actor tokens that are expired, long-lived, for others, for two, forged or of strangers: one fixed text", async () => {
    const now = Math.floor(Date.now() / 1000);
    const stranger = await agentKey("https://strangers.example", house.lab.issuer.url);
    const forger = await agentKey(AGENTS, house.lab.issuer.url);
    const bad = [
      await agent.sign({ exp: now - 10, iat: now - 60 }),
      await agent.sign({ exp: now + 86_400 }),
      await agent.sign({ aud: token() }),
      await agent.sign({ aud: [house.lab.issuer.url, "https://elsewhere.example"] }),
      await agent.sign({ jti: undefined }),
      await agent.sign({ sub: undefined }),
      await stranger.sign({}),
      await forger.sign({}),
      "not.a.jwt",
    ];
    for (const value of bad) {
      const answer = await exchange({
        ...subject(),
        actor_token: value,
        actor_token_type: JWT_TYPE,
        audience: "mail",
      });
      expect(answer.json).toEqual({
        error: "invalid_request",
        error_description: "the actor_token is not acceptable",
      });
    }
  });

  it("54 an exchange without client authentication: invalid_client", async () => {
    const form = { grant_type: TOKEN_EXCHANGE, ...subject(), audience: "mail" };
    const silent = await post(token(), { ...form, client_id: "practice-basic" });
    expect(silent.status).toBe(401);
    refusedAs(silent, "invalid_client");
    await house.lab.issuer.addClient({
      client_id: "public-exchanger",
      token_endpoint_auth_method: "none",
      grant_types: [TOKEN_EXCHANGE],
      response_types: [],
      redirect_uris: [],
    });
    refusedAs(await post(token(), { ...form, client_id: "public-exchanger" }), "invalid_client");
  });

  it("55 the exchanged token never outlives the subject", async () => {
    const { lab } = house;
    const account = {
      ...lab.server("mail"),
      resource: `${lab.issuer.url}/account`,
      scopes: ["mail:read"],
      wantsActor: false,
    };
    const exp = Math.floor(Date.now() / 1000) + 45;
    const short = await lab.attacks.mint(account, { exp });
    const answer = await exchange({ ...subject(short), ...(await actor()), audience: "mail" });
    expect(decodeJwt(String(answer.json["access_token"])).exp).toBeLessThanOrEqual(exp);
    expect(answer.json["expires_in"]).toBeLessThanOrEqual(45);
  });

  it("refuses another client's token, a refresh token, and an ID token in the place of an access token", async () => {
    const other = await signIn(house.lab, house.lab.issuer.clients.post, "ada");
    refusedAs(
      await exchange({ ...subject(other.tokens.access_token), audience: "mail" }),
      "invalid_request",
      FIXED,
    );
    refusedAs(await exchange({ ...subject(refresh), audience: "mail" }), "invalid_request", FIXED);
    const asId = {
      subject_token: other.tokens.id_token ?? "",
      subject_token_type: ID_TOKEN_TYPE,
      audience: "mail",
    };
    refusedAs(await exchange(asId, house.lab.issuer.clients.post), "invalid_request", FIXED);
  });

  it("refuses a subject token that is bound to a key, without that key", async () => {
    const { lab } = house;
    const account = {
      ...lab.server("mail"),
      resource: `${lab.issuer.url}/account`,
      scopes: ["mail:read"],
      wantsActor: false,
    };
    const stolen = await lab.attacks.bound(
      account,
      lab.issuer.clients.tls.certificate?.certificatePem ?? "",
    );
    refusedAs(
      await exchange({ ...subject(stolen), ...(await actor()), audience: "mail" }),
      "invalid_request",
      FIXED,
    );
    const keyed = await lab.attacks.mint(account, { cnf: { jkt: "x".repeat(43) } });
    refusedAs(
      await exchange({ ...subject(keyed), ...(await actor()), audience: "mail" }),
      "invalid_request",
      FIXED,
    );
  });
});
