// Tokens bound to a key (DPoP, RFC 9449) through the real front door: against the lab's real issuer (oidc-provider)
// and its archive, and against servers of this test that look at every proof themselves.
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { calculateJwkThumbprint, decodeJwt, EmbeddedJWK, jwtVerify } from "jose";
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InputOf } from "../../electron/contract.ts";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { openPracticeHouse, type PracticeHouse } from "../support/practice-house.ts";

type Auth = Extract<InputOf<"servers.add">, { kind: "http" }>["auth"];

let practice: PracticeHouse;
let credential: string;
beforeAll(async () => {
  practice = await openPracticeHouse();
  ({ credential } = await practice.house.agent());
}, 60_000);
afterAll(() => practice.close());

const add = (name: string, url: string, more: Partial<Auth> = {}, stage = "production") => {
  const { scopes, resource } = practice.lab.server("archive");
  return practice.house.call("servers.add", {
    kind: "http",
    name,
    url,
    stage: stage as "production",
    auth: {
      type: "client-credentials",
      issuer: practice.issuer,
      bound: "dpop",
      scopes: [...scopes],
      resource,
      ...more,
    } as Auth,
    allowPlainHttpOnLoopback: true,
  });
};
const invoke = (server: string, tool: string, args: object = {}) =>
  ask(practice.house.door, `/tools/${server}/${tool}/invoke`, {
    body: JSON.stringify(args),
    headers: { authorization: `Bearer ${credential}` },
  });
const call = (server: string) =>
  ask(practice.house.door, `/mcp/${server}`, {
    body: toolCall(),
    headers: {
      authorization: `Bearer ${credential}`,
      accept: "application/json, text/event-stream",
      // An agent's own proof is as little wanted as its own token.
      dpop: "of-the-agent",
    },
  });

/** What a server sees of the key (RFC 9449 section 4.3). */
async function proofOf(request: IncomingMessage) {
  const { payload, protectedHeader } = await jwtVerify(
    String(request.headers["dpop"]),
    EmbeddedJWK,
    { typ: "dpop+jwt" },
  );
  const [scheme = "", token = ""] = (request.headers.authorization ?? "").split(" ");
  return {
    scheme,
    token,
    payload,
    jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? { kty: "none" }),
  };
}

describe("a token that is bound to a key", () => {
  it("opens the archive, which takes nothing less and wants a nonce in each proof; production takes it", async () => {
    const { house, lab } = practice;
    await add("archive", lab.server("archive").url);
    const reply = await invoke("archive", "open_box", { id: "b-1" });
    expect([reply.status, reply.body.includes("Charter")]).toEqual([200, true]);
    const [row] = await house.calls();
    expect(row?.evidence).toMatchObject({ binding: "dpop", clientAuth: "client_secret_basic" });
    // The same key all along, and the first proof told of the nonce: one refusal, for the whole of a session.
    await invoke("archive", "open_box", { id: "b-2" });
    expect((await house.calls())[0]?.evidence?.jkt).toBe(row?.evidence?.jkt);
    const refused = lab.refusals.all().filter((one) => one.server === "archive");
    expect(refused.map((one) => one.code)).toEqual(["no-nonce"]);
    // The X-ray has the nonce of the issuer and the comparison of the key, and nothing of it failed.
    const flow = await house.call("flows.get", { id: row?.evidence?.flow ?? "" });
    expect(flow.state).toBe("ok");
    expect(flow.steps.map((step) => [step.id, step.state])).toEqual([
      ["discover-issuer", "ok"],
      ["token", "ok"],
      ["token", "ok"],
      ["check-token", "ok"],
    ]);
    const rules = flow.steps.flatMap((step) => step.rules.map((rule) => [rule.id, rule.ok]));
    expect(rules).toEqual(
      expect.arrayContaining([
        ["dpop-nonce", true],
        ["dpop-bound", true],
        ["jkt-matches-key", true],
      ]),
    );
  });

  it("is sent with a proof for this method, this address and this token, another one each time", async () => {
    const server = await upstream(echoServer);
    await add("proven", `${server.url}?q=1`);
    expect((await call("proven")).status).toBe(200);
    expect((await call("proven")).status).toBe(200);
    const seen = await Promise.all(server.seen.map(proofOf));
    for (const { scheme, token, payload, jkt } of seen) {
      expect(scheme).toBe("DPoP");
      expect(payload).toMatchObject({
        htm: "POST",
        htu: server.url,
        ath: createHash("sha256").update(token).digest("base64url"),
      });
      expect(decodeJwt(token)["cnf"]).toEqual({ jkt });
    }
    expect(new Set(seen.map(({ payload }) => payload.jti)).size).toBe(2);
    await server.close();
  });

  it("goes again with the server's nonce once, and a server that never has enough is asked no third time", async () => {
    const { house } = practice;
    const proofs: unknown[] = [];
    let enough = true;
    const server = await upstream((request, response, body) => {
      void proofOf(request).then(({ payload }) => {
        proofs.push(payload["nonce"]);
        if (enough && payload["nonce"] === "n-1") return echoServer(request, response, body);
        response
          .writeHead(401, {
            "dpop-nonce": enough ? "n-1" : `n-${proofs.length}`,
            "www-authenticate": 'DPoP error="use_dpop_nonce"',
          })
          .end();
      });
    });
    await add("nonces", server.url);
    expect((await call("nonces")).code).toBeUndefined();
    expect(proofs).toEqual([undefined, "n-1"]);
    // The nonce is kept for the next call.
    expect((await call("nonces")).code).toBeUndefined();
    expect(proofs).toEqual([undefined, "n-1", "n-1"]);
    enough = false;
    proofs.length = 0;
    const flows = (await house.call("flows.list", {})).length;
    expect((await call("nonces")).code).toBe("upstream_refused_credential");
    // Twice with this token, and twice with the one new token that a 401 is worth.
    expect(proofs.length).toBe(4);
    expect((await house.call("flows.list", {})).length).toBe(flows + 1);
    await server.close();
  });

  it("of an account: refreshed with the same key, whose token says so", async () => {
    const { house, lab, issuer } = practice;
    const { scopes, resource } = lab.server("archive");
    await practice.signIn(issuer, "ada", { scopes: [...scopes], resource });
    await add("ada-archive", lab.server("archive").url, { type: "account", account: null });
    const reply = await invoke("ada-archive", "open_box", { id: "b-1" });
    expect([reply.status, reply.body.includes("ada")]).toEqual([200, true]);
    const rows = await house.calls();
    expect(rows[0]?.evidence).toMatchObject({ binding: "dpop", subject: "ada" });
    expect(rows[0]?.evidence?.jkt).toBe(
      rows.find((r) => r.serverName === "archive")?.evidence?.jkt,
    );
  });

  it("of an exchange is bound, too", async () => {
    const { house, lab } = practice;
    const crm = lab.server("crm");
    await practice.signIn(practice.issuer, "ada", { scopes: [...crm.scopes] });
    await add("exchanged", crm.url, {
      type: "token-exchange",
      actor: "none",
      scopes: [...crm.scopes],
      resource: crm.resource,
    });
    expect((await invoke("exchanged", "search_customers", { text: "Sums" })).status).toBe(200);
    expect((await house.calls())[0]?.evidence).toMatchObject({ binding: "dpop", subject: "ada" });
  });
});

describe("what is not bound as asked is not sent", () => {
  // An issuer that knows the metadata, and gives what it was told to.
  const issuerThatGives = async (answer: (jkt: string) => object) => {
    const { house } = practice;
    const server = await upstream((request, response) => {
      const origin = `http://${request.headers.host}`;
      response.setHeader("content-type", "application/json");
      if (request.method === "GET") {
        const metadata = { issuer: origin, token_endpoint: `${origin}/token` };
        response.end(JSON.stringify({ ...metadata, response_types_supported: ["code"] }));
      } else {
        void proofOf(request).then(({ jkt }) => response.end(JSON.stringify(answer(jkt))));
      }
    });
    const origin = new URL(server.url).origin;
    const { id } = await house.call("issuers.add", {
      name: `issuer-${server.port}`,
      issuer: origin,
      clientId: "us",
      auth: { method: "client_secret_post", secret: "a-secret-of-some-length" },
      allowPlainHttpOnLoopback: true,
    });
    return { id, close: () => server.close() };
  };
  const unsigned = (payload: object): string =>
    `${[{ alg: "ES256", typ: "at+jwt" }, payload]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".")}.c2ln`;
  const given = (token_type: string, payload: object) => ({
    access_token: unsigned({ sub: "us", exp: Date.now() / 1000 + 300, ...payload }),
    token_type,
    expires_in: 300,
  });

  it.each([
    ["Bearer", () => given("Bearer", {}), "token_not_bound"],
    ["DPoP without cnf.jkt", () => given("DPoP", {}), "token_not_bound"],
    [
      "DPoP for another key",
      () => given("DPoP", { cnf: { jkt: "0".repeat(43) } }),
      "token_binding_mismatch",
    ],
  ])("%s is refused here, before the server sees it", async (_, answer, code) => {
    const { house } = practice;
    const issuer = await issuerThatGives(answer);
    const server = await upstream(echoServer);
    const name = `unbound-${server.port}`;
    await add(name, server.url, { issuer: issuer.id });
    expect((await call(name)).code).toBe(code);
    expect(server.seen).toEqual([]);
    expect((await house.calls())[0]).toMatchObject({ outcome: "denied", code, resultBytes: 0 });
    await Promise.all([server.close(), issuer.close()]);
  });

  it("what the issuer binds to our key is taken", async () => {
    const issuer = await issuerThatGives((jkt) => given("DPoP", { cnf: { jkt } }));
    const server = await upstream(echoServer);
    await add("own-issuer", server.url, { issuer: issuer.id });
    expect((await call("own-issuer")).code).toBeUndefined();
    expect((await proofOf(server.seen[0]!)).scheme).toBe("DPoP");
    await Promise.all([server.close(), issuer.close()]);
  });

  it("the same pattern without the key is too weak for production", async () => {
    const { house, issuer } = practice;
    const weak = await house.reply("servers.add", {
      kind: "http",
      name: "weak",
      url: "https://files.example/mcp",
      stage: "production",
      auth: { type: "client-credentials", issuer },
    });
    expect(weak).toMatchObject({ ok: false, error: { code: "pattern_too_weak" } });
  });
});

describe("the key", () => {
  it("is in the vault and nowhere else", async () => {
    const { house } = practice;
    const [home] = await house.call("issuers.list", {});
    expect(home?.proof?.secret).toMatch(/^sec_/);
    for (const file of fs.readdirSync(house.folder)) {
      const full = `${house.folder}/${file}`;
      if (fs.statSync(full).isFile())
        expect([file, fs.readFileSync(full).includes("PRIVATE KEY")]).toEqual([file, false]);
    }
    const shown = JSON.stringify([
      await house.call("flows.list", {}),
      await house.calls(),
      house.logged,
    ]);
    expect(shown).not.toContain("PRIVATE KEY");
    expect(shown).not.toMatch(/eyJ0eXAiOiJkcG9w|eyJhbGciOi/);
  });

  it("is another one of another registration", async () => {
    const rows = await practice.house.calls();
    const keyAt = (server: string) =>
      rows.find((row) => row.serverName === server && row.outcome === "ok")?.evidence?.jkt;
    expect(keyAt("archive")).toBe(keyAt("exchanged"));
    expect(keyAt("own-issuer")).toMatch(/^.{43}$/);
    expect(keyAt("own-issuer")).not.toBe(keyAt("archive"));
  });
});
