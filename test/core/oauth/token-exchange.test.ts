import { describe, expect, it } from "vitest";
import { ACCESS_TOKEN_TYPE, JWT_TYPE } from "../../../electron/core/oauth/grant.ts";
import { ID_JAG_TYPE, judgeIdJag } from "../../../electron/core/oauth/id-jag.ts";
import { Ruling } from "../../../electron/core/oauth/ruling.ts";
import { readTokenAnswer } from "../../../electron/core/oauth/token-answer.ts";
import {
  type ActorSigner,
  type ExchangeAsk,
  exchangeToken,
} from "../../../electron/core/oauth/token-exchange.ts";
import { Secret } from "../../../electron/core/secret.ts";
import { flowOver, formOf, json, scriptedNet } from "../../support/flow-net.ts";
import { refusalOf as thrownBy } from "../bytes.ts";
import { ask, ISSUER, jwt, refusalOf } from "./peer.ts";

const NOW = Date.now();
const SUBJECT = "subject-token-of-ada-0123456789";
const OWN = "https://countersign.example";
const RESOURCE = "https://mail.example/mcp";
const agent: ActorSigner = {
  subject: "agt_one",
  issuer: OWN,
  sign: (aud) => Promise.resolve(new Secret(jwt({ iss: OWN, sub: "agt_one", aud }))),
};
const exchangeAsk = (change: Partial<ExchangeAsk> = {}): ExchangeAsk => ({
  ...ask({ scope: ["mail:read"], resource: RESOURCE }),
  subject: { token: new Secret(SUBJECT), type: ACCESS_TOKEN_TYPE },
  actor: agent,
  audience: null,
  actorRequired: true,
  widerScopeAllowed: false,
  ...change,
});
const good = { sub: "ada", aud: RESOURCE, scope: "mail:read", act: { sub: "agt_one", iss: OWN } };
const answer = (payload: Record<string, unknown> = good, change: Record<string, unknown> = {}) =>
  json({
    access_token: jwt(payload),
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: "Bearer",
    expires_in: 300,
    ...change,
  });
const run = (response: ReturnType<typeof answer>, change: Partial<ExchangeAsk> = {}) =>
  exchangeToken(flowOver(scriptedNet(response), NOW), exchangeAsk(change));
const reasonOf = async (work: Promise<unknown>): Promise<unknown> => {
  const refusal = await refusalOf(work);
  expect(refusal.code).toBe("token_refused");
  return refusal.facts["reason"];
};

describe("what an exchange sends", () => {
  it("subject and actor, each with its type, the target and the scope (38, 39)", async () => {
    const net = scriptedNet(answer());
    await exchangeToken(flowOver(net, NOW), exchangeAsk({ audience: "mail" }));
    const form = formOf(net.sent[0]);
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: SUBJECT,
      subject_token_type: ACCESS_TOKEN_TYPE,
      actor_token_type: JWT_TYPE,
      requested_token_type: ACCESS_TOKEN_TYPE,
      resource: RESOURCE,
      audience: "mail",
      scope: "mail:read",
    });
    expect(form.get("actor_token")).toContain(".");
  });

  it("without an actor neither token nor type (39)", async () => {
    const net = scriptedNet(answer({ sub: "ada", aud: RESOURCE }));
    const { actor } = await exchangeToken(flowOver(net, NOW), exchangeAsk({ actor: null }));
    expect([...formOf(net.sent[0]).keys()].filter((k) => k.startsWith("actor"))).toEqual([]);
    expect(actor).toBe("not-sent");
  });

  it("nothing at all where no server is named", async () => {
    const net = scriptedNet(answer());
    const work = exchangeToken(flowOver(net, NOW), exchangeAsk({ resource: null }));
    expect((await refusalOf(work)).code).toBe("token_refused");
    expect(net.sent).toHaveLength(0);
  });
});

describe("what an exchange takes", () => {
  it("no answer that does not say what it issued (45)", async () => {
    expect(await reasonOf(run(answer(good, { issued_token_type: undefined })))).toMatch(
      /does not say/,
    );
  });

  it.each([JWT_TYPE, ID_JAG_TYPE, "urn:ietf:params:oauth:token-type:refresh_token"])(
    "nothing else than was asked: %s (46)",
    async (issued_token_type) => {
      expect(await reasonOf(run(answer(good, { issued_token_type })))).toMatch(/another kind/);
    },
  );

  it("no N_A as a bearer token (47)", async () => {
    expect(await reasonOf(run(answer(good, { token_type: "N_A" })))).toMatch(/no access token/);
  });

  it("scope left out means as asked, never as wide as the subject's (48)", async () => {
    const { token } = await run(answer({ ...good, scope: undefined }));
    expect(token.scope).toEqual(["mail:read"]);
  });

  it("no wider scope than was asked", async () => {
    expect(await reasonOf(run(answer(good, { scope: "mail:read mail:send" })))).toMatch(
      /more than was asked/,
    );
  });

  it("no token for another server", async () => {
    expect(await reasonOf(run(answer({ ...good, aud: "https://evil.example" })))).toMatch(
      /another server/,
    );
  });

  it("only our agent as the one who acts (49)", async () => {
    const act = { sub: "agt_two", iss: OWN, act: { sub: "agt_one", iss: OWN } };
    expect(await reasonOf(run(answer({ ...good, act })))).toMatch(/another actor/);
    const stranger = { sub: "agt_one", iss: "https://evil.example" };
    expect(await reasonOf(run(answer({ ...good, act: stranger })))).toMatch(/another actor/);
  });

  it("an inner actor that calls itself admin changes nothing (50)", async () => {
    const act = { ...good.act, act: { sub: "admin", exp: 1, aud: "https://evil.example" } };
    const { token, actor } = await run(answer({ ...good, act }));
    expect(actor).toBe("confirmed");
    expect(token.actors).toEqual(["agt_one", "admin"]);
    expect(token.audience).toEqual([RESOURCE]);
  });

  it("exp and aud inside act mean nothing (51)", async () => {
    const act = { ...good.act, exp: 1, aud: "https://evil.example" };
    expect((await run(answer({ ...good, act }))).actor).toBe("confirmed");
  });

  it("an act chain without an end is cut, not followed", async () => {
    let act: Record<string, unknown> = { sub: "deep" };
    for (let i = 0; i < 18; i++) act = { sub: `n${i}`, act };
    const { token } = await run(answer({ ...good, act: { ...good.act, act } }));
    expect(token.actors.length).toBeLessThanOrEqual(16);
  });

  it("an issuer that knows no actors is named as such, or refused where the actor was required", async () => {
    const { act: _act, ...without } = good;
    const flow = flowOver(scriptedNet(answer(without)), NOW);
    const result = await exchangeToken(flow, exchangeAsk({ actorRequired: false }));
    expect(result.actor).toBe("absent");
    const rule = flow.steps.at(-1)?.rules.find((r) => r.id === "actor-named");
    expect(rule).toMatchObject({ ok: false, source: "RFC 8693 §4.1" });
    expect(rule?.found).toMatch(/does not name actors/);
    expect(await reasonOf(run(answer(without)))).toMatch(/does not name actors/);
    const opaque = answer(good, { access_token: "opaque-and-silent" });
    expect((await run(opaque, { actorRequired: false })).actor).toBe("unknown");
  });

  it("an ended grant asks for a sign-in; an unknown target does not", async () => {
    expect((await refusalOf(run(json({ error: "invalid_grant" }, 400)))).code).toBe(
      "sign_in_needed",
    );
    expect((await refusalOf(run(json({ error: "invalid_target" }, 400)))).code).toBe(
      "issuer_error",
    );
  });
});

describe("an ID-JAG (56)", () => {
  const want = {
    home: ISSUER,
    target: "https://partner.example",
    clientId: "cs",
    resource: RESOURCE,
    nowMs: NOW,
  };
  const payload = {
    iss: ISSUER,
    aud: want.target,
    client_id: "cs",
    sub: "ada",
    resource: RESOURCE,
    exp: NOW / 1000 + 60,
  };
  const typ = { typ: "oauth-id-jag+jwt" };
  const judge = (claims: unknown, header: Record<string, unknown> = typ, change = {}) => {
    const ruling = new Ruling();
    const response = json({
      access_token: jwt(claims, header),
      issued_token_type: ID_JAG_TYPE,
      token_type: "N_A",
      ...change,
    });
    return judgeIdJag(readTokenAnswer(ISSUER, response, ruling), want, ruling);
  };

  it("is handed on when it is for the server's issuer and for us", () => {
    expect(judge(payload)).toBeInstanceOf(Secret);
  });

  it.each<[string, () => unknown]>([
    ["another typ", () => judge(payload, { typ: "at+jwt" })],
    ["no typ", () => judge(payload, { typ: undefined })],
    ["another issuer", () => judge({ ...payload, iss: "https://evil.example" })],
    ["another audience", () => judge({ ...payload, aud: "https://evil.example" })],
    [
      "a list of audiences",
      () => judge({ ...payload, aud: [want.target, "https://evil.example"] }),
    ],
    ["another client id", () => judge({ ...payload, client_id: "someone" })],
    ["no client id", () => judge({ ...payload, client_id: undefined })],
    ["another server", () => judge({ ...payload, resource: "https://evil.example" })],
    ["no exp", () => judge({ ...payload, exp: undefined })],
    ["an exp that has passed", () => judge({ ...payload, exp: NOW / 1000 - 1 })],
    ["token_type Bearer", () => judge(payload, typ, { token_type: "Bearer" })],
    [
      "another issued_token_type",
      () => judge(payload, typ, { issued_token_type: ACCESS_TOKEN_TYPE }),
    ],
    ["no JWT", () => judge(payload, typ, { access_token: "opaque" })],
  ])("is refused with %s", (_name, run) => {
    expect(thrownBy(run)?.code).toBe("token_refused");
  });
});
