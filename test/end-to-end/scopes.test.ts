// What scope a call gets: wider when its server asks (negative test 104), and never more than its agent may have.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Lab, startLab } from "../../electron/lab/index.ts";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";

let house: House;
let lab: Lab;
let issuer: string;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  house = await openHouse();
  lab = await startLab({ log: { info: () => undefined, warn: () => undefined } });
  ({ id: issuer } = await house.call("issuers.add", {
    name: "home",
    issuer: lab.issuer.url,
    clientId: lab.issuer.clients.basic.id,
    auth: { method: "client_secret_basic", secret: lab.issuer.clients.basic.secret ?? "" },
    allowPlainHttpOnLoopback: true,
  }));
}, 60_000);
afterAll(async () => {
  for (const close of closers) await close();
  await house?.close();
  await lab?.stop();
});

const scopesIn = (authorization: string | undefined): string[] => {
  const [, claims = ""] = (authorization ?? "").replace(/^Bearer /, "").split(".");
  const { scope } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { scope?: string };
  return (scope ?? "").split(" ").filter(Boolean).sort();
};

/** A server whose tool wants the scopes that its name spells: `crm:read+crm:write`. Keeps the scopes that it saw. */
async function wanting(name: string, scopes: string[]): Promise<{ saw: string[][]; id: string }> {
  const saw: string[][] = [];
  const server = await upstream((request, response, body) => {
    const { params } = JSON.parse(body || "{}") as { params?: { name?: string } };
    const has = scopesIn(request.headers.authorization);
    saw.push(has);
    // One scope at a time, as a server does that learns what it needs while it works.
    const lacks = (params?.name ?? "echo")
      .split("+")
      .find((one) => one.includes(".") && !has.includes(one.replace(".", ":")));
    if (lacks === undefined) return echoServer(request, response, body);
    const scope = lacks.replace(".", ":");
    const challenge = `Bearer error="insufficient_scope", scope="${scope}"`;
    response.writeHead(403, { "www-authenticate": challenge }).end();
  });
  closers.push(server.close);
  const { id } = await house.call("servers.add", {
    kind: "http",
    name,
    url: server.url,
    auth: { type: "client-credentials", issuer, scopes, resource: lab.server("crm").resource },
    allowPlainHttpOnLoopback: true,
  });
  return { saw, id };
}
const call = (server: string, tool: string, token: string) =>
  ask(house.door, `/mcp/${server}`, {
    body: toolCall({ a: 1 }, 1, tool),
    headers: { authorization: `Bearer ${token}`, accept: "application/json, text/event-stream" },
  });
const requests = async (purpose: string) =>
  (await house.call("flows.list", {})).filter((f) => f.purpose === purpose).length;

describe("a server that wants more scope", () => {
  it("104 a scope that the issuer does not grant breaks that call and no other", async () => {
    const { credential } = await house.agent("stepper");
    const { saw } = await wanting("greedy", ["crm:read"]);
    const refused = await call("greedy", "no.such", credential);
    expect(refused.code).toBe("scope_insufficient");
    expect((await call("greedy", "echo", credential)).code).toBeUndefined();
    expect(saw.at(-1)).toEqual(["crm:read"]);
    // And the refusal is not asked for again with each call.
    const before = await requests("greedy");
    expect((await call("greedy", "no.such", credential)).code).toBe("scope_insufficient");
    expect(await requests("greedy")).toBe(before);
  });

  it("104 united scopes, two rounds for each call at most", async () => {
    const { credential } = await house.agent("climber");
    const { saw } = await wanting("steps", []);
    const three = await call("steps", "crm.read+crm.write+no.such", credential);
    expect(three.code).toBe("scope_insufficient");
    expect(saw).toEqual([[], ["crm:read"], ["crm:read", "crm:write"]]);
    expect(await requests("steps")).toBe(3);
  });

  it("104 rounds are counted for the call, not for the life of the program", async () => {
    const { credential } = await house.agent("walker");
    const { saw } = await wanting("slow-steps", []);
    expect((await call("slow-steps", "no.such", credential)).code).toBe("scope_insufficient");
    expect((await call("slow-steps", "crm.read", credential)).code).toBeUndefined();
    expect((await call("slow-steps", "crm.write", credential)).code).toBeUndefined();
    expect(saw.at(-1)).toEqual(["crm:read", "crm:write"]);
  });

  it("104 calls that step up at the same moment all go through", async () => {
    const { credential } = await house.agent("crowd");
    await wanting("crowded", []);
    const tools = ["crm.write", "crm.read", "crm.write", "crm.read", "crm.write"];
    const replies = await Promise.all(tools.map((tool) => call("crowded", tool, credential)));
    expect(replies.map((reply) => reply.code)).toEqual(tools.map(() => undefined));
    expect(await requests("crowded")).toBe(3);
  });
});

describe("scopes narrowed for one agent", () => {
  it("the token of one agent never carries the scopes of another", async () => {
    const reader = await house.agent("reader");
    const writer = await house.agent("writer");
    const other = await house.agent("other");
    const { saw, id } = await wanting("shared", ["crm:read", "crm:write"]);
    const narrow = (agent: string, scopes: string[] | null) =>
      house.call("servers.setAgentScopes", { id, agent, scopes });
    await narrow(reader.id, ["crm:read"]);
    await narrow(writer.id, ["crm:write"]);
    const scopesOf = async (token: string): Promise<string[] | undefined> => {
      expect((await call("shared", "echo", token)).code).toBeUndefined();
      return saw.at(-1);
    };
    for (let round = 0; round < 2; round++) {
      expect(await scopesOf(reader.credential)).toEqual(["crm:read"]);
      expect(await scopesOf(writer.credential)).toEqual(["crm:write"]);
      expect(await scopesOf(other.credential)).toEqual(["crm:read", "crm:write"]);
    }
    // Nor does a server's wish widen it.
    const refused = await call("shared", "crm.write", reader.credential);
    expect(refused.code).toBe("scope_kept_from_agent");
    expect(await scopesOf(reader.credential)).toEqual(["crm:read"]);
    const [row] = (await house.calls()).filter((r) => r.code === "scope_kept_from_agent");
    expect(row).toMatchObject({ agentId: reader.id, outcome: "denied" });
    // Widened again, and taken away with the agent.
    await narrow(reader.id, null);
    expect(await scopesOf(reader.credential)).toEqual(["crm:read", "crm:write"]);
    await house.call("agents.remove", { id: writer.id });
    const [server] = (await house.call("servers.list", {})).filter((s) => s.id === id);
    expect(server?.kind === "http" && "agentScopes" in server.pattern).toBe(false);
  });

  it("takes only what the server has, for agents that there are", async () => {
    const agent = await house.agent("strict");
    const { id } = await wanting("strict", ["crm:read", "crm:write"]);
    const set = async (who: string, scopes: string[]) => {
      const reply = await house.reply("servers.setAgentScopes", { id, agent: who, scopes });
      return reply.ok ? null : reply.error.code;
    };
    expect(await set(agent.id, ["crm:delete"])).toBe("input_invalid");
    expect(await set(agent.id, [])).toBe("input_invalid");
    expect(await set("agt_nobodyAtAll00", ["crm:read"])).toBe("agent_unknown");
    await house.call("tenants.add", { id: "elsewhere", name: "Elsewhere" });
    const stranger = await house.agent("stranger", "elsewhere");
    expect(await set(stranger.id, ["crm:read"])).toBe("agent_unknown");
    expect(await set(agent.id, ["crm:read"])).toBeNull();
  });
});
