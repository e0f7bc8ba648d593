// Enterprise-managed authorization through the real front door: Ada signs in at her own issuer, which vouches for her
// at the other company's (both are real oidc-providers of the lab), whose server takes tokens of its own issuer alone.
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask } from "../support/house.ts";
import { openPracticeHouse, type PracticeHouse } from "../support/practice-house.ts";

let practice: PracticeHouse;
let partner: string;
let credential: string;

const addWiki = (name: string, more: object = {}) =>
  practice.house.call("servers.add", {
    kind: "http",
    name,
    url: practice.lab.server("wiki").url,
    auth: {
      type: "token-exchange",
      issuer: partner,
      home: practice.issuer,
      scopes: [...practice.lab.server("wiki").scopes],
      resource: practice.lab.server("wiki").resource,
      ...more,
    },
    allowPlainHttpOnLoopback: true,
  });
const read = (server: string) =>
  ask(practice.house.door, `/tools/${server}/read_page/invoke`, {
    body: JSON.stringify({ title: "visitors" }),
    headers: { authorization: `Bearer ${credential}` },
  });
const flowsFor = async (purpose: string) =>
  (await practice.house.call("flows.list", {})).filter((flow) => flow.purpose === purpose);

beforeAll(async () => {
  practice = await openPracticeHouse();
  const { house, lab } = practice;
  ({ credential } = await house.agent());
  ({ id: partner } = await house.call("issuers.add", {
    name: "partner",
    issuer: lab.partner.url,
    clientId: lab.partner.client.id,
    auth: { method: "client_secret_basic", secret: lab.partner.client.secret ?? "" },
    allowPlainHttpOnLoopback: true,
  }));
}, 60_000);
afterAll(() => practice.close());

it("wants the person signed in at their own issuer", async () => {
  await addWiki("wiki");
  expect((await read("wiki")).code).toBe("sign_in_needed");
});

it("56 brings a token of the other company for her, by an assertion that is judged before it is handed on", async () => {
  const { house, issuer, lab } = practice;
  await practice.signIn(issuer, "ada");
  const reply = await read("wiki");
  expect([reply.status, reply.body.includes("read by ada")]).toEqual([200, true]);
  const [row] = await house.calls();
  expect(row?.evidence).toMatchObject({
    issuer: lab.partner.url,
    account: { who: "ada@larkspur.example", sub: "ada" },
    subject: "ada",
    actorOutcome: null,
  });
  const flow = await house.call("flows.get", { id: row?.evidence?.flow ?? "" });
  expect(flow.steps.map((step) => step.id)).toEqual([
    "discover-issuer",
    "exchange-id-jag",
    "jwt-bearer",
    "check-token",
  ]);
  const rules = flow.steps.flatMap((step) => step.rules.filter(({ ok }) => ok).map(({ id }) => id));
  for (const id of ["id-jag-typ", "id-jag-aud", "id-jag-client", "id-jag-resource"])
    expect(rules).toContain(id);
  expect(JSON.stringify(flow)).not.toMatch(/eyJ[\w-]+\.eyJ/);
});

it("asks once for all calls, serves a second server of the same person, and ends with the sign-out", async () => {
  const { house } = practice;
  await Promise.all([read("wiki"), read("wiki"), read("wiki")]);
  expect((await flowsFor("wiki")).filter(({ state }) => state === "ok")).toHaveLength(1);
  // A second server of the same person needs no second sign-in.
  await addWiki("wiki-again");
  expect((await read("wiki-again")).status).toBe(200);
  const [account] = await house.call("accounts.list", {});
  await house.call("accounts.signOut", { id: account?.id ?? "" });
  expect((await read("wiki")).code).toBe("sign_in_needed");
});

it("refuses what cannot be: an actor in the assertion, and an issuer that vouches at itself", async () => {
  const { house, issuer, lab } = practice;
  const add = (auth: object) =>
    house.reply("servers.add", {
      kind: "http",
      name: "never",
      url: lab.server("wiki").url,
      auth: { type: "token-exchange", issuer: partner, home: issuer, ...auth },
      allowPlainHttpOnLoopback: true,
    });
  const invalid = { ok: false, error: { code: "input_invalid" } };
  expect(await add({ actor: "required" })).toMatchObject(invalid);
  expect(await add({ home: partner })).toMatchObject(invalid);
});

it("a registration that people sign in at for it is not removed", async () => {
  const removed = await practice.house.reply("issuers.remove", { id: practice.issuer });
  expect(removed).toMatchObject({ ok: false });
});
