// Countersign against an issuer that nobody here wrote: Keycloak, with its own login page in a real browser.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { redirectPath } from "../../electron/core/oauth/authorization-code.ts";
import { digest } from "../../electron/platform.ts";
import { hasChromium, launch } from "../lab/support/chromium.ts";
import { ask, type House, openHouse } from "../support/house.ts";
import { freePort, startEverything } from "../support/processes.ts";
import { startTokenCheck } from "../support/token-check.ts";
import { realmFile } from "./realm.ts";
import { type Keycloak, prepareKeycloak, startKeycloak } from "./server.ts";

const missing = prepareKeycloak() ?? (hasChromium ? null : "there is no Chromium to sign in with");
const REALM = {
  name: "larkspur",
  clientId: "counter-sign",
  secret: randomBytes(18).toString("base64url"),
  audience: "everything",
  person: { name: "ada", password: randomBytes(12).toString("base64url") },
};

let keycloak: Keycloak;
let house: House;
let everything: Awaited<ReturnType<typeof startEverything>>;
let check: Awaited<ReturnType<typeof startTokenCheck>>;
let credential: string;
let issuer: string;

const addServer = (name: string, auth: object) =>
  house.call("servers.add", {
    kind: "http",
    name,
    url: `http://127.0.0.1:${check.port}/mcp`,
    auth: { issuer, ...auth } as never,
    allowPlainHttpOnLoopback: true,
  });
const invoke = (server: string) =>
  ask(house.door, `/tools/${server}/echo/invoke`, {
    body: '{"message":"through Keycloak"}',
    headers: { authorization: `Bearer ${credential}` },
  });
const evidenceOf = async (server: string) =>
  (await house.calls()).find((row) => row.serverName === server)?.evidence;

/** The person, in Chromium, on Keycloak's own page. @returns what the last page says */
async function signIn(scopes: string[]): Promise<string> {
  const { url } = await house.call("accounts.signIn", { issuer, scopes });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.fill("#username", REALM.person.name);
    await page.fill("#password", REALM.person.password);
    await Promise.all([page.waitForURL(/\/oauth\/callback\//), page.click("#kc-login")]);
    return await page.innerText("body");
  } finally {
    await browser.close();
  }
}

describe.skipIf(missing !== null)(`Keycloak (${missing ?? "with its own login page"})`, () => {
  beforeAll(async () => {
    const ports = { http: await freePort(), management: await freePort() };
    const exact = `http://127.0.0.1:${ports.http}/realms/${REALM.name}`;
    // Keycloak takes any port of 127.0.0.1 for a redirect address without one (RFC 8252 section 7.3).
    const callback = `http://127.0.0.1${redirectPath(exact, digest)}`;
    keycloak = await startKeycloak(ports, realmFile(REALM, [callback]));
    everything = await startEverything();
    check = await startTokenCheck({
      issuer: keycloak.issuer,
      jwksUri: `${keycloak.issuer}/protocol/openid-connect/certs`,
      resource: REALM.audience,
      // Keycloak's access tokens are of type JWT, not at+jwt (RFC 9068), unless a realm says otherwise.
      typ: "JWT",
      bound: false,
      target: everything.port,
    });
    house = await openHouse();
    ({ credential } = await house.agent());
    ({ id: issuer } = await house.call("issuers.add", {
      name: "keycloak",
      issuer: keycloak.issuer,
      clientId: REALM.clientId,
      auth: { method: "client_secret_basic", secret: REALM.secret },
      allowPlainHttpOnLoopback: true,
    }));
  });
  afterAll(async () => {
    await house?.close();
    await check?.stop();
    await everything?.stop();
    await keycloak?.stop();
  });

  it("client credentials: the server behind gets a token of Keycloak's, and the agent its answer", async () => {
    await addServer("service", { type: "client-credentials" });
    const reply = await invoke("service");
    expect([reply.status, reply.code]).toEqual([200, undefined]);
    expect(reply.body).toContain("through Keycloak");
    expect(check.judged.at(-1)?.verdict).toBe("passed");
    const evidence = await evidenceOf("service");
    expect(evidence).toMatchObject({ issuer: keycloak.issuer, clientAuth: "client_secret_basic" });
    expect(evidence?.audience).toContain(REALM.audience);
  });

  it("the person signs in on Keycloak's own page, and the server gets a token in their name", async () => {
    expect(await signIn(["openid", "email"])).toContain("Signed in");
    const [account] = await house.call("accounts.list", {});
    expect(account).toMatchObject({
      subFrom: "id-token",
      email: "ada@larkspur.example",
      state: "signed-in",
    });
    await addServer("account", { type: "account", scopes: ["email"] });
    expect((await invoke("account")).code).toBeUndefined();
    expect(await evidenceOf("account")).toMatchObject({ subject: account?.sub });
  });

  it("standard token exchange V2: narrowed to the server, in the person's name", async () => {
    await addServer("exchange", { type: "token-exchange", audience: REALM.audience });
    const reply = await invoke("exchange");
    expect([reply.status, reply.code]).toEqual([200, undefined]);
    const [account] = await house.call("accounts.list", {});
    expect(await evidenceOf("exchange")).toMatchObject({
      subject: account?.sub,
      audience: [REALM.audience],
      // Keycloak reads no actor_token and names no actor: shown as it is, never as if it had.
      actorOutcome: "absent",
      actors: [],
    });
    const sent = check.judged.at(-1)?.authorization ?? "";
    const [, claims = ""] = sent.split(".");
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({
      azp: REALM.clientId,
      aud: REALM.audience,
    });
  });

  it("an actor that must be named is not: the token is refused before the server sees it", async () => {
    const before = check.judged.length;
    await addServer("acting", {
      type: "token-exchange",
      audience: REALM.audience,
      actor: "required",
    });
    expect((await invoke("acting")).code).toBe("token_refused");
    expect(check.judged.length).toBe(before);
  });

  it("43 scopes that Keycloak adds by default are more than was asked, and refused", async () => {
    await addServer("wider", {
      type: "token-exchange",
      audience: REALM.audience,
      scopes: ["profile"],
    });
    expect((await invoke("wider")).code).toBe("token_refused");
    await addServer("exact", {
      type: "token-exchange",
      audience: REALM.audience,
      scopes: ["profile", "email"],
    });
    expect((await invoke("exact")).code).toBeUndefined();
  });

  it("Keycloak does not know resource indicators: a token for a resource alone is for another server", async () => {
    await addServer("resource", {
      type: "token-exchange",
      resource: "https://elsewhere.example/mcp",
    });
    expect((await invoke("resource")).code).toBe("token_refused");
  });

  it("signing out takes both tokens back at Keycloak, and the server is refused from then on", async () => {
    const [account] = await house.call("accounts.list", {});
    const signedOut = await house.call("accounts.signOut", { id: account?.id ?? "" });
    expect(signedOut.notRevoked).toEqual([]);
    expect(signedOut.revoked.length).toBeGreaterThan(0);
    expect((await invoke("exchange")).code).toBe("sign_in_needed");
  });
});
