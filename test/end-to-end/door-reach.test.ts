// Who may reach what through the front door: tenants, agents that come and go, servers that are paused, sessions.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";

let house: House;
let server: Awaited<ReturnType<typeof upstream>>;
let credential: string;

const bearer = (token = credential): Record<string, string> => ({
  authorization: `Bearer ${token}`,
});
const post = (body: string | Buffer, headers: Record<string, string> = {}, path = "/mcp/echo") =>
  ask(house.door, path, { body, headers: { ...bearer(), ...headers } });

beforeAll(async () => {
  server = await upstream(echoServer);
  house = await openHouse();
  ({ credential } = await house.agent());
  await house.addServer(server.url, "echo");
});
afterAll(async () => {
  await house.close();
  await server.close();
});

describe("who may reach what", () => {
  it("knows no server of another tenant, and says the same as for one that is not there", async () => {
    await house.call("tenants.add", { id: "work", name: "Work" });
    const stranger = await house.agent("stranger", "work");
    const other = await ask(house.door, "/mcp/echo", {
      body: toolCall(),
      headers: bearer(stranger.credential),
    });
    const none = await ask(house.door, "/mcp/nothing", {
      body: toolCall(),
      headers: bearer(stranger.credential),
    });
    expect([other.status, other.code]).toEqual([404, "server_unknown"]);
    expect(other.body.replaceAll("echo", "nothing")).toBe(none.body);
  });

  it("pauses, resumes, rotates and removes at once, and ends what was open (negative test 85)", async () => {
    const agent = await house.agent("short-lived");
    const go = () =>
      ask(house.door, "/mcp/echo", { body: toolCall(), headers: bearer(agent.credential) });
    expect((await go()).status).toBe(200);
    await house.call("agents.setState", { id: agent.id, state: "paused" });
    expect((await go()).code).toBe("agent_paused");
    await house.call("agents.setState", { id: agent.id, state: "active" });
    expect((await go()).status).toBe(200);
    const rotated = await house.call("agents.rotate", { id: agent.id });
    expect((await go()).code).toBe("agent_credential_unknown");
    const again = await ask(house.door, "/mcp/echo", {
      body: toolCall(),
      headers: bearer(rotated.credential),
    });
    expect(again.status).toBe(200);
    await house.call("agents.remove", { id: agent.id });
    expect(
      (
        await ask(house.door, "/mcp/echo", {
          body: toolCall(),
          headers: bearer(rotated.credential),
        })
      ).status,
    ).toBe(401);
  });

  it("refuses a paused server, in words that the agent can read", async () => {
    const [echo] = await house.call("servers.list", { tenant: "personal" });
    await house.call("servers.setState", { id: echo?.id ?? "", state: "paused" });
    const reply = await post(toolCall());
    expect(reply.code).toBe("server_paused");
    await house.call("servers.setState", { id: echo?.id ?? "", state: "active" });
    expect((await post(toolCall())).status).toBe(200);
  });

  it("keeps a legacy session for the agent that opened it (threat 17)", async () => {
    const sessions = await upstream((request, response, body) => {
      const message = JSON.parse(body) as { method: string };
      if (message.method === "initialize") response.setHeader("mcp-session-id", "session-1");
      echoServer(request, response, body);
    });
    await house.call("servers.add", {
      kind: "http",
      name: "sessions",
      url: sessions.url,
      auth: { type: "none" },
    });
    const thief = await house.agent("thief");
    const open = JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "t", version: "1" },
      },
    });
    const opened = await post(open, {}, "/mcp/sessions");
    expect(opened.headers["mcp-session-id"]).toBe("session-1");
    const with1 = (token: string) =>
      ask(house.door, "/mcp/sessions", {
        body: toolCall(),
        headers: { ...bearer(token), "mcp-session-id": "session-1" },
      });
    expect((await with1(credential)).status).toBe(200);
    const stolen = await with1(thief.credential);
    expect([stolen.status, stolen.code]).toEqual([404, "session_unknown"]);
    await sessions.close();
  });
});
