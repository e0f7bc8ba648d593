// Agents with certificates, at the mTLS door: real TLS, and nothing but the handshake says who is there.
import { createHash, X509Certificate } from "node:crypto";
import https from "node:https";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeKey, makeSelfSigned } from "../../electron/host/tls/make.ts";
import {
  ask as askPlain,
  echoServer,
  type House,
  openHouse,
  toolCall,
  upstream,
} from "../support/house.ts";

let house: House;
let server: Awaited<ReturnType<typeof upstream>>;
let agent: { id: string; credential: string };
let stranger: { id: string; credential: string };
const identity = async (name: string) => {
  const key = await makeKey();
  const made = await makeSelfSigned(key, {
    subject: [[{ type: "2.5.4.3", value: name }]],
    use: "client",
    days: 30,
    now: Date.now(),
  });
  return { cert: made.chainPem, key: key.reveal() };
};
let mine: Awaited<ReturnType<typeof identity>>;
let other: Awaited<ReturnType<typeof identity>>;

async function ask(
  tls: { cert?: string; key?: string },
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const { door } = await house.call("mtls.status", {});
  if (door === null) throw new Error("the mTLS door is closed");
  return new Promise((resolve, reject) => {
    const request = https.request(
      `${door.origin}/mcp/echo`,
      {
        method: "POST",
        ca: door.certificate,
        agent: false,
        headers: { "content-type": "application/json", ...headers },
        ...tls,
      },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    request.on("error", reject);
    request.end(toolCall());
  });
}

const codeOf = (body: string): string | undefined =>
  (JSON.parse(body) as { error?: { data?: { code?: string } } }).error?.data?.code;

/** One call on a connection of its own, over a session that may be taken up again. */
function talk(
  door: { origin: string; certificate: string } | null,
  options: tls.ConnectionOptions,
  authorization: string,
): Promise<{ text: string; session: Buffer | undefined }> {
  const { host, port } = new URL(door?.origin ?? "");
  const body = toolCall();
  return new Promise((resolve, reject) => {
    let session: Buffer | undefined;
    let text = "";
    const socket = tls.connect({
      host: "127.0.0.1",
      port: Number(port),
      ca: door?.certificate,
      ...options,
    });
    socket.on("session", (given) => (session = given));
    socket.on("secureConnect", () => {
      session ??= socket.getSession();
      socket.write(
        [
          "POST /mcp/echo HTTP/1.1",
          `Host: ${host}`,
          "Content-Type: application/json",
          `Content-Length: ${Buffer.byteLength(body)}`,
          `Authorization: ${authorization}`,
          "Connection: close",
          "",
          body,
        ].join("\r\n"),
      );
    });
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("error", reject);
    socket.on("close", () => resolve({ text, session }));
  });
}

beforeAll(async () => {
  server = await upstream(echoServer);
  house = await openHouse();
  agent = await house.agent("with a certificate");
  stranger = await house.agent("without one");
  await house.call("servers.add", {
    kind: "http",
    name: "echo",
    url: server.url,
    auth: { type: "none" },
  });
  mine = await identity("my-agent");
  other = await identity("somebody-else");
});
afterAll(async () => {
  await house.close();
  await server.close();
});

describe("the mTLS door", () => {
  it("is closed until an agent has a certificate", async () => {
    expect((await house.call("mtls.status", {})).door).toBeNull();
    const view = await house.call("agents.setCertificate", {
      id: agent.id,
      certificate: mine.cert,
    });
    expect(view.certificate).toMatchObject({ subject: "CN=my-agent", trust: "pinned" });
    expect((await house.call("mtls.status", {})).door?.origin).toBe(
      `https://127.0.0.1:${house.port + 2}`,
    );
  });

  it("lets the agent in by its certificate alone, and the journal says so", async () => {
    expect((await ask(mine)).status).toBe(200);
    expect((await house.calls())[0]).toMatchObject({
      authMethod: "certificate",
      agentCertificate: {
        subject: "CN=my-agent",
        thumbprint: createHash("sha256")
          .update(new X509Certificate(mine.cert).raw)
          .digest("base64url"),
      },
      agentName: "with a certificate",
      outcome: "ok",
    });
  });

  it.each([
    ["no certificate (57, 64)", () => ({}), {}],
    ["another certificate (58, 63)", () => other, {}],
    [
      "no certificate and a header that claims one (73)",
      () => ({}),
      { "x-client-cert": "MII", "x-forwarded-client-cert": "Hash=1" },
    ],
  ])("refuses %s", async (_what, tls, headers) => {
    const before = server.seen.length;
    expect((await ask(tls(), headers)).status).toBe(401);
    expect(server.seen.length).toBe(before);
  });

  it("refuses a good bearer credential without the certificate (64)", async () => {
    expect((await ask({}, { authorization: `Bearer ${agent.credential}` })).status).toBe(401);
  });

  it("takes the agent's own credential with its own certificate", async () => {
    for (const scheme of ["Bearer", "ApiKey"]) {
      expect((await ask(mine, { authorization: `${scheme} ${agent.credential}` })).status).toBe(
        200,
      );
    }
  });

  it.each([
    [
      "the credential of an agent without a certificate",
      () => `Bearer ${stranger.credential}`,
      "agent_binding_mismatch",
    ],
    ["a credential of nobody", () => `Bearer csa_${"a".repeat(43)}`, "agent_credential_unknown"],
    [
      "an unknown method of authentication",
      () => `Basic ${Buffer.from("a:b").toString("base64")}`,
      "agent_auth_unknown",
    ],
    ["a header that cannot be read", () => "Bearer", "agent_auth_unknown"],
  ])("refuses a good certificate that comes with %s", async (_what, authorization, code) => {
    const before = server.seen.length;
    const { status, body } = await ask(mine, { authorization: authorization() });
    expect([status, codeOf(body)]).toEqual([401, code]);
    expect(server.seen.length).toBe(before);
  });

  it("refuses another bound agent's credential with this agent's certificate (63, threat 38)", async () => {
    const bound = await house.agent("bound elsewhere");
    await house.call("agents.setCertificate", { id: bound.id, certificate: other.cert });
    const stolen = { authorization: `Bearer ${bound.credential}` };
    const { status, body } = await ask(mine, stolen);
    expect([status, codeOf(body)]).toEqual([401, "agent_binding_mismatch"]);
    expect((await ask(other, stolen)).status).toBe(200);
    await house.call("agents.remove", { id: bound.id });
    expect((await ask(other)).status).toBe(401);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "is not fooled by a resumed session that comes with the right credential (75, %s)",
    async (maxVersion) => {
      const { door } = await house.call("mtls.status", {});
      const authorization = `Bearer ${agent.credential}`;
      const first = await talk(door, { ...mine, maxVersion }, authorization);
      expect(first.text).toMatch(/^HTTP\/1\.1 200 /);
      expect(first.session).toBeDefined();
      const session = first.session === undefined ? {} : { session: first.session };
      const second = await talk(door, { maxVersion, ...session }, authorization);
      expect(second.text).toMatch(/^HTTP\/1\.1 401 .*agent_certificate_missing/s);
    },
  );

  it("pins one certificate to one agent", async () => {
    const refused = await house.reply("agents.setCertificate", {
      id: stranger.id,
      certificate: mine.cert,
    });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "agent_certificate_taken", sentence: expect.stringContaining("with a cert") },
    });
    // To pin the same one to the same agent again is no fault.
    await house.call("agents.setCertificate", { id: agent.id, certificate: mine.cert });
  });

  it("is named by the plain door, which refuses the credential of such an agent (63, 64, threat 38)", async () => {
    const { door } = await house.call("mtls.status", {});
    const before = server.seen.length;
    for (const path of ["/mcp/echo", "/tools/echo/echo/invoke"]) {
      for (const scheme of ["Bearer", "ApiKey"]) {
        const refused = await askPlain(house.door, path, {
          headers: { authorization: `${scheme} ${agent.credential}` },
          body: path === "/mcp/echo" ? toolCall() : "{}",
        });
        expect([refused.status, refused.code]).toEqual([401, "agent_certificate_needed"]);
        expect(refused.headers["www-authenticate"]).toContain('error="invalid_token"');
        expect(refused.body).toContain(door?.origin);
      }
    }
    expect(server.seen.length).toBe(before);
    const row = await house.row("agent_certificate_needed");
    expect(row).toMatchObject({ kind: "refusal", decision: "deny" });
    const free = { authorization: `Bearer ${stranger.credential}` };
    expect(
      (await askPlain(house.door, "/mcp/echo", { headers: free, body: toolCall() })).status,
    ).toBe(200);
  });

  it("cuts what the credential alone had open when the certificate is pinned, and ends with it", async () => {
    const late = await house.agent("bound later");
    const headers = { authorization: `Bearer ${late.credential}` };
    const before = await askPlain(house.door, "/mcp/echo", { headers, body: toolCall() });
    expect(before.status).toBe(200);
    await house.call("agents.setCertificate", { id: late.id, certificate: other.cert });
    const bound = await askPlain(house.door, "/mcp/echo", { headers, body: toolCall() });
    expect(bound.code).toBe("agent_certificate_needed");
    await house.call("agents.setCertificate", { id: late.id, certificate: null });
    const again = await askPlain(house.door, "/mcp/echo", { headers, body: toolCall() });
    expect(again.status).toBe(200);
    await house.call("agents.remove", { id: late.id });
  });

  it("closes, and stays closed, when the last certificate is taken away", async () => {
    await house.call("agents.setCertificate", { id: agent.id, certificate: null });
    expect((await house.call("mtls.status", {})).door).toBeNull();
  });

  it("closes when the last agent with a certificate is removed", async () => {
    await house.call("agents.setCertificate", { id: agent.id, certificate: mine.cert });
    await house.call("agents.remove", { id: agent.id });
    await expect.poll(async () => (await house.call("mtls.status", {})).door).toBeNull();
  });
});

it("Expect comes past no guard here either, and what is no request leaves a row", async () => {
  const late = await house.agent("late");
  const own = await identity("late");
  await house.call("agents.setCertificate", { id: late.id, certificate: own.cert });
  const { door } = await house.call("mtls.status", {});
  const { host, port } = new URL(door?.origin ?? "");
  const say = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = "";
      const socket = tls.connect(
        { host: "127.0.0.1", port: Number(port), ca: door?.certificate ?? "", ...own },
        () => socket.write(text),
      );
      socket.on("data", (chunk) => (answer += String(chunk)));
      socket.on("error", () => resolve(answer));
      socket.on("close", () => resolve(answer));
    });
  const head = (at: string, expected: string): string =>
    `POST /mcp/echo HTTP/1.1\r\nHost: ${at}\r\nContent-Type: application/json\r\nExpect: ${expected}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n`;
  for (const expected of ["foo", "100-continue"]) {
    expect(await say(head("evil.test", expected))).toMatch(/^HTTP\/1\.1 421 /);
  }
  expect(await say(`GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${"a".repeat(20_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
  expect(await house.row("headers_too_large")).toMatchObject({ httpStatus: 431 });
});
