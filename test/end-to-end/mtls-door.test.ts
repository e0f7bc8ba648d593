// Agents with certificates, at the mTLS door: real TLS, and nothing but the handshake says who is there.
import https from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeKey, makeSelfSigned } from "../../electron/host/tls/make.ts";
import { echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";

let house: House;
let server: Awaited<ReturnType<typeof upstream>>;
let agent: { id: string; credential: string };
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

beforeAll(async () => {
  server = await upstream(echoServer);
  house = await openHouse();
  agent = await house.agent("with a certificate");
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

  it("refuses a good bearer credential without the certificate", async () => {
    expect((await ask({}, { authorization: `Bearer ${agent.credential}` })).status).toBe(401);
  });

  it("closes, and stays closed, when the last certificate is taken away", async () => {
    await house.call("agents.setCertificate", { id: agent.id, certificate: null });
    expect((await house.call("mtls.status", {})).door).toBeNull();
  });
});
