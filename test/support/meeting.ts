// An agent and a server that have not met: what both need for the person to be asked whether they may.
import type { Verdict } from "../../electron/core/permission/questions.ts";
import { ask, echoServer, openHouse, upstream } from "./house.ts";

export const INITIALIZE = JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "Claude Code (trusted)", version: "1" },
  },
});
export const LIST = JSON.stringify({ jsonrpc: "2.0", id: 3, method: "tools/list", params: {} });
export const YES = { type: "allow", lifetime: "always", scope: "tool" } as const satisfies Verdict;
export const once = {
  type: "allow",
  lifetime: "once",
  scope: "arguments",
} as const satisfies Verdict;

/** @param closers what is opened is closed by these, last first */
export async function meeting(closers: (() => Promise<void>)[], behaviour = echoServer) {
  const house = await openHouse({ consents: true });
  closers.push(() => house.close());
  const server = await upstream(behaviour);
  closers.push(server.close);
  const { id } = await house.call("servers.add", {
    kind: "http",
    name: "crm",
    url: server.url,
    auth: { type: "api-key", secret: "key-of-the-crm" },
    allowPlainHttpOnLoopback: true,
  });
  const agent = await house.agent("Claude Code");
  const send = (body: string, credential = agent.credential) =>
    ask(house.door, "/mcp/crm", {
      headers: {
        authorization: `Bearer ${credential}`,
        accept: "application/json, text/event-stream",
      },
      body,
    });
  return { house, server, id, agent, send };
}
