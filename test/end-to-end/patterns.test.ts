// The patterns through the real front door, against the lab's real issuer (oidc-provider) and real TLS.
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { ask, echoServer, type House, openHouse, upstream } from "../support/house.ts";

let house: House;
let lab: Lab;
let credential: string;
let issuer: string;
let certificateIssuer: string;
let certificate: string;

const message = (tool: string, args: object = {}): string =>
  JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: {
      name: tool,
      arguments: args,
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
      },
    },
  });
const call = (server: string, tool: string, args: object = {}, token = credential) =>
  ask(house.door, `/mcp/${server}`, {
    body: message(tool, args),
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": tool,
    },
  });
const flowsFor = async (purpose: string) =>
  (await house.call("flows.list", {})).filter((f) => f.purpose === purpose);

beforeAll(async () => {
  house = await openHouse();
  ({ credential } = await house.agent());
  lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
  const { basic, tls } = lab.issuer.clients;
  const common = {
    issuer: lab.issuer.url,
    allowPlainHttpOnLoopback: true,
    trustPem: lab.ca.certificatePem,
  };
  ({ id: issuer } = await house.call("issuers.add", {
    ...common,
    name: "home",
    clientId: basic.id,
    auth: { method: "client_secret_basic", secret: basic.secret ?? "" },
  }));
  const bundle = `${tls.certificate?.certificatePem ?? ""}\n${tls.certificate?.privateKeyPem ?? ""}`;
  ({ id: certificate } = await house.call("certificates.import", {
    label: "client",
    file: Buffer.from(bundle).toString("base64"),
  }));
  ({ id: certificateIssuer } = await house.call("issuers.add", {
    ...common,
    name: "bound",
    clientId: tls.id,
    auth: { method: "tls_client_auth", certificate },
  }));
}, 60_000);
afterAll(async () => {
  await house.close();
  await lab.stop();
});

const addCrm = (name: string, scopes: string[]) =>
  house.call("servers.add", {
    kind: "http",
    name,
    url: lab.server("crm").url,
    auth: { type: "client-credentials", issuer, scopes, resource: lab.server("crm").resource },
    allowPlainHttpOnLoopback: true,
  });

describe("client credentials", () => {
  it("20 agents and 1,000 calls make exactly one token request (R1, R29)", async () => {
    await addCrm("busy", [...lab.server("crm").scopes]);
    const agents = await Promise.all(
      Array.from({ length: 20 }, (_, i) => house.agent(`agent ${i}`)),
    );
    let good = 0;
    for (let round = 0; round < 10; round++) {
      const replies = await Promise.all(
        agents.flatMap((agent) =>
          Array.from({ length: 5 }, () =>
            call("busy", "search_customers", { text: "Sums" }, agent.credential),
          ),
        ),
      );
      good += replies.filter((r) => r.status === 200 && r.code === undefined).length;
    }
    expect(good).toBe(1000);
    expect((await flowsFor("busy")).length).toBe(1);
  }, 60_000);

  it("asks for more scope when the server wants it, united with what it had (negative tests 83, 104)", async () => {
    const [read = "", write = ""] = lab
      .server("crm")
      .tools.flatMap((t) => (t.scope === null ? [] : [t.scope]));
    expect(read).not.toBe(write);
    await addCrm("narrow", [read]);
    expect((await call("narrow", "search_customers", { text: "Sums" })).code).toBeUndefined();
    const updated = await call("narrow", "update_stage", { id: "c-3", stage: "won" });
    expect(updated.code).toBeUndefined();
    expect(updated.body).not.toContain("insufficient");
    const flows = await flowsFor("narrow");
    expect(flows.length).toBe(2);
    const [row] = (await house.calls()).filter((r) => r.serverName === "narrow");
    expect(row?.evidence?.scope).toEqual(expect.arrayContaining([read, write]));
  });

  it("a token that the server stopped believing is replaced once, and the call goes through (72)", async () => {
    const refused = new Set<string>();
    let calls = 0;
    const server = await upstream((request, response, body) => {
      const token = request.headers.authorization ?? "";
      calls++;
      if (refused.size === 0) refused.add(token);
      if (refused.has(token)) {
        response.writeHead(401, { "www-authenticate": 'Bearer error="invalid_token"' }).end();
        return;
      }
      echoServer(request, response, body);
    });
    await house.call("servers.add", {
      kind: "http",
      name: "forgetful",
      url: server.url,
      auth: { type: "client-credentials", issuer, resource: lab.server("crm").resource },
      allowPlainHttpOnLoopback: true,
    });
    const reply = await call("forgetful", "echo", { a: 1 });
    expect(reply.code).toBeUndefined();
    expect(calls).toBe(2);
    expect((await flowsFor("forgetful")).length).toBe(2);
    // A server that refuses every token is asked twice, not for ever.
    refused.clear();
    const all = await upstream((_request, response) => response.writeHead(401).end());
    await house.call("servers.add", {
      kind: "http",
      name: "hopeless",
      url: all.url,
      auth: { type: "client-credentials", issuer, resource: lab.server("crm").resource },
      allowPlainHttpOnLoopback: true,
    });
    expect((await call("hopeless", "echo")).code).toBe("upstream_refused_credential");
    expect(all.seen.length).toBe(2);
    await server.close();
    await all.close();
  });

  it("private_key_jwt: the key is made here, and only its public half is shown", async () => {
    const made = await house.call("issuers.add", {
      name: "by-key",
      issuer: lab.issuer.url,
      clientId: "made-here",
      auth: { method: "private_key_jwt" },
      allowPlainHttpOnLoopback: true,
    });
    if (made.auth.method !== "private_key_jwt") throw new Error("another method");
    expect(Object.keys(made.auth.publicJwk).sort()).toEqual([
      "alg",
      "crv",
      "kid",
      "kty",
      "use",
      "x",
      "y",
    ]);
    await lab.issuer.addClient({
      client_id: "made-here",
      token_endpoint_auth_method: "private_key_jwt",
      application_type: "native",
      grant_types: ["client_credentials"],
      response_types: [],
      redirect_uris: [],
      jwks: { keys: [made.auth.publicJwk] },
    });
    await house.call("servers.add", {
      kind: "http",
      name: "by-key",
      url: lab.server("crm").url,
      auth: {
        type: "client-credentials",
        issuer: made.id,
        scopes: [...lab.server("crm").scopes],
        resource: lab.server("crm").resource,
      },
      allowPlainHttpOnLoopback: true,
    });
    expect((await call("by-key", "search_customers", { text: "Sums" })).code).toBeUndefined();
    expect((await house.calls())[0]?.evidence?.clientAuth).toBe("private_key_jwt");
  });

  it("a wrong secret is named as ours, and the X-ray shows the step that failed", async () => {
    const wrong = await house.call("issuers.add", {
      name: "wrong",
      issuer: lab.issuer.url,
      clientId: lab.issuer.clients.basic.id,
      auth: { method: "client_secret_basic", secret: "not the secret" },
      allowPlainHttpOnLoopback: true,
    });
    await house.call("servers.add", {
      kind: "http",
      name: "wrong",
      url: lab.server("crm").url,
      auth: { type: "client-credentials", issuer: wrong.id, resource: lab.server("crm").resource },
      allowPlainHttpOnLoopback: true,
    });
    const reply = await call("wrong", "search_customers", { text: "Sums" });
    expect(reply.code).toBe("issuer_refused_client");
    const [flow] = await flowsFor("wrong");
    expect(flow?.state).toBe("failed");
    const step = flow?.steps.at(-1);
    expect(step?.rules.some((rule) => !rule.ok && rule.source.startsWith("RFC 6749"))).toBe(true);
    expect(JSON.stringify(flow)).not.toContain("not the secret");
  });
});

describe("certificate-bound tokens (RFC 8705)", () => {
  const addPayroll = (name: string, pattern: object) =>
    house.call("servers.add", {
      kind: "http",
      name,
      url: lab.server("payroll").url,
      auth: pattern as never,
      trustPem: lab.ca.certificatePem,
    });

  it("the same certificate at the issuer and at the server, and the token bound to it", async () => {
    await addPayroll("payroll", {
      type: "mtls",
      issuer: certificateIssuer,
      certificate,
      scopes: [...lab.server("payroll").scopes],
      resource: lab.server("payroll").resource,
    });
    const reply = await ask(house.door, "/tools/payroll/read_salary/invoke", {
      body: '{"person":"ada"}',
      headers: { authorization: `Bearer ${credential}` },
    });
    expect([reply.status, reply.code]).toEqual([200, undefined]);
    const evidence = (await house.calls())[0]?.evidence;
    expect(evidence).toMatchObject({ binding: "mtls", clientAuth: "tls_client_auth" });
    const [shown] = await house.call("certificates.list", {});
    expect(shown?.state === "active" && shown.thumbprint).toBe(evidence?.certificate?.thumbprint);
  });

  it("74 a token that is not bound is refused here, before the server sees it", async () => {
    await addPayroll("unbound", {
      type: "mtls",
      issuer,
      certificate,
      scopes: [...lab.server("payroll").scopes],
      resource: lab.server("payroll").resource,
    });
    const reply = await call("unbound", "read_salary", { person: "ada" });
    expect(["token_not_bound", "token_binding_mismatch"]).toContain(reply.code);
    expect((await house.calls())[0]).toMatchObject({
      serverName: "unbound",
      outcome: "denied",
      resultBytes: 0,
    });
  });

  it("a certificate of another authority is not trusted unless a person said so", async () => {
    await house.call("servers.add", {
      kind: "http",
      name: "untrusted",
      url: lab.server("payroll").url,
      auth: {
        type: "mtls",
        issuer: certificateIssuer,
        certificate,
        resource: lab.server("payroll").resource,
      },
    });
    expect((await call("untrusted", "read_salary", { person: "ada" })).code).toBe(
      "upstream_tls_failed",
    );
  });

  it("production takes a bound token and nothing less; staging takes OAuth and nothing less", async () => {
    const add = (stage: "staging" | "production", auth: object) =>
      house.reply("servers.add", {
        kind: "http",
        name: `ladder-${Math.random().toString(36).slice(2, 8)}`,
        url: lab.server("payroll").url,
        stage,
        auth: auth as never,
      });
    const key = { type: "api-key", secret: "some-long-key" };
    const service = { type: "client-credentials", issuer };
    const bound = { type: "mtls", issuer: certificateIssuer, certificate };
    expect(await add("staging", key)).toMatchObject({
      ok: false,
      error: { code: "pattern_too_weak" },
    });
    expect(await add("staging", service)).toMatchObject({ ok: true });
    expect(await add("production", service)).toMatchObject({
      ok: false,
      error: { code: "pattern_too_weak" },
    });
    expect(await add("production", bound)).toMatchObject({ ok: true });
  });
});

describe("nothing of it leaks", () => {
  it("no client secret, private key or token stands in the data folder, the journal, the flows or the log", async () => {
    const secrets = [
      lab.issuer.clients.basic.secret ?? "-",
      "PRIVATE KEY",
      "eyJhbGciOi",
      credential,
    ];
    const flows = JSON.stringify(await house.call("flows.list", {}));
    const rows = JSON.stringify(await house.calls());
    for (const secret of secrets) {
      expect([secret, flows.includes(secret)]).toEqual([secret, false]);
      expect([secret, rows.includes(secret)]).toEqual([secret, false]);
      expect([secret, house.logged.join("\n").includes(secret)]).toEqual([secret, false]);
      for (const file of fs.readdirSync(house.folder)) {
        const full = `${house.folder}/${file}`;
        if (fs.statSync(full).isFile())
          expect([file, fs.readFileSync(full).includes(secret)]).toEqual([file, false]);
      }
    }
  });
});
