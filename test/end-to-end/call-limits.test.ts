// The limit of an original user, through the real front door: it follows the person, whichever agent acts.
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, echoServer, toolCall, upstream } from "../support/house.ts";
import { openPracticeHouse, type PracticeHouse } from "../support/practice-house.ts";

let practice: PracticeHouse;
beforeAll(async () => {
  practice = await openPracticeHouse();
}, 60_000);
afterAll(() => practice.close());

it("three calls a minute are Ada's, through whatever agent, and a call that is sent twice counts once", async () => {
  const { house, lab, issuer } = practice;
  const { scopes, resource } = lab.server("crm");
  await practice.signIn(issuer, "ada", { scopes: [...scopes] });
  // The first token is turned away, as by a server that revoked it: the call goes out again with another.
  let first: string | null = null;
  const server = await upstream((request, response, body) => {
    first ??= request.headers.authorization ?? "";
    if (request.headers.authorization === first) response.writeHead(401).end();
    else echoServer(request, response, body);
  });
  await house.call("servers.add", {
    kind: "http",
    name: "limited",
    url: server.url,
    auth: {
      type: "token-exchange",
      issuer,
      scopes: [...scopes],
      resource,
      actor: "none",
      perUserPerMinute: 3,
    },
    allowPlainHttpOnLoopback: true,
  });
  const agents = [await house.agent("one"), await house.agent("two")];
  const codes: (string | undefined)[] = [];
  for (const agent of [...agents, ...agents]) {
    const reply = await ask(house.door, "/mcp/limited", {
      body: toolCall(),
      headers: {
        authorization: `Bearer ${agent.credential}`,
        accept: "application/json, text/event-stream",
      },
    });
    codes.push(reply.code);
  }
  expect(codes).toEqual([undefined, undefined, undefined, "call_limit_reached"]);
  expect(server.seen.length).toBe(4);
  const [row] = await house.calls();
  expect(row).toMatchObject({ outcome: "denied", code: "call_limit_reached", resultBytes: 0 });
  const shown = await house.call("calls.get", { id: row?.id ?? "" });
  expect(shown.complaint?.sentence).toContain("ada@larkspur.example");
  await server.close();
}, 30_000);
