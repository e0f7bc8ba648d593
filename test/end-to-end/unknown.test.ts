// What is not there is said to be not there, by the code of its kind.
import { afterAll, beforeAll, expect, it } from "vitest";
import { type House, openHouse } from "../support/house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

it.each([
  ["issuers.remove", "iss_00000000", "issuer_unknown"],
  ["certificates.remove", "crt_00000000", "certificate_unknown"],
  ["flows.get", "flow_00000000", "flow_unknown"],
  ["calls.get", "call_00000000", "call_unknown"],
  ["servers.remove", "srv_00000000", "server_unknown"],
  ["agents.remove", "agt_00000000", "agent_unknown"],
] as const)("%s of %s: %s", async (method, id, code) => {
  const reply = await house.reply(method, { id });
  expect(reply.ok ? null : reply.error.code).toBe(code);
});
