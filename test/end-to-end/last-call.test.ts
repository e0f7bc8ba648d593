// How a server is doing, as its newest call tells: it answered, or it did not and why; what was refused here says nothing.
import { afterEach, expect, it } from "vitest";
import { ask, echoServer, type House, openHouse, toolCall, upstream } from "../support/house.ts";

let house: House;
afterEach(() => house.close());

it("is told with each server, and lasts over a call that never reached it", async () => {
  house = await openHouse();
  const server = await upstream(echoServer);
  await house.addServer(server.url);
  const { id, credential } = await house.agent("Claude Code");
  const headers = { authorization: `Bearer ${credential}` };
  const send = () => ask(house.door, "/mcp/crm", { headers, body: toolCall() });
  const lastCall = async () => {
    // Rows have ended before one looks.
    await house.calls();
    return (await house.call("servers.list", {}))[0]?.lastCall;
  };
  expect(await lastCall()).toBeNull();

  expect((await send()).status).toBe(200);
  const answered = await lastCall();
  expect(answered).toMatchObject({ answered: true, why: null });
  expect(Date.now() - Date.parse(answered?.at ?? "")).toBeLessThan(10_000);

  await server.close();
  await send();
  const failed = await lastCall();
  expect(failed?.answered).toBe(false);
  expect(failed?.why).toContain("crm");

  await house.call("agents.setState", { id, state: "paused" });
  await send();
  expect(await lastCall()).toEqual(failed);
});
