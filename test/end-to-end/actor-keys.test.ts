// The keys with which Countersign says who acts: a set and an issuer identifier for each tenant.
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, type House, openHouse } from "../support/house.ts";

let house: House;
beforeAll(async () => {
  house = await openHouse();
}, 60_000);
afterAll(() => house?.close());

const keysAt = async (path: string) => {
  const reply = await ask(house.door, path, { method: "GET" });
  if (reply.status !== 200) return reply.status;
  return (JSON.parse(reply.body) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
};

it(
  "who trusts the agents of one tenant does not trust those of another",
  { timeout: 60_000 },
  async () => {
    await house.call("lab.start", {});
    const sets = await house.call("actors.jwks", {});
    const lab = sets.find(({ tenant }) => tenant === "lab");
    expect(lab?.issuer).toBe(`${house.door}/tenants/lab`);
    expect(lab?.url).toBe(`${house.door}/tenants/lab/jwks.json`);
    expect(lab?.keys.length).toBeGreaterThan(0);
    expect(await keysAt("/tenants/lab/jwks.json")).toEqual(lab?.keys.map((key) => key["kid"]));
    // Another tenant's set is its own, and says nothing about whether there is such a tenant.
    expect(await keysAt("/tenants/personal/jwks.json")).toEqual([]);
    expect(await keysAt("/tenants/nobody/jwks.json")).toEqual([]);
    // There is no set of all.
    expect(await keysAt("/.well-known/jwks.json")).toBe(404);
    expect(await keysAt("/tenants/../jwks.json")).toBe(404);
    // The practice issuer believes an agent under the identifier of its tenant.
    const { steps } = await house.call("lab.tour", {});
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    const [row] = (await house.calls()).filter((r) => r.evidence?.actorOutcome === "confirmed");
    expect(row?.tenant).toBe("lab");
  },
);
